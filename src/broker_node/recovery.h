// SPDX-License-Identifier: MIT
// Recovery: after a broker was started again, no publish is taken before every worker that was
// alive has sent its subscriptions, so that none slips through between. Ends when all have, when
// those that have not are gone, or when the time is over. Thread rule: loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

#include "base/log.h"
#include "base/unique_function.h"
#include "net/event_loop.h"
#include "net/timer_wheel.h"

namespace socketcluster::broker_node {

class Recovery final : private net::Timer {
 public:
  // `on_over` is called once, at the end of an iteration, if there was anything to wait for.
  Recovery(net::EventLoop& loop, base::Log& log, const std::vector<std::uint32_t>& awaited,
           std::chrono::milliseconds timeout, base::UniqueFunction<void()> on_over);

  bool is_over() const { return awaited_.empty(); }
  // The worker has subscribed again, or has ended.
  void settled(std::uint32_t worker);

 private:
  void on_timer() override;
  void end();

  net::EventLoop& loop_;
  base::Log& log_;
  std::set<std::uint32_t> awaited_;
  base::UniqueFunction<void()> on_over_;
};

}  // namespace socketcluster::broker_node
