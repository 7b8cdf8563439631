// SPDX-License-Identifier: MIT
// The key-value store of a worker that is alone: the same commands as a broker's, in this process.
// Thread rule: loop thread.
#pragma once

#include <chrono>
#include <cstdint>

#include <socketcluster/json.h>

#include "broker/data_commands.h"
#include "net/event_loop.h"
#include "net/timer_wheel.h"

namespace socketcluster::server {

class LocalStore final : private net::Timer {
 public:
  // `loop` must outlive its last call.
  LocalStore(net::EventLoop& loop, const broker::DataLimits& limits)
      : loop_(loop), commands_(limits) {}

  broker::CommandResult execute(const Json& command) {
    broker::CommandResult result = commands_.execute(command, wall_ms());
    if (!is_armed() && commands_.expirer().size() > 0) sweep_in(kSweepMs);
    return result;
  }

 private:
  static constexpr std::uint64_t kSweepMs = 1000;  // as a broker of the original that is alone

  static std::int64_t wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  void sweep_in(std::uint64_t delay_ms) { loop_.timers().arm(*this, loop_.now_ms() + delay_ms); }
  void on_timer() override {
    const bool has_more = commands_.sweep(wall_ms());
    if (commands_.expirer().size() > 0) sweep_in(has_more ? 1 : kSweepMs);
  }

  net::EventLoop& loop_;
  broker::DataCommands commands_;
};

}  // namespace socketcluster::server
