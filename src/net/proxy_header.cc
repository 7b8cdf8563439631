// SPDX-License-Identifier: MIT
#include "net/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace socketcluster::net {
namespace {

using Outcome = ProxyHeader::Outcome;

constexpr std::string_view kSignature1 = "PROXY ";
constexpr std::string_view kSignature2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kLongestLine = 107;  // with CR and LF
constexpr std::size_t kFixedBytes = 16;    // of version 2

const ProxyHeader kInvalidHeader{.outcome = Outcome::kInvalid, .size = 0, .source = {}};

ProxyHeader complete(std::size_t size, std::optional<PeerAddress> source) {
  return {.outcome = Outcome::kComplete, .size = size, .source = std::move(source)};
}

std::string address_text(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes, text.data(), text.size());
  return text.data();
}

// ---- Version 1 ----

// Up to the next blank, which is taken out, too; nothing when there is none.
std::optional<std::string_view> take_word(std::string_view& rest) {
  const std::size_t blank = rest.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view word = rest.substr(0, blank);
  rest.remove_prefix(blank + 1);
  return word;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!is_whole || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return port;
}

std::optional<std::string> address_of(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string terminated(text);
  const bool has_end = terminated.find('\0') != std::string::npos;
  if (has_end || ::inet_pton(family, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
  return address_text(family, bytes.data());
}

// "192.0.2.1 198.51.100.2 56324 443"
std::optional<PeerAddress> parse_ends(int family, std::string_view rest) {
  const auto source = take_word(rest);
  const auto destination = take_word(rest);
  const auto source_port = take_word(rest);
  if (!source || !destination || !source_port) return std::nullopt;
  const auto address = address_of(family, *source);
  const auto port = port_of(*source_port);
  if (!address || !port || !address_of(family, *destination) || !port_of(rest)) {
    return std::nullopt;
  }
  return PeerAddress{*address, *port, family == AF_INET6};
}

ProxyHeader parse_line(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, kLongestLine).find('\n');
  if (end == std::string_view::npos) {
    return bytes.size() < kLongestLine ? ProxyHeader{} : kInvalidHeader;
  }
  if (bytes[end - 1] != '\r') return kInvalidHeader;
  std::string_view line = bytes.substr(kSignature1.size(), end - 1 - kSignature1.size());
  if (line.find('\r') != std::string_view::npos) return kInvalidHeader;
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return complete(end + 1, std::nullopt);
  const auto family = take_word(line);
  if (family != "TCP4" && family != "TCP6") return kInvalidHeader;
  std::optional<PeerAddress> source = parse_ends(family == "TCP4" ? AF_INET : AF_INET6, line);
  return source ? complete(end + 1, std::move(source)) : kInvalidHeader;
}

// ---- Version 2 ----

std::size_t number_at(std::string_view bytes, std::size_t position) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[position])) << 8U |
         static_cast<unsigned char>(bytes[position + 1]);
}

// | type: 1 | length: 2 | value |, up to the end.
bool are_tlvs(std::string_view bytes) {
  constexpr std::size_t kHead = 3;
  while (!bytes.empty()) {
    if (bytes.size() < kHead || number_at(bytes, 1) > bytes.size() - kHead) return false;
    bytes.remove_prefix(kHead + number_at(bytes, 1));
  }
  return true;
}

// Both addresses, then both ports.
PeerAddress binary_source(int family, std::string_view ends, std::size_t address_bytes) {
  return {address_text(family, ends.data()),
          static_cast<std::uint16_t>(number_at(ends, 2 * address_bytes)), family == AF_INET6};
}

ProxyHeader parse_binary(std::string_view bytes) {
  if (bytes.size() < kFixedBytes) return {};
  constexpr unsigned char kLocal = 0x20, kProxy = 0x21;
  constexpr unsigned char kUnspecified = 0x00, kTcp4 = 0x11, kTcp6 = 0x21, kUnixStream = 0x31;
  constexpr std::size_t kTcp4Bytes = 12, kTcp6Bytes = 36, kUnixBytes = 216;
  const auto command = static_cast<unsigned char>(bytes[12]);
  const auto family = static_cast<unsigned char>(bytes[13]);
  const std::size_t size = kFixedBytes + number_at(bytes, 14);
  if ((command != kLocal && command != kProxy) || size > kLongestProxyHeader) return kInvalidHeader;
  if (bytes.size() < size) return {};
  const std::string_view rest = bytes.substr(kFixedBytes, size - kFixedBytes);
  if (command == kLocal || family == kUnspecified) return complete(size, std::nullopt);
  const std::size_t address_bytes = family == kTcp4         ? kTcp4Bytes
                                    : family == kTcp6       ? kTcp6Bytes
                                    : family == kUnixStream ? kUnixBytes
                                                            : SIZE_MAX;
  if (rest.size() < address_bytes || !are_tlvs(rest.substr(address_bytes))) return kInvalidHeader;
  if (family == kUnixStream) return complete(size, PeerAddress{});
  return complete(size, family == kTcp4 ? binary_source(AF_INET, rest, sizeof(in_addr))
                                        : binary_source(AF_INET6, rest, sizeof(in6_addr)));
}

bool may_become(std::string_view bytes, std::string_view signature) {
  return bytes.substr(0, signature.size()) == signature.substr(0, bytes.size());
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
  if (bytes.starts_with(kSignature1)) return parse_line(bytes);
  if (bytes.starts_with(kSignature2)) return parse_binary(bytes);
  if (may_become(bytes, kSignature1) || may_become(bytes, kSignature2)) return {};
  return kInvalidHeader;
}

}  // namespace socketcluster::net
