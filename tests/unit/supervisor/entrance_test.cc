// SPDX-License-Identifier: MIT
#include "supervisor/entrance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

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

// Any port that is free now.
std::uint16_t free_port() {
  const base::Result<int> fd = net::open_listening_socket({.host = "127.0.0.1"});
  const std::uint16_t port = net::local_port(*fd);
  ::close(*fd);
  return port;
}

TEST_F(EntranceTest, TheRedirectIsOneSocketForAllInEveryLayout) {
  ASSERT_TRUE(entrance_.open(options_));
  EXPECT_EQ(entrance_.redirect_fd(), -1);
  for (const std::uint32_t workers : {1, 2}) {
    for (const SchedulingPolicy policy : {SchedulingPolicy::kRoundRobin, SchedulingPolicy::kNone}) {
      options_.workers = workers;
      options_.scheduling_policy = policy;
      options_.http_redirect_port = free_port();
      Entrance entrance(loop_, log_, 10);
      ASSERT_TRUE(entrance.open(options_));
      EXPECT_EQ(net::local_port(entrance.redirect_fd()), options_.http_redirect_port);
      EXPECT_NE(entrance.port(), options_.http_redirect_port);
      entrance.close();
      EXPECT_EQ(entrance.redirect_fd(), -1);
      EXPECT_TRUE(Entrance(loop_, log_, 10).open(options_));  // it is free again
    }
  }
}

TEST_F(EntranceTest, ATakenPortOfTheRedirectIsAFailureThatNamesTheOption) {
  ASSERT_TRUE(entrance_.open(options_));
  options_.http_redirect_port = entrance_.port();
  const base::Status opened = Entrance(loop_, log_, 10).open(options_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text,
            "cannot listen on 127.0.0.1 port " + std::to_string(entrance_.port()) +
                ": the port is in use; stop the other program or choose another port "
                "(httpRedirectPort)");
}

}  // namespace
}  // namespace socketcluster::supervisor
