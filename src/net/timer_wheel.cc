// SPDX-License-Identifier: MIT
#include "net/timer_wheel.h"

#include <bit>

#include "base/assert.h"

namespace socketcluster::net {
namespace {

constexpr std::size_t kMask = 255;
constexpr unsigned kBits = 8;

void set_bit(auto& bits, std::size_t index) {
  bits[index / 64] |= std::uint64_t{1} << (index % 64);
}
void clear_bit(auto& bits, std::size_t index) {
  bits[index / 64] &= ~(std::uint64_t{1} << (index % 64));
}

}  // namespace

void Timer::cancel() {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

TimerWheel::Slot::Slot() {
  previous_ = next_ = this;
}

// The head leaves its list before ~Timer() looks at it, and so does everything that is still armed.
TimerWheel::Slot::~Slot() {
  while (next_ != this) next_->cancel();
  previous_ = next_ = nullptr;
}

TimerWheel::TimerWheel(std::uint64_t now_ms) : current_ms_(now_ms) {}
TimerWheel::~TimerWheel() = default;

void TimerWheel::arm(Timer& timer, std::uint64_t deadline_ms) {
  timer.cancel();
  timer.deadline_ms_ = deadline_ms > current_ms_ ? deadline_ms : current_ms_ + 1;
  place(timer);
}

// REQUIRES: the deadline is current_ms_ (only while its slot is about to fire) or later.
void TimerWheel::place(Timer& timer) {
  const std::uint64_t distance = timer.deadline_ms_ - current_ms_;
  std::size_t level = 0;
  while (level + 1 < kLevels && (distance >> (kBits * (level + 1))) != 0) ++level;
  std::uint64_t when = timer.deadline_ms_;
  if ((distance >> (kBits * kLevels)) != 0) when = current_ms_ + UINT32_MAX;  // moved on when due
  link(level, (when >> (kBits * level)) & kMask, timer);
}

void TimerWheel::link(std::size_t level, std::size_t slot, Timer& timer) {
  Slot& head = slots_[level][slot];
  timer.previous_ = head.previous_;
  timer.next_ = &head;
  head.previous_->next_ = &timer;
  head.previous_ = &timer;
  set_bit(occupied_[level], slot);
}

void TimerWheel::advance(std::uint64_t now_ms) {
  while (current_ms_ < now_ms) {
    const std::uint64_t step = ms_until_next(current_ms_);
    if (step > now_ms - current_ms_) {
      current_ms_ = now_ms;
      return;
    }
    current_ms_ += step;
    for (std::size_t level = kLevels - 1; level > 0; --level) {
      if ((current_ms_ & ((std::uint64_t{1} << (kBits * level)) - 1)) == 0) cascade(level);
    }
    fire_current_slot();
  }
}

// Moves the timers of the slot that begins now to the levels below.
void TimerWheel::cascade(std::size_t level) {
  const std::size_t index = (current_ms_ >> (kBits * level)) & kMask;
  Slot& slot = slots_[level][index];
  clear_bit(occupied_[level], index);
  Slot moving;
  while (slot.next_ != &slot) {  // a timer may return to this very slot (a full turn away)
    Timer& timer = *slot.next_;
    timer.cancel();
    timer.previous_ = moving.previous_;
    timer.next_ = &moving;
    moving.previous_->next_ = &timer;
    moving.previous_ = &timer;
  }
  while (moving.next_ != &moving) {
    Timer& timer = *moving.next_;
    timer.cancel();
    place(timer);
  }
}

void TimerWheel::fire_current_slot() {
  const std::size_t index = current_ms_ & kMask;
  Slot& slot = slots_[0][index];
  clear_bit(occupied_[0], index);
  // Whatever a callback arms goes to a later slot, so this list only shrinks.
  while (slot.next_ != &slot) {
    Timer& timer = *slot.next_;
    SC_DCHECK(timer.deadline_ms_ == current_ms_);
    timer.cancel();
    timer.on_timer();
  }
}

// The first offset from 1 to 256 behind slot `from` (wrapping) whose bit is set; 0 when none is.
std::size_t TimerWheel::distance_to_next(const SlotBits& bits, std::size_t from) {
  const std::size_t start = (from + 1) & kMask;
  const std::size_t words = bits.size();
  for (std::size_t i = 0; i <= words; ++i) {
    std::uint64_t word = bits[(start / 64 + i) % words];
    if (i == 0) word &= ~std::uint64_t{0} << (start % 64);
    if (i == words) word &= ~(~std::uint64_t{0} << (start % 64));
    if (word == 0) continue;
    const std::size_t index = ((start / 64 + i) % words) * 64 + std::countr_zero(word);
    return ((index - start) & kMask) + 1;
  }
  return 0;
}

std::uint64_t TimerWheel::ms_until_next(std::uint64_t now_ms) const {
  std::uint64_t next = kNever;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::uint64_t turn = current_ms_ >> (kBits * level);
    const std::size_t offset = distance_to_next(occupied_[level], turn & kMask);
    if (offset == 0) continue;
    const std::uint64_t begins = (turn + offset) << (kBits * level);
    if (begins < next) next = begins;
  }
  if (next == kNever) return kNever;
  return next > now_ms ? next - now_ms : 0;
}

}  // namespace socketcluster::net
