// SPDX-License-Identifier: MIT
// A list of IP networks, and whether an address is in one of them. An IPv4 address that is written
// as IPv6 (::ffff:192.0.2.1), as on sockets for both families, counts as IPv4.
//
// A value; no thread rule.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace socketcluster::base {

class AddressList {
 public:
  // Each entry is an address, a network ("10.0.0.0/8", "fd00::/8"), or "unix:" for peers on UNIX
  // sockets, which have no address. The failure names the entry that is none of these.
  static Result<AddressList> parse(const std::vector<std::string>& entries);

  bool is_empty() const { return networks_.empty() && !has_unix_; }
  // "": a peer on a UNIX socket. What is no address is in no list.
  bool contains(std::string_view address) const;

 private:
  struct Network {
    std::array<std::uint8_t, 16> address;
    unsigned bits;  // that have to be equal
  };
  static Result<Network> parse_network(const std::string& entry);

  std::vector<Network> networks_;
  bool has_unix_ = false;
};

// The usual spelling of an IP address; "" when it is none.
std::string canonical_address(std::string_view text);

}  // namespace socketcluster::base
