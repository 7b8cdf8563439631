// SPDX-License-Identifier: MIT
#include "net/send_buffer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/descriptor.h"

namespace socketcluster::net {
namespace {

class SendBuffer : public ::testing::Test {
 protected:
  SendBuffer() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    one_ = base::Descriptor(ends[0]);
    other_ = base::Descriptor(ends[1]);
  }
  int bytes() const {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(one_.get(), SOL_SOCKET, SO_SNDBUF, &value, &size), 0);
    return value / 2;
  }
  base::Descriptor one_, other_;
};

TEST_F(SendBuffer, BecomesAsLargeAsIsAskedFor) {
  const int small = 8192;
  ::setsockopt(one_.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  raise_send_buffer(one_.get(), 16384);
  EXPECT_EQ(bytes(), 16384);
}

TEST_F(SendBuffer, NeverBecomesSmaller) {
  const int large = 32768;
  ::setsockopt(one_.get(), SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
  raise_send_buffer(one_.get(), 16384);
  EXPECT_EQ(bytes(), 32768);
}

}  // namespace
}  // namespace socketcluster::net
