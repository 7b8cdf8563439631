// SPDX-License-Identifier: MIT
#include "base/address_list.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

#include "base/printable.h"

namespace socketcluster::base {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr unsigned kMappedBits = 96;
constexpr Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// IPv4 as the IPv6 address that stands for it.
std::optional<Bytes> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Bytes bytes{};
  if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return bytes;
  bytes = kMapped;
  if (::inet_pton(AF_INET, terminated.c_str(), bytes.data() + kMappedBits / 8) == 1) return bytes;
  return std::nullopt;
}

bool is_mapped(const Bytes& bytes) {
  return std::equal(bytes.begin(), bytes.begin() + kMappedBits / 8, kMapped.begin());
}

bool begin_alike(const Bytes& a, const Bytes& b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) {
    return false;
  }
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  return ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

}  // namespace

Result<AddressList> AddressList::parse(const std::vector<std::string>& entries) {
  AddressList list;
  for (const std::string& entry : entries) {
    if (entry == "unix:") {
      list.has_unix_ = true;
      continue;
    }
    const Result<Network> network = parse_network(entry);
    if (!network) return network.error();
    list.networks_.push_back(*network);
  }
  return list;
}

Result<AddressList::Network> AddressList::parse_network(const std::string& entry) {
  const Failure failure{"\"" + printable(entry, 60) +
                        "\" is neither an IP address, a network such as \"10.0.0.0/8\", nor "
                        "\"unix:\""};
  const std::size_t slash = entry.find('/');
  const std::string_view text = std::string_view(entry).substr(0, slash);
  const std::optional<Bytes> address = parse_address(text);
  if (!address) return failure;
  const bool is_ipv4 = text.find(':') == std::string_view::npos;
  const unsigned most = is_ipv4 ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string::npos) {
    const char* const begin = entry.data() + slash + 1;
    const char* const end = entry.data() + entry.size();
    const auto read = std::from_chars(begin, end, bits);
    if (read.ec != std::errc() || read.ptr != end || bits > most) return failure;
  }
  return Network{*address, is_ipv4 ? bits + kMappedBits : bits};
}

bool AddressList::contains(std::string_view address) const {
  if (address.empty()) return has_unix_;
  const std::optional<Bytes> bytes = parse_address(address);
  if (!bytes) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&bytes](const Network& network) {
    // Otherwise "::/0" would hold IPv4, too.
    const bool same_family = is_mapped(*bytes) == is_mapped(network.address);
    return same_family && begin_alike(*bytes, network.address, network.bits);
  });
}

std::string canonical_address(std::string_view text) {
  const std::optional<Bytes> bytes = parse_address(text);
  if (!bytes) return {};
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (is_mapped(*bytes)) {
    ::inet_ntop(AF_INET, bytes->data() + kMappedBits / 8, written.data(), written.size());
  } else {
    ::inet_ntop(AF_INET6, bytes->data(), written.data(), written.size());
  }
  return written.data();
}

}  // namespace socketcluster::base
