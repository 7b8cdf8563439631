// SPDX-License-Identifier: MIT
#include "base/shared_bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketcluster::base {
namespace {

TEST(SharedBytes, CopiesShareOneBlock) {
  SharedBytes first = SharedBytes::copy_of("hello");
  SharedBytes second = first;
  EXPECT_TRUE(same_block(first, second));
  first = SharedBytes();
  EXPECT_EQ(second.view(), "hello");
}

TEST(SharedBytes, EmptyHasNoBytes) {
  SharedBytes none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(SharedBytes::copy_of("").size(), 0u);
}

TEST(SharedBytes, KeepsContentsAtEverySizeClassBoundary) {
  for (std::size_t size : {1u, 47u, 48u, 49u, 111u, 112u, 113u, 4079u, 4080u, 4081u, 70000u}) {
    std::vector<SharedBytes> kept;
    for (char c : {'a', 'b', 'c'}) kept.push_back(SharedBytes::copy_of(std::string(size, c)));
    kept.erase(kept.begin());
    kept.push_back(SharedBytes::copy_of(std::string(size, 'd')));  // reuses the freed block
    EXPECT_EQ(kept[0].view(), std::string(size, 'b'));
    EXPECT_EQ(kept[1].view(), std::string(size, 'c'));
    EXPECT_EQ(kept[2].view(), std::string(size, 'd'));
  }
}

TEST(SharedBytes, TruncateShortensTheView) {
  SharedBytes bytes = SharedBytes::copy_of("hello world");
  bytes.truncate(5);
  EXPECT_EQ(bytes.view(), "hello");
}

}  // namespace
}  // namespace socketcluster::base
