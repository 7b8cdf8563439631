// SPDX-License-Identifier: MIT
#include "base/unique_function.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace socketcluster::base {
namespace {

TEST(UniqueFunction, HoldsAMoveOnlyCallable) {
  auto value = std::make_unique<int>(7);
  UniqueFunction<int(int)> add = [value = std::move(value)](int n) { return *value + n; };
  UniqueFunction<int(int)> moved = std::move(add);
  EXPECT_FALSE(add);  // NOLINT(bugprone-use-after-move): the moved-from state is what is tested
  EXPECT_EQ(moved(3), 10);
}

TEST(UniqueFunction, HoldsACallableThatDoesNotFitInPlace) {
  std::array<long, 16> numbers{};
  numbers[15] = 5;
  UniqueFunction<long()> last = [numbers] { return numbers[15]; };
  UniqueFunction<long()> moved = std::move(last);
  EXPECT_EQ(moved(), 5);
}

TEST(UniqueFunction, DestroysItsTargetOnce) {
  auto counter = std::make_shared<int>(0);
  {
    UniqueFunction<void()> first = [counter] { ++*counter; };
    UniqueFunction<void()> second;
    second = std::move(first);
    second();
    EXPECT_EQ(counter.use_count(), 2);
    second = nullptr;
    EXPECT_EQ(counter.use_count(), 1);
  }
  EXPECT_EQ(*counter, 1);
}

}  // namespace
}  // namespace socketcluster::base
