// SPDX-License-Identifier: MIT
// A hierarchical timing wheel: arming, re-arming and cancelling a timer costs O(1) however many
// there are, which is what one timer per connection needs. Resolution: 1 ms. Pure: the time is an
// argument, so tests use any clock they like.
//
//   level 0: 256 slots of 1 ms | level 1: 256 of 256 ms | level 2: 256 of 65.5 s | level 3: 256
//   of 4.7 h
//
// A timer of a higher level moves down when its slot comes up. Not thread safe: belongs to one
// loop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace socketcluster::net {

class TimerWheel;

// Base of everything with a deadline; 32 bytes. Destroying an armed timer cancels it.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool is_armed() const { return next_ != nullptr; }
  // Takes the timer off its wheel; no effect when it is not armed.
  void cancel();
  // Loop time in ms at which it fires, or has fired last.
  std::uint64_t deadline_ms() const { return deadline_ms_; }

 protected:
  virtual ~Timer() { cancel(); }

 private:
  friend class TimerWheel;
  // Called by TimerWheel::advance(), disarmed: may arm itself again, cancel others, or be
  // destroyed.
  virtual void on_timer() = 0;

  Timer* previous_ = nullptr;
  Timer* next_ = nullptr;
  std::uint64_t deadline_ms_ = 0;
};

class TimerWheel {
 public:
  explicit TimerWheel(std::uint64_t now_ms);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  // REQUIRES: no timer is armed, or none outlives the wheel's memory (they are unlinked).
  ~TimerWheel();

  // Arms the timer (again). A deadline that is not in the future fires at the next advance() to a
  // later time. Never calls back synchronously.
  void arm(Timer& timer, std::uint64_t deadline_ms);

  // Fires all timers with deadline <= now_ms in order of their deadline (within the resolution).
  void advance(std::uint64_t now_ms);

  // How long nothing will happen: 0 when something is due at `now_ms`, kNever without timers. May
  // be shorter than the distance to the next timer (a slot of a higher level has to be moved down
  // then).
  static constexpr std::uint64_t kNever = UINT64_MAX;
  std::uint64_t ms_until_next(std::uint64_t now_ms) const;

 private:
  static constexpr std::size_t kLevels = 4;
  static constexpr std::size_t kSlotBits = 8;
  static constexpr std::size_t kSlots = 1 << kSlotBits;

  // Head of a circular list; never fires itself.
  struct Slot final : Timer {
    Slot();
    ~Slot() override;
    void on_timer() override {}
  };

  using SlotBits = std::array<std::uint64_t, kSlots / 64>;

  void place(Timer& timer);
  void link(std::size_t level, std::size_t slot, Timer& timer);
  void cascade(std::size_t level);
  void fire_current_slot();
  static std::size_t distance_to_next(const SlotBits& bits, std::size_t from);

  std::uint64_t current_ms_;  // everything up to and including this time has fired
  std::array<std::array<Slot, kSlots>, kLevels> slots_;
  // A bit per slot that may hold timers; cleared when the slot is visited, so a cancelled timer
  // costs at most one early wake-up.
  std::array<SlotBits, kLevels> occupied_{};
};

}  // namespace socketcluster::net
