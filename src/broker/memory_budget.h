// SPDX-License-Identifier: MIT
// What the key-value store of one broker may keep, counted as bytes of memory: the values and their
// names with a fair share for the allocations around them. Thread rule: as its owner.
#pragma once

#include <cstddef>
#include <string>

#include "base/assert.h"
#include "base/result.h"

namespace socketcluster::broker {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit_bytes) : limit_(limit_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  std::size_t limit() const { return limit_; }
  std::size_t used() const { return used_; }

  // Whether `extra` bytes have room once `freed` of those in use are given back.
  base::Status check(std::size_t extra, std::size_t freed = 0) const {
    const std::size_t kept = used_ - freed;
    // What frees more than it takes is let through in any case.
    if (extra <= freed || (kept <= limit_ && extra <= limit_ - kept)) return base::Status::ok();
    return base::Failure{"The key-value store is full: brokerDataLimit is " +
                         std::to_string(limit_) + " bytes"};
  }
  void take(std::size_t bytes) { used_ += bytes; }
  void give_back(std::size_t bytes) {
    SC_ASSERT(bytes <= used_);
    used_ -= bytes;
  }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

}  // namespace socketcluster::broker
