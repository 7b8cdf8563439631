// SPDX-License-Identifier: MIT
// How fast a counter grows, measured over intervals: the rate is that of the last whole interval,
// or while the first one runs of what has passed of it.
//
// Costs nothing per event: whoever counts only counts. Thread rule: belongs to one thread.
#pragma once

#include <cstdint>

namespace socketcluster::base {

class Rate {
 public:
  explicit Rate(std::uint64_t now_ms) : start_ms_(now_ms) {}

  // An interval ends.
  void end_interval(std::uint64_t count, std::uint64_t now_ms) {
    last_ = since_start(count, now_ms);
    is_complete_ = true;
    start_count_ = count;
    start_ms_ = now_ms;
  }

  double per_second(std::uint64_t count, std::uint64_t now_ms) const {
    return is_complete_ ? last_ : since_start(count, now_ms);
  }

 private:
  double since_start(std::uint64_t count, std::uint64_t now_ms) const {
    if (now_ms <= start_ms_ || count <= start_count_) return 0;
    return static_cast<double>(count - start_count_) * 1000 /
           static_cast<double>(now_ms - start_ms_);
  }

  std::uint64_t start_count_ = 0;
  std::uint64_t start_ms_;
  double last_ = 0;
  bool is_complete_ = false;
};

}  // namespace socketcluster::base
