// SPDX-License-Identifier: MIT
#include "config/suggest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketcluster::config {
namespace {

const std::vector<std::string_view> kKnown{"port", "path", "pingInterval", "pingTimeout"};

TEST(Suggest, FindsEachKindOfTypingError) {
  EXPECT_EQ(closest("prt", kKnown), "port");                   // left out
  EXPECT_EQ(closest("poort", kKnown), "port");                 // too much
  EXPECT_EQ(closest("pirt", kKnown), "port");                  // another letter
  EXPECT_EQ(closest("prot", kKnown), "port");                  // swapped
  EXPECT_EQ(closest("pinginterval", kKnown), "pingInterval");  // case
  EXPECT_EQ(closest("pinIntervall", kKnown), "pingInterval");  // two errors
}

TEST(Suggest, StaysSilentWhenNothingIsNear) {
  EXPECT_EQ(closest("colour", kKnown), "");
  EXPECT_EQ(closest("pngIntrvl", kKnown), "");  // three errors
  EXPECT_EQ(closest("", kKnown), "");
  EXPECT_EQ(closest("x", std::vector<std::string_view>{"ab"}), "");
  EXPECT_EQ(closest(std::string(100'000, 'p'), kKnown), "");
  EXPECT_EQ(suggestion("colour", kKnown), "");
}

TEST(Suggest, AsksAQuestion) {
  EXPECT_EQ(suggestion("prot", kKnown), "; did you mean 'port'?");
}

}  // namespace
}  // namespace socketcluster::config
