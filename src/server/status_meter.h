// SPDX-License-Identifier: MIT
// What a worker knows of itself: how many of what there are, and rates of what passes, measured
// over `workerStatusInterval`.
//
// Thread rule: loop thread only.
#pragma once

#include <cstdint>

#include <socketcluster/json.h>
#include <socketcluster/worker.h>

#include "base/rate.h"
#include "net/timer_wheel.h"

namespace socketcluster::server {

class SocketServer;

class StatusMeter final : public net::Timer {
 public:
  // `sockets` and its loop must outlive it.
  explicit StatusMeter(SocketServer& sockets);

  // The figures of the original.
  WorkerStatus status() const;
  // All figures, as the master shows them: numbers by their names.
  JsonObject report() const;

 private:
  void on_timer() override;
  void arm();
  std::uint64_t now() const;

  SocketServer& sockets_;
  base::Rate http_requests_;
  base::Rate ws_requests_;
  base::Rate messages_in_;
  base::Rate messages_out_;
};

}  // namespace socketcluster::server
