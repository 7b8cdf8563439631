// SPDX-License-Identifier: MIT
#include "supervisor/entrance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "net/listening_socket.h"

namespace socketcluster::supervisor {
namespace {

class EntranceTest : public testing::Test {
 protected:
  EntranceTest() {
    options_.host = "127.0.0.1";
    options_.port = 0;
    options_.workers = 2;
  }
  Options options_;
  base::NullLog log_;
  net::EventLoop loop_;
  Entrance entrance_{loop_, log_, 10};
};

TEST_F(EntranceTest, DealsToSeveralWorkers) {
  ASSERT_TRUE(entrance_.open(options_));
  EXPECT_TRUE(entrance_.deals());
  EXPECT_EQ(entrance_.listen_fd(0), -1);
  EXPECT_NE(entrance_.port(), 0);
}

TEST_F(EntranceTest, OneWorkerAcceptsItself) {
  options_.workers = 1;
  ASSERT_TRUE(entrance_.open(options_));
  EXPECT_FALSE(entrance_.deals());
  EXPECT_EQ(net::local_port(entrance_.listen_fd(0)), entrance_.port());
}

TEST_F(EntranceTest, WithoutAPolicyEachWorkerHasASocketOnTheSamePort) {
  options_.scheduling_policy = SchedulingPolicy::kNone;
  ASSERT_TRUE(entrance_.open(options_));
  EXPECT_FALSE(entrance_.deals());
  EXPECT_NE(entrance_.listen_fd(0), entrance_.listen_fd(1));
  for (const std::uint32_t worker : {0, 1}) {
    EXPECT_EQ(net::local_port(entrance_.listen_fd(worker)), entrance_.port());
  }
}

// SO_REUSEPORT would let two instances share it unnoticed.
TEST_F(EntranceTest, ATakenPortIsAFailureInAnyCase) {
  ASSERT_TRUE(entrance_.open(options_));
  for (const SchedulingPolicy policy : {SchedulingPolicy::kRoundRobin, SchedulingPolicy::kNone}) {
    Options second = options_;
    second.port = entrance_.port();
    second.scheduling_policy = policy;
    const base::Status opened = Entrance(loop_, log_, 10).open(second);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().text, testing::HasSubstr(std::to_string(entrance_.port())));
  }
}

}  // namespace
}  // namespace socketcluster::supervisor
