// SPDX-License-Identifier: MIT
// Looks from time to time how much memory the process has (option `killWorkerMemoryThreshold`), and
// tells once when it is too much. Thread rule: loop thread only.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::app {

// Resident bytes of this process; 0 when the system does not say.
std::size_t resident_bytes();

class MemoryWatch final : public net::Timer {
 public:
  using Handler = base::UniqueFunction<void(std::size_t bytes)>;

  // `threshold` 0: never tells. `loop` must outlive it.
  MemoryWatch(net::EventLoop& loop, std::size_t threshold, std::chrono::milliseconds interval,
              Handler on_too_much);

 private:
  void on_timer() override;
  void arm();

  net::EventLoop& loop_;
  const std::size_t threshold_;
  const std::chrono::milliseconds interval_;
  Handler on_too_much_;
};

}  // namespace socketcluster::app
