// SPDX-License-Identifier: MIT
#include "server/forwarding.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/ascii.h"
#include "base/assert.h"

namespace socketcluster::server {
namespace {

std::string_view without_quotes(std::string_view text) {
  const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

// Splits at `separator`, but not inside of quotes.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  bool is_quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      is_quoted = !is_quoted;
    } else if (text[i] == separator && !is_quoted) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(std::min(begin, text.size())));
  return parts;
}

bool is_escaped(std::string_view text, std::size_t position) {
  std::size_t backslashes = 0;
  while (backslashes < position && text[position - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// Where the last element of a list begins. Read from the right, because only that end is a
// proxy's: a quote that a client leaves open must not swallow what proxies have added behind it.
std::size_t begin_of_last(std::string_view list) {
  bool is_quoted = false;
  for (std::size_t i = list.size(); i > 0; --i) {
    const char c = list[i - 1];
    if (c == '"' && !is_escaped(list, i - 1)) is_quoted = !is_quoted;
    if (c == ',' && !is_quoted) return i;
  }
  return 0;
}

// `for="[2001:db8::1]:4711";proto=https` -> `"[2001:db8::1]:4711"`
std::string_view for_of(std::string_view element) {
  constexpr std::string_view kName = "for=";
  for (const std::string_view part : split(element, ';')) {
    const std::string_view pair = base::trim(part);
    if (base::equals_ignoring_case(pair.substr(0, kName.size()), kName)) {
      return pair.substr(kName.size());
    }
  }
  return {};
}

}  // namespace

std::string address_in(std::string_view element) {
  std::string_view text = without_quotes(base::trim(element));
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    return end == std::string_view::npos ? "" : base::canonical_address(text.substr(1, end - 1));
  }
  const std::size_t colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
  return base::canonical_address(has_port ? text.substr(0, colon) : text);
}

Forwarding Forwarding::from(const Options& options) {
  base::Result<base::AddressList> trusted = base::AddressList::parse(options.trusted_proxies);
  SC_ASSERT(trusted.has_value());
  return Forwarding(std::move(*trusted), options.forwarded_header);
}

std::string Forwarding::client_of(const http::Request& request, const std::string& peer) const {
  if (!has_trusted()) {
    const std::string_view list = request.header("X-Forwarded-For").value_or("");
    return std::string(list.substr(0, list.find(',')));
  }
  if (!trusts(peer)) return {};
  const bool is_standard = header_ == ForwardedHeader::kForwarded;
  const std::string list = request.joined_header(is_standard ? "Forwarded" : "X-Forwarded-For");
  std::string_view rest = list;
  std::string address;
  while (!rest.empty()) {
    const std::size_t begin = is_standard ? begin_of_last(rest) : rest.rfind(',') + 1;
    const std::string_view element = rest.substr(begin);
    address = address_in(is_standard ? for_of(element) : element);
    if (address.empty() || !trusts(address)) break;
    rest = rest.substr(0, begin == 0 ? 0 : begin - 1);
  }
  return address;
}

}  // namespace socketcluster::server
