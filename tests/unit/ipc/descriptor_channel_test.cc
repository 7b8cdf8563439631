// SPDX-License-Identifier: MIT
#include "ipc/descriptor_channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace socketcluster::ipc {
namespace {

using std::chrono::milliseconds;

class DescriptorChannelTest : public testing::Test {
 protected:
  DescriptorChannelTest() {
    auto pair = make_descriptor_pair();
    EXPECT_TRUE(pair);
    sender = std::make_unique<DescriptorSender>(loop, pair->first);
    receiving_end = pair->second;
    int pipe_ends[2];
    EXPECT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    pipe_out = pipe_ends[0];
    pipe_in = pipe_ends[1];
  }
  ~DescriptorChannelTest() override {
    for (const NumberedDescriptor& item : received) {
      if (item.fd >= 0) ::close(item.fd);
    }
    for (const int fd : {pipe_out, pipe_in, receiving_end}) {
      if (fd >= 0) ::close(fd);
    }
  }

  void receive() {
    receiver = std::make_unique<DescriptorReceiver>(
        loop, std::exchange(receiving_end, -1),
        [this](NumberedDescriptor item) { received.push_back(item); });
  }
  void run_until_received(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (received.size() < count && std::chrono::steady_clock::now() < end) {
      loop.run_once(milliseconds(50));
    }
    ASSERT_EQ(received.size(), count);
  }

  net::EventLoop loop;
  std::unique_ptr<DescriptorSender> sender;
  std::unique_ptr<DescriptorReceiver> receiver;
  std::vector<NumberedDescriptor> received;
  int receiving_end = -1, pipe_out = -1, pipe_in = -1;
};

TEST_F(DescriptorChannelTest, PassesADescriptorThatWorks) {
  receive();
  sender->send({pipe_in, 42});
  run_until_received(1);
  EXPECT_EQ(received[0].number, 42U);
  ASSERT_GE(received[0].fd, 0);
  EXPECT_NE(received[0].fd, pipe_in);
  EXPECT_NE(::fcntl(received[0].fd, F_GETFD) & FD_CLOEXEC, 0);
  ASSERT_EQ(::write(received[0].fd, "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(pipe_out, &byte, 1), 1);
}

TEST_F(DescriptorChannelTest, KeepsTheOrderOverManyMessages) {
  receive();
  constexpr std::size_t kCount = DescriptorSender::kPerMessage * 3 + 1;
  for (std::size_t i = 0; i < kCount; ++i) sender->send({pipe_in, i});
  run_until_received(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(received[i].number, i);
    EXPECT_GE(received[i].fd, 0);
  }
}

TEST_F(DescriptorChannelTest, WaitsForAProcessThatDoesNotRead) {
  constexpr std::size_t kCount = DescriptorSender::kPerMessage * 4;
  std::size_t sent = 0;
  // One message each, until the kernel's queue is full.
  while (sender->queued() == 0 && sent < 100000) {
    sender->send({pipe_in, sent++});
    loop.run_once(milliseconds(0));
  }
  ASSERT_GT(sender->queued(), 0U);
  for (std::size_t i = 0; i < kCount; ++i) sender->send({pipe_in, sent++});
  receive();
  run_until_received(sent);
  for (std::size_t i = 0; i < sent; ++i) EXPECT_EQ(received[i].number, i);
  EXPECT_EQ(sender->queued(), 0U);
}

TEST_F(DescriptorChannelTest, DoesNotSendWhatWasCancelled) {
  receive();
  sender->send({pipe_in, 1});
  sender->send({pipe_in, 2});
  sender->send({pipe_in, 3});
  sender->cancel(2);
  sender->cancel(7);
  run_until_received(2);
  EXPECT_EQ(received[0].number, 1U);
  EXPECT_EQ(received[1].number, 3U);
}

TEST_F(DescriptorChannelTest, TellsTheNumbersOfDescriptorsThatFoundNoRoom) {
  receive();
  for (std::uint64_t i = 0; i < 4; ++i) sender->send({pipe_in, i});
  // The kernel takes them when they are sent; room is needed by the receiver. All but one is
  // in use.
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int next = ::dup(pipe_out);
  ASSERT_GE(next, 0);
  ::close(next);
  const rlimit low{static_cast<rlim_t>(next) + 1, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  run_until_received(4);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_GE(received[0].fd, 0);
  EXPECT_EQ(received[1].fd, -1);
  EXPECT_EQ(received[2].fd, -1);
  EXPECT_EQ(received[3].fd, -1);
  EXPECT_EQ(received[3].number, 3U);
}

TEST_F(DescriptorChannelTest, StopsWhenTheOtherEndCloses) {
  receive();
  sender->send({pipe_in, 1});
  loop.run_once(milliseconds(0));
  sender.reset();
  run_until_received(1);
  loop.run_once(milliseconds(0));
  EXPECT_EQ(received.size(), 1U);
}

TEST_F(DescriptorChannelTest, ForgetsWhatCannotReachAnybody) {
  ::close(std::exchange(receiving_end, -1));
  sender->send({pipe_in, 1});
  loop.run_once(milliseconds(0));
  EXPECT_EQ(sender->queued(), 0U);
}

}  // namespace
}  // namespace socketcluster::ipc
