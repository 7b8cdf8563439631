// SPDX-License-Identifier: MIT
#include "supervisor/restart_policy.h"

#include <algorithm>

namespace socketcluster::supervisor {

std::optional<std::chrono::milliseconds> RestartPolicy::next_delay(Time now,
                                                                   std::chrono::milliseconds life) {
  while (!restarts_.empty() && now - restarts_.front() >= limits_.window) restarts_.pop_front();
  if (restarts_.size() >= limits_.budget) return std::nullopt;
  restarts_.push_back(now);
  if (life >= limits_.healthy_life) in_a_row_ = 0;
  if (in_a_row_++ == 0) return std::chrono::milliseconds(0);
  std::chrono::milliseconds delay = limits_.first_delay;
  for (std::size_t i = 2; i < in_a_row_ && delay < limits_.longest_delay; ++i) delay *= 2;
  return std::min(delay, limits_.longest_delay);
}

}  // namespace socketcluster::supervisor
