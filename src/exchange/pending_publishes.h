// SPDX-License-Identifier: MIT
// Publishes that a broker has been sent and has not confirmed, in the order of their numbers.
// Thread rule: pure, one thread. Callbacks may add others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "broker/exchange_engine.h"

namespace socketcluster::exchange {

class PendingPublishes {
 public:
  using Done = broker::ExchangeEngine::Done;

  // REQUIRES: `number` is greater and `deadline_ms` not less than in all calls since fail_all().
  void add(std::uint64_t number, std::uint64_t deadline_ms, Done done);

  bool is_empty() const { return first_ == entries_.size(); }
  // The first one that is not confirmed. REQUIRES: !is_empty().
  std::uint64_t first_number() const { return entries_[first_].number; }
  // It is confirmed. REQUIRES: !is_empty().
  void confirm_first();
  // Tells those whose time is over that nobody knows. Returns how many had nobody to be told.
  std::size_t expire(std::uint64_t now_ms);
  // The broker is lost: tells all. Returns as above.
  std::size_t fail_all(const broker::ExchangeError& error);

 private:
  struct Entry {
    std::uint64_t number;
    std::uint64_t deadline_ms;
    Done done;
  };

  std::vector<Entry> entries_;  // [first_, ...) wait
  std::size_t first_ = 0;
  std::size_t expired_ = 0;  // [first_, expired_) have been told
};

}  // namespace socketcluster::exchange
