// SPDX-License-Identifier: MIT
// Counters of what passes a worker, since it started. Each event counts once, by one increment.
#pragma once

#include <cstdint>

namespace socketcluster::server {

struct Traffic {
  std::uint64_t http_requests = 0;  // upgrades included
  std::uint64_t connections = 0;    // of sockets, complete or not
  std::uint64_t messages_in = 0;    // WebSocket messages of clients, pongs included
  std::uint64_t messages_out = 0;   // to clients, one for each receiver; without pings
};

}  // namespace socketcluster::server
