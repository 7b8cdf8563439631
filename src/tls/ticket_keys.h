// SPDX-License-Identifier: MIT
// The keys of session tickets. A ticket has everything that a session needs, encrypted, so that any
// process with the key can resume it; and who gets hold of the key can read what was said in the
// sessions of TLS 1.2 that were encrypted under it. So keys change:
//
//   newest: encrypts and decrypts --interval--> decrypts --lifetime of a ticket--> forgotten
//
// No clock of its own: every call is told the time. Thread rule: that of its owner.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"

namespace socketcluster::tls {

struct TicketKey {
  std::array<std::uint8_t, 16> name;  // in clear in every ticket
  std::array<std::uint8_t, 32> cipher;
  std::array<std::uint8_t, 32> mac;
  bool operator==(const TicketKey&) const = default;
};

// Never empty. The first one encrypts, all decrypt.
using TicketKeys = std::vector<TicketKey>;

// How long a client may come back without a full handshake.
inline constexpr std::chrono::hours kTicketLifetime{2};
inline constexpr std::chrono::hours kTicketKeyInterval{1};

class TicketKeyRing {
 public:
  using Time = std::chrono::milliseconds;  // since any moment

  // So many at most, however often they are changed; a ticket of one before these is not resumed.
  static constexpr std::size_t kMaxKeys = 8;

  TicketKeyRing(base::RandomSource& random, Time now) { rotate(random, now); }

  const TicketKeys& keys() const { return keys_; }
  bool is_due(Time now) const { return now - changed_.front() >= kTicketKeyInterval; }
  // A new key encrypts from now on. Those that no valid ticket can be of any more are forgotten.
  void rotate(base::RandomSource& random, Time now);

 private:
  TicketKeys keys_;
  std::vector<Time> changed_;  // when each key became the first one
};

}  // namespace socketcluster::tls
