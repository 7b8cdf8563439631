// SPDX-License-Identifier: MIT
#include "net/timer_wheel.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace socketcluster::net {
namespace {

class TestTimer final : public Timer {
 public:
  explicit TestTimer(std::function<void()> action) : action_(std::move(action)) {}

 private:
  void on_timer() override { action_(); }
  std::function<void()> action_;
};

TEST(TimerWheel, FiresAtTheDeadlineAndNotBefore) {
  for (const std::uint64_t distance : {1u, 2u, 254u, 255u, 256u, 257u, 511u, 512u, 65534u, 65535u,
                                       65536u, 65537u, 16777215u, 16777216u, 16777217u}) {
    for (const std::uint64_t start : {0u, 1u, 255u, 256u, 65535u, 1000003u}) {
      TimerWheel wheel(start);
      int fired = 0;
      TestTimer timer([&] { ++fired; });
      wheel.arm(timer, start + distance);
      wheel.advance(start + distance - 1);
      ASSERT_EQ(fired, 0) << start << " + " << distance;
      wheel.advance(start + distance);
      ASSERT_EQ(fired, 1) << start << " + " << distance;
    }
  }
}

TEST(TimerWheel, FiresAPastDeadlineAtTheNextLaterTime) {
  TimerWheel wheel(1000);
  int fired = 0;
  TestTimer timer([&] { ++fired; });
  wheel.arm(timer, 5);
  wheel.advance(1000);
  EXPECT_EQ(fired, 0);
  wheel.advance(1001);
  EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, KeepsTheOrderOfDeadlinesAcrossLevels) {
  TimerWheel wheel(77);
  std::mt19937 random(1);
  std::vector<std::uint64_t> fired;
  std::vector<std::unique_ptr<TestTimer>> timers;
  for (int i = 0; i < 3000; ++i) {
    timers.push_back(std::make_unique<TestTimer>([&fired, &timers, i] {
      (void)timers;
      fired.push_back(static_cast<std::uint64_t>(i));
    }));
    wheel.arm(*timers.back(), 78 + random() % (i % 2 == 0 ? 300 : 200000));
  }
  std::vector<std::uint64_t> deadlines;
  for (const auto& timer : timers) deadlines.push_back(timer->deadline_ms());
  for (std::uint64_t now = 77; now < 210000; now += 1 + random() % 700) wheel.advance(now);
  wheel.advance(210000);
  ASSERT_EQ(fired.size(), timers.size());
  for (std::size_t i = 1; i < fired.size(); ++i) {
    ASSERT_LE(deadlines[fired[i - 1]], deadlines[fired[i]]);
  }
}

TEST(TimerWheel, CancelAndDestructionDisarm) {
  TimerWheel wheel(0);
  int fired = 0;
  TestTimer cancelled([&] { ++fired; });
  wheel.arm(cancelled, 10);
  cancelled.cancel();
  EXPECT_FALSE(cancelled.is_armed());
  {
    TestTimer destroyed([&] { ++fired; });
    wheel.arm(destroyed, 10);
  }
  wheel.advance(100);
  EXPECT_EQ(fired, 0);
}

TEST(TimerWheel, ArmingAgainReplacesTheDeadline) {
  TimerWheel wheel(0);
  int fired = 0;
  TestTimer timer([&] { ++fired; });
  wheel.arm(timer, 10);
  wheel.arm(timer, 2000);
  wheel.advance(1999);
  EXPECT_EQ(fired, 0);
  wheel.advance(2000);
  EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, ACallbackMayArmItselfAndCancelAnother) {
  TimerWheel wheel(0);
  int repeats = 0;
  bool other_fired = false;
  TestTimer other([&] { other_fired = true; });
  std::unique_ptr<TestTimer> repeating;
  std::uint64_t next = 5;
  repeating = std::make_unique<TestTimer>([&] {
    other.cancel();
    if (++repeats < 4) wheel.arm(*repeating, next += 5);
  });
  wheel.arm(*repeating, next);
  wheel.arm(other, 5);  // the same slot, later in the list
  wheel.advance(1000);
  EXPECT_EQ(repeats, 4);
  EXPECT_FALSE(other_fired);
}

TEST(TimerWheel, SaysHowLongNothingHappens) {
  TimerWheel wheel(100);
  EXPECT_EQ(wheel.ms_until_next(100), TimerWheel::kNever);
  TestTimer timer([] {});
  wheel.arm(timer, 130);
  EXPECT_EQ(wheel.ms_until_next(100), 30u);
  EXPECT_EQ(wheel.ms_until_next(125), 5u);
  EXPECT_EQ(wheel.ms_until_next(131), 0u);
  TimerWheel idle(100);
  idle.arm(timer, 100 + 5'000'000);
  const std::uint64_t wait = idle.ms_until_next(100);
  EXPECT_GT(wait, 1000u);  // no busy waiting for a far deadline
  EXPECT_LE(wait, 5'000'000u);
}

TEST(TimerWheel, FiresDeadlinesBeyondItsRange) {
  TimerWheel wheel(0);
  int fired = 0;
  TestTimer timer([&] { ++fired; });
  const std::uint64_t far = (std::uint64_t{1} << 33) + 5;  // 99 days
  wheel.arm(timer, far);
  wheel.advance(far - 1);
  EXPECT_EQ(fired, 0);
  wheel.advance(far);
  EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, OutlivedTimersAreUnlinked) {
  TestTimer timer([] {});
  {
    TimerWheel wheel(0);
    wheel.arm(timer, 10);
  }
  EXPECT_FALSE(timer.is_armed());
}

}  // namespace
}  // namespace socketcluster::net
