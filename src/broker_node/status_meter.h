// SPDX-License-Identifier: MIT
// What a broker knows of itself: how many of what there are, and rates of what passes, measured
// over `workerStatusInterval`.
//
// Thread rule: loop thread only.
#pragma once

#include <chrono>
#include <cstdint>

#include <socketcluster/json.h>

#include "base/rate.h"
#include "net/event_loop.h"

namespace socketcluster::broker_node {

class BrokerCore;

class StatusMeter final : public net::Timer {
 public:
  // `broker` must outlive it. REQUIRES: the broker's loop and counters are there already.
  StatusMeter(BrokerCore& broker, std::chrono::milliseconds interval);

  // All figures, as the master shows them: numbers by their names.
  JsonObject report() const;

 private:
  void on_timer() override;
  void arm();
  std::uint64_t now() const;

  BrokerCore& broker_;
  const std::uint64_t interval_ms_;
  base::Rate messages_in_;
  base::Rate messages_out_;
};

}  // namespace socketcluster::broker_node
