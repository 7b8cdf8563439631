// SPDX-License-Identifier: MIT
#include "base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

namespace socketcluster::base {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}
int open_one() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

TEST(Descriptor, ClosesWhatItHolds) {
  const int fd = open_one();
  {
    const Descriptor descriptor(fd);
    EXPECT_TRUE(descriptor.is_valid());
    EXPECT_EQ(descriptor.get(), fd);
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(Descriptor, IsHandedOnAndGivenUp) {
  const int fd = open_one();
  {
    Descriptor first(fd);
    Descriptor second(std::move(first));
    Descriptor third;
    EXPECT_FALSE(third.is_valid());
    third = std::move(second);
    EXPECT_EQ(third.release(), fd);
  }
  EXPECT_TRUE(is_open(fd));
  ::close(fd);
}

}  // namespace
}  // namespace socketcluster::base
