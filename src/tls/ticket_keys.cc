// SPDX-License-Identifier: MIT
#include "tls/ticket_keys.h"

namespace socketcluster::tls {

void TicketKeyRing::rotate(base::RandomSource& random, Time now) {
  TicketKey key{};
  random.fill(key.name);
  random.fill(key.cipher);
  random.fill(key.mac);
  keys_.insert(keys_.begin(), key);
  changed_.insert(changed_.begin(), now);
  // A key was used until the one before it in the list came.
  std::size_t kept = 1;
  while (kept < keys_.size() && kept < kMaxKeys && now - changed_[kept - 1] < kTicketLifetime) {
    ++kept;
  }
  keys_.resize(kept);
  changed_.resize(kept);
}

}  // namespace socketcluster::tls
