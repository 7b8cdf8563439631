// SPDX-License-Identifier: MIT
// The header of the PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): what a
// proxy sends in front of a connection's bytes to tell whose they are.
//
//   1   "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"
//   2   | "\r\n\r\n\0\r\nQUIT\n" | version, command | family | length: 2 | addresses | TLVs |
//
// Strict: one spelling, every length checked; anything else is invalid, since who is trusted must
// not be mistaken. Pure; no thread rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::net {

// The other end of a connection.
struct PeerAddress {
  std::string address;  // as inet_ntop() writes it
  std::uint16_t port = 0;
  bool is_ipv6 = false;
};

struct ProxyHeader {
  enum class Outcome : std::uint8_t { kNeedMore, kComplete, kInvalid };
  Outcome outcome = Outcome::kNeedMore;
  std::size_t size = 0;               // of a complete header
  std::optional<PeerAddress> source;  // none: the proxy speaks for itself, or does not know
};

// No header is longer: version 2 has room for hundreds of bytes of TLVs.
inline constexpr std::size_t kLongestProxyHeader = 2048;

// `bytes`: from the start of the connection; may go on behind the header. kNeedMore only when some
// continuation could be valid and `bytes` is shorter than kLongestProxyHeader.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace socketcluster::net
