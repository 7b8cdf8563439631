// SPDX-License-Identifier: MIT
#include "http/https_redirect.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "http/response.h"

namespace socketcluster::http {
namespace {

constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kLongestName = 253;  // of the domain name system
constexpr std::size_t kLongestPort = 5;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Less than RFC 3986 allows: what else it does is in no name that could be looked up. "_" is
// forbidden in names of hosts and used in some.
bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_';
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// "host", "host:8080", "[::1]:8080" -> "host", "[::1]"; nothing for anything else.
std::optional<std::string_view> host_of(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t size = std::min(authority.find(':', bracket), authority.size());
  const std::string_view host = authority.substr(0, size);
  const std::string_view port = authority.substr(std::min(size + 1, authority.size()));
  if (port.size() > kLongestPort || !std::all_of(port.begin(), port.end(), &is_digit)) {
    return std::nullopt;
  }
  const bool is_host = bracket > 0
                           ? host.size() == bracket + 1 && is_ipv6(host.substr(1, bracket - 1))
                           : !host.empty() && host.size() <= kLongestName &&
                                 std::all_of(host.begin(), host.end(), &is_name_character);
  if (!is_host) return std::nullopt;
  return host;
}

// The authority that the request is for. That of a target in absolute form counts more than the
// Host field (RFC 9112 section 3.2.2).
std::string_view authority_of(const Request& request) {
  const std::string_view target = request.target();
  if (target.starts_with('/')) return request.header("Host").value_or("");
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view rest = target.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

}  // namespace

std::optional<std::string> https_location(const Request& request, std::uint16_t port) {
  if (!request.raw_path().starts_with('/')) return std::nullopt;
  const auto host = host_of(authority_of(request));
  if (!host) return std::nullopt;
  std::string location = "https://" + std::string(*host);
  if (port != kHttpsPort) location += ':' + std::to_string(port);
  location += request.raw_path();
  if (!request.query().empty()) location.append("?").append(request.query());
  return location;
}

void HttpsRedirect::on_request(const Request& request, Exchange exchange) {
  const std::optional<std::string> location = https_location(request, port_);
  if (!location) {
    return exchange.respond(
        Response::text(400, "The request does not say which host it is for.\n").with_close());
  }
  const bool is_read = request.method() == "GET" || request.method() == "HEAD";
  exchange.respond(Response::text(is_read ? 301 : 308, "This is at " + *location + "\n")
                       .with("Location", *location)
                       .with_close());
}

}  // namespace socketcluster::http
