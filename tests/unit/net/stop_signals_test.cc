// SPDX-License-Identifier: MIT
#include "net/stop_signals.h"

#include <gtest/gtest.h>

namespace socketcluster::net {
namespace {

using Meaning = StopSignals::Meaning;

TEST(StopSignals, TheFirstEndsInOrderAndALaterOneAtOnce) {
  StopSignals signals;
  EXPECT_EQ(signals.take(1000), Meaning::kEndInOrder);
  EXPECT_EQ(signals.take(1000 + StopSignals::kSameWishMs), Meaning::kEndAtOnce);
}

TEST(StopSignals, OneThatIsSentTwiceIsOneWish) {
  StopSignals signals;
  EXPECT_EQ(signals.take(0), Meaning::kEndInOrder);
  EXPECT_EQ(signals.take(0), Meaning::kNothingNew);
  EXPECT_EQ(signals.take(StopSignals::kSameWishMs - 1), Meaning::kNothingNew);
  EXPECT_EQ(signals.take(StopSignals::kSameWishMs + 1), Meaning::kEndAtOnce);
}

}  // namespace
}  // namespace socketcluster::net
