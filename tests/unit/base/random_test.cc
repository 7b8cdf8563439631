// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <vector>

namespace socketcluster::base {
namespace {

// The chance that a right implementation fails here is below 2^-100.
TEST(SystemRandom, FillsEveryByteAtEverySizeAroundTheBuffer) {
  for (const std::size_t size : {1u, 11u, 127u, 128u, 129u, 255u, 256u, 257u, 1000u}) {
    SystemRandom random;
    std::vector<std::uint8_t> seen(size, 0);
    for (int round = 0; round < 40; ++round) {
      std::vector<std::uint8_t> bytes(size, 0);
      random.fill(bytes);
      for (std::size_t i = 0; i < size; ++i) seen[i] |= bytes[i];
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 0) << size;
  }
}

TEST(SystemRandom, NeverGivesTheSameBytesTwice) {
  SystemRandom random;
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int i = 0; i < 1000; ++i) {
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
}

TEST(SystemRandom, FillsNothingWhenNothingIsAsked) {
  SystemRandom random;
  random.fill({});
}

}  // namespace
}  // namespace socketcluster::base
