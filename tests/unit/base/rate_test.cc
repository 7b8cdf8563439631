// SPDX-License-Identifier: MIT
#include "base/rate.h"

#include <gtest/gtest.h>

namespace socketcluster::base {
namespace {

TEST(Rate, IsThatOfTheLastWholeInterval) {
  Rate rate(1000);
  rate.end_interval(500, 11'000);
  EXPECT_EQ(rate.per_second(500, 11'000), 50);
  EXPECT_EQ(rate.per_second(9999, 20'000), 50);
  rate.end_interval(500, 21'000);
  EXPECT_EQ(rate.per_second(500, 21'000), 0);
  rate.end_interval(510, 26'000);
  EXPECT_EQ(rate.per_second(510, 26'000), 2);
}

TEST(Rate, OfTheFirstIntervalIsThatSoFar) {
  Rate rate(1000);
  EXPECT_EQ(rate.per_second(0, 1000), 0);
  EXPECT_EQ(rate.per_second(7, 1000), 0);
  EXPECT_EQ(rate.per_second(7, 3000), 3.5);
}

}  // namespace
}  // namespace socketcluster::base
