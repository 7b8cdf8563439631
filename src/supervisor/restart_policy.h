// SPDX-License-Identifier: MIT
// When a process that has ended is started again: at once after a first crash, then after a delay
// that doubles, so that a process that cannot live does not eat the machine; and not at all when it
// needs it too often, so that whatever watches the instance can act.
//
// Pure: the time is an argument. One object per worker or broker slot.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace socketcluster::supervisor {

struct RestartLimits {
  std::size_t budget = 20;  // restarts within `window`
  std::chrono::milliseconds window{60000};
  std::chrono::milliseconds first_delay{100};  // of the second crash in a row
  // Short enough that the budget of a process that ends at once is used up within the window.
  std::chrono::milliseconds longest_delay{2000};
  std::chrono::milliseconds healthy_life{60000};  // after it the delays begin anew
};

class RestartPolicy {
 public:
  using Time = std::chrono::milliseconds;  // of any clock that does not go back

  explicit RestartPolicy(const RestartLimits& limits) : limits_(limits) {}

  // The process has ended at `now` after it had run for `life`. Returns how long to wait before the
  // next one, nothing when the budget is used up.
  std::optional<std::chrono::milliseconds> next_delay(Time now, std::chrono::milliseconds life);

 private:
  RestartLimits limits_;
  std::deque<Time> restarts_;  // within the window
  std::size_t in_a_row_ = 0;   // crashes without a healthy life between them
};

}  // namespace socketcluster::supervisor
