// SPDX-License-Identifier: MIT
// What a broker process is told at its start, beside the options. Plain values; no thread rule.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace socketcluster::broker_node {

struct SessionLimits {
  // How long a connection may take to say who it is.
  std::chrono::milliseconds hello_timeout{5000};
  // Bytes that may wait for a worker that reads too slowly; above, it is dropped, connects again
  // and subscribes again.
  std::size_t backlog_bytes = std::size_t{64} << 20U;
};

struct BrokerSettings {
  std::uint32_t id = 0;
  // A listening UNIX stream socket, whose ownership goes to the broker.
  int listen_fd = -1;
  // Of a broker that was started again: workers that were alive then. Nothing is published before
  // each of them has subscribed again or is gone, or `recovery_timeout` is over.
  std::vector<std::uint32_t> awaited_workers;
  std::chrono::milliseconds recovery_timeout{2000};
  // Connections of workers at the same time; more are refused. Two per worker slot, while workers
  // are being replaced, is what is normal.
  std::size_t max_sessions = 4096;
  // How often keys that have expired are removed.
  std::chrono::milliseconds sweep_interval{1000};
  SessionLimits session;
};

}  // namespace socketcluster::broker_node
