// SPDX-License-Identifier: MIT
#include "protocol/origin.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace socketcluster::protocol {
namespace {

// Page-less contexts send "null"; it counts as no origin.
std::string_view shown_origin(std::optional<std::string_view> origin) {
  return !origin.has_value() || *origin == "null" ? "*" : *origin;
}

struct HostPort {
  std::string host;  // lower case, IPv6 without brackets
  std::string port;
};

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_ipv6_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

// Takes the host off the front of `rest`; empty when there is none.
std::string take_host(std::string_view& rest) {
  const bool bracketed = rest.starts_with('[');
  if (bracketed) rest.remove_prefix(1);
  std::string host;
  while (!rest.empty()) {
    const char c = base::to_lower(rest.front());
    if (bracketed ? !is_ipv6_character(c) : !is_host_character(c)) break;
    host.push_back(c);
    rest.remove_prefix(1);
  }
  if (!bracketed) return host;
  if (!rest.starts_with(']')) return {};
  rest.remove_prefix(1);
  return host;
}

// Behind the host: nothing or ":digits", then nothing or a path. False when it is anything else.
bool take_port(std::string_view& rest, std::string& port) {
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits != 0) port = rest.substr(0, digits);
    rest.remove_prefix(digits);
  }
  return rest.empty() || rest.front() == '/';
}

// An origin without a scheme has no host: its key is "null:80". One that is no URL at all has no
// key.
std::optional<HostPort> parse(std::string_view origin) {
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return HostPort{"null", "80"};
  HostPort key;
  key.port = base::equals_ignoring_case(origin.substr(0, scheme_end), "https") ? "443" : "80";
  std::string_view rest = origin.substr(scheme_end + 3);
  key.host = take_host(rest);
  if (key.host.empty() || !take_port(rest, key.port)) return std::nullopt;
  return key;
}

}  // namespace

OriginPolicy::OriginPolicy(std::string option)
    : option_(std::move(option)), admits_all_(option_.find("*:*") != std::string::npos) {}

bool OriginPolicy::admits(std::optional<std::string_view> origin) const {
  if (admits_all_) return true;
  const std::optional<HostPort> key = parse(shown_origin(origin));
  if (!key.has_value()) return false;
  const auto lists = [this](const std::string& entry) {
    return option_.find(entry) != std::string::npos;
  };
  return lists(key->host + ':' + key->port) || lists(key->host + ":*") || lists("*:" + key->port);
}

std::string OriginPolicy::refusal_text(std::optional<std::string_view> origin) {
  return std::string("Failed to authorize socket handshake - Invalid origin: ")
      .append(shown_origin(origin));
}

}  // namespace socketcluster::protocol
