// SPDX-License-Identifier: MIT
#include "net/event_loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "unit/net/test_handler.h"

namespace socketcluster::net {
namespace {

using std::chrono::milliseconds;
using test::TestHandler;

// What the loop tells of connections that somebody holds a copy of.
class WatchedConnectionTest : public ::testing::Test {
 protected:
  WatchedConnectionTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    fd_ = ends[0];
    peer_ = ends[1];
    loop_.set_first_bytes_handler([this](int fd) {
      EXPECT_EQ(fd, fd_);
      EXPECT_NE(::fcntl(fd, F_GETFD), -1);
      EXPECT_EQ(handler_.received, "");
      ++told_;
    });
    loop_.adopt_watched(fd_).set_handler(handler_);
  }
  ~WatchedConnectionTest() override { ::close(peer_); }
  void turn() { loop_.run_once(milliseconds(0)); }

  TestHandler handler_;
  EventLoop loop_;
  int fd_ = -1, peer_ = -1, told_ = 0;
};

TEST_F(WatchedConnectionTest, TellsOnceBeforeTheFirstBytes) {
  turn();
  EXPECT_EQ(told_, 0);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(::send(peer_, "ab", 2, MSG_NOSIGNAL), 2);
    turn();
  }
  EXPECT_EQ(handler_.received, "abab");
  EXPECT_EQ(told_, 1);
}

TEST_F(WatchedConnectionTest, TellsOfAnEndWithoutBytes) {
  ::shutdown(peer_, SHUT_WR);
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(handler_.closes, 1);
  EXPECT_EQ(told_, 1);
}

TEST_F(WatchedConnectionTest, TellsOfItsOwnEndWithoutBytes) {
  handler_.connection()->abort();
  turn();
  EXPECT_EQ(handler_.closes, 1);
  EXPECT_EQ(told_, 1);
}

TEST_F(WatchedConnectionTest, GivesUpAConnectionThatSomebodyElseHasToo) {
  const int copy = ::dup(fd_);
  int released = -1;
  loop_.release_watched([&](int fd) { released = fd; });
  turn();
  EXPECT_EQ(released, fd_);
  EXPECT_EQ(handler_.closes, 1);
  EXPECT_EQ(told_, 0);
  ASSERT_EQ(::send(peer_, "ab", 2, MSG_NOSIGNAL), 2);  // its peer has noticed nothing
  char bytes[2];
  EXPECT_EQ(::recv(copy, bytes, sizeof bytes, MSG_DONTWAIT), 2);
  ::close(copy);
}

// The loop used to be told of events on a socket whose connection was destroyed, as long as another
// process had the socket, too.
TEST_F(WatchedConnectionTest, HearsNothingOfASocketThatOnlySomebodyElseHas) {
  const int copy = ::dup(fd_);
  ASSERT_EQ(::send(peer_, "ab", 2, MSG_NOSIGNAL), 2);
  turn();
  handler_.connection()->abort();
  turn();
  ASSERT_EQ(handler_.closes, 1);
  ASSERT_EQ(::send(peer_, "cd", 2, MSG_NOSIGNAL), 2);
  turn();
  EXPECT_EQ(handler_.received, "ab");
  ::close(copy);
}

TEST_F(WatchedConnectionTest, KeepsAConnectionThatBytesHaveComeOf) {
  ASSERT_EQ(::send(peer_, "ab", 2, MSG_NOSIGNAL), 2);
  turn();
  loop_.release_watched([](int /*fd*/) { FAIL(); });
  turn();
  EXPECT_EQ(handler_.closes, 0);
}

}  // namespace
}  // namespace socketcluster::net
