// SPDX-License-Identifier: MIT
#include "exchange/pending_publishes.h"

#include <algorithm>

#include "exchange/texts.h"

namespace socketcluster::exchange {

void PendingPublishes::add(std::uint64_t number, std::uint64_t deadline_ms, Done done) {
  entries_.push_back({number, deadline_ms, std::move(done)});
}

// Amortised: the array is emptied, or shrinks by half each time that its first half is done.
void PendingPublishes::confirm_first() {
  Done done = std::move(entries_[first_++].done);
  expired_ = std::max(expired_, first_);
  if (first_ * 2 >= entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    expired_ -= first_;
    first_ = 0;
  }
  if (done) done(nullptr);
}

// They stay in their places, because their numbers are still to come.
std::size_t PendingPublishes::expire(std::uint64_t now_ms) {
  const broker::ExchangeError error = timed_out("publish");
  std::size_t unheard = 0;
  while (expired_ < entries_.size() && entries_[expired_].deadline_ms <= now_ms) {
    Done done = std::exchange(entries_[expired_++].done, nullptr);
    done ? done(&error) : static_cast<void>(++unheard);
  }
  return unheard;
}

std::size_t PendingPublishes::fail_all(const broker::ExchangeError& error) {
  const std::size_t told = expired_;
  expired_ = 0;
  first_ = 0;
  std::vector<Entry> entries = std::exchange(entries_, {});
  std::size_t unheard = 0;
  for (std::size_t i = told; i < entries.size(); ++i) {
    entries[i].done ? entries[i].done(&error) : static_cast<void>(++unheard);
  }
  return unheard;
}

}  // namespace socketcluster::exchange
