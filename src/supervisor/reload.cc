// SPDX-License-Identifier: MIT
#include "supervisor/reload.h"

#include <algorithm>

namespace socketcluster::supervisor {

void Reload::add(std::uint32_t slot) {
  if (std::find(waiting_.begin(), waiting_.end(), slot) != waiting_.end()) return;
  waiting_.push_back(slot);
  if (!is_busy_) next();
}

void Reload::next() {
  is_busy_ = !waiting_.empty();
  if (!is_busy_) return actions_.reload_finished(true);
  current_ = waiting_.front();
  waiting_.pop_front();
  if (!actions_.start_successor(current_)) failed(current_);
}

void Reload::failed(std::uint32_t slot) {
  if (!is_busy_ || slot != current_) return;
  cancel();
  actions_.reload_finished(false);
}

void Reload::settled(std::uint32_t slot) {
  if (is_busy_ && slot == current_) next();
}

void Reload::cancel() {
  waiting_.clear();
  is_busy_ = false;
}

}  // namespace socketcluster::supervisor
