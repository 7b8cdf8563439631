// SPDX-License-Identifier: MIT
// A timer that calls a function. Thread rule: its loop's thread.
#pragma once

#include <chrono>
#include <utility>

#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::supervisor {

class TaskTimer final : public net::Timer {
 public:
  // `loop` must outlive it, unless it is not armed any more.
  TaskTimer(net::EventLoop& loop, base::UniqueFunction<void()> task)
      : loop_(loop), task_(std::move(task)) {}

  // Calls the task once after `delay`, which replaces an earlier one. The task may arm it again,
  // and may destroy it.
  void arm_in(std::chrono::milliseconds delay) {
    loop_.timers().arm(*this, loop_.now_ms() + static_cast<std::uint64_t>(delay.count()));
  }

 private:
  void on_timer() override { task_(); }

  net::EventLoop& loop_;
  base::UniqueFunction<void()> task_;
};

}  // namespace socketcluster::supervisor
