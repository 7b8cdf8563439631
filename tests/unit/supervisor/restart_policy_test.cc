// SPDX-License-Identifier: MIT
#include "supervisor/restart_policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace socketcluster::supervisor {
namespace {

using std::chrono::milliseconds;

TEST(RestartPolicy, DoublesTheDelayOfCrashesInARow) {
  RestartPolicy policy({});
  milliseconds now{1000};
  for (const int expected : {0, 100, 200, 400, 800, 1600, 2000, 2000}) {
    EXPECT_EQ(policy.next_delay(now, milliseconds(10)), milliseconds(expected));
    now += milliseconds(expected + 10);
  }
}

TEST(RestartPolicy, BeginsAnewAfterAHealthyLife) {
  RestartPolicy policy({});
  milliseconds now{0};
  for (int i = 0; i < 4; ++i) static_cast<void>(policy.next_delay(now, milliseconds(1)));
  now += milliseconds(60000);
  EXPECT_EQ(policy.next_delay(now, milliseconds(59999)), milliseconds(800));
  now += milliseconds(60000);
  EXPECT_EQ(policy.next_delay(now, milliseconds(60000)), milliseconds(0));
  EXPECT_EQ(policy.next_delay(now, milliseconds(0)), milliseconds(100));
}

TEST(RestartPolicy, GivesUpWhenTheBudgetOfTheWindowIsUsedUp) {
  RestartPolicy policy({.budget = 3, .window = milliseconds(1000)});
  EXPECT_TRUE(policy.next_delay(milliseconds(0), milliseconds(0)));
  EXPECT_TRUE(policy.next_delay(milliseconds(400), milliseconds(0)));
  EXPECT_TRUE(policy.next_delay(milliseconds(500), milliseconds(0)));
  EXPECT_FALSE(policy.next_delay(milliseconds(999), milliseconds(0)));
  EXPECT_TRUE(policy.next_delay(milliseconds(1000), milliseconds(0)));  // the first has left
  EXPECT_FALSE(policy.next_delay(milliseconds(1001), milliseconds(0)));
}

TEST(RestartPolicy, WithoutABudgetTheFirstEndIsTheLast) {
  RestartPolicy policy({.budget = 0});
  EXPECT_FALSE(policy.next_delay(milliseconds(0), milliseconds(100000)));
}

// With the usual limits, a process that ends at once must not be started for ever.
TEST(RestartPolicy, AProcessThatEndsAtOnceUsesUpTheBudget) {
  RestartPolicy policy({});
  milliseconds now{0};
  int restarts = 0;
  while (const auto delay = policy.next_delay(now, milliseconds(5))) {
    now += *delay + milliseconds(5);
    ASSERT_LT(++restarts, 100);
  }
  EXPECT_EQ(restarts, 20);
  EXPECT_LT(now, milliseconds(60000));
}

}  // namespace
}  // namespace socketcluster::supervisor
