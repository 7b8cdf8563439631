// SPDX-License-Identifier: MIT
#include "net/connection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "unit/net/test_handler.h"

namespace socketcluster::net {
namespace {

using std::chrono::milliseconds;
using test::TestHandler;

// A connection on the loop and the other end of it as a plain non-blocking descriptor.
class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    connection_ = &loop_.adopt(ends[0]);
    connection_->set_handler(handler_);
    peer_ = ends[1];
    ::fcntl(peer_, F_SETFL, O_NONBLOCK);
  }
  ~ConnectionTest() override { close_peer(); }

  void close_peer() {
    if (peer_ >= 0) ::close(peer_);
    peer_ = -1;
  }
  void turn() { loop_.run_once(milliseconds(0)); }
  std::string peer_reads() {
    std::string all;
    char buffer[65536];
    for (;;) {
      const ssize_t size = ::recv(peer_, buffer, sizeof buffer, 0);
      if (size <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(size));
    }
  }
  bool peer_sees_end() {
    char byte = 0;
    return ::recv(peer_, &byte, 1, MSG_PEEK) == 0;
  }
  // Fills the kernel's buffers until something has to wait in the connection.
  std::size_t fill() {
    std::size_t written = 0;
    while (connection_->queued_bytes() == 0) {
      connection_->write(base::SharedBytes::copy_of(std::string(65536, 'f')));
      written += 65536;
      turn();
    }
    return written;
  }

  TestHandler handler_;  // outlives the connection, which the loop owns
  EventLoop loop_;
  Connection* connection_ = nullptr;
  int peer_ = -1;
};

TEST_F(ConnectionTest, SendsInOrderAtTheEndOfTheIteration) {
  loop_.post([this] {
    connection_->write_copy("one ");
    connection_->write(base::SharedBytes::copy_of("two "));
    connection_->write_copy("three ");
    connection_->write_copy("four");
    EXPECT_EQ(peer_reads(), "");
    EXPECT_EQ(connection_->queued_bytes(), 18u);
  });
  turn();
  EXPECT_EQ(peer_reads(), "one two three four");
  EXPECT_EQ(connection_->queued_bytes(), 0u);
}

TEST_F(ConnectionTest, DeliversWhatThePeerSends) {
  ASSERT_EQ(::send(peer_, "hello", 5, 0), 5);
  turn();
  EXPECT_EQ(handler_.received, "hello");
}

TEST_F(ConnectionTest, KeepsWhatTheKernelDoesNotTakeAndResumes) {
  handler_.limits = {std::size_t{64} << 20, std::size_t{64} << 20};
  std::string expected;
  for (int i = 0; i < 400; ++i) {
    const std::string block(static_cast<std::size_t>(1 + i * 37), static_cast<char>('a' + i % 26));
    expected += block;
    if (i % 3 == 0) {
      connection_->write_copy(block);
    } else {
      connection_->write(base::SharedBytes::copy_of(block));
    }
    if (i % 7 == 0) turn();
  }
  std::string received;
  while (received.size() < expected.size()) {
    turn();
    received += peer_reads();
  }
  EXPECT_EQ(received, expected);
  turn();
  EXPECT_EQ(connection_->queued_bytes(), 0u);
  EXPECT_EQ(handler_.drains, 1);
}

TEST_F(ConnectionTest, StopsReadingAboveTheSoftLimitAndReadsAgainAfterDraining) {
  handler_.limits = {1000, std::size_t{64} << 20};
  fill();
  ASSERT_TRUE(connection_->is_reading_paused());
  ASSERT_EQ(::send(peer_, "request", 7, 0), 7);
  turn();
  EXPECT_EQ(handler_.received, "");
  while (connection_->queued_bytes() > 0) {
    peer_reads();
    turn();
  }
  turn();
  EXPECT_EQ(handler_.received, "request");
}

TEST_F(ConnectionTest, ExactlyTheHardLimitIsAllowedAndOneMoreOverflows) {
  fill();
  const std::size_t waiting = connection_->queued_bytes();
  handler_.limits = {1, waiting + 10};
  connection_->write_copy(std::string(10, 'x'));
  turn();
  EXPECT_EQ(handler_.overflows, 0);
  connection_->write_copy("y");
  turn();
  EXPECT_EQ(handler_.overflows, 1);
  EXPECT_EQ(handler_.closes, 1);  // a handler without a remedy: aborted
}

TEST_F(ConnectionTest, AnOverflowDropsWhatHadNotBegunAndLeavesRoomForAFarewell) {
  const std::size_t written = fill();
  handler_.limits = {1, 1};
  handler_.when_overflow = [this] {
    connection_->write_copy("farewell");
    connection_->close();
  };
  connection_->write_copy(std::string(5000, 'x'));
  turn();
  EXPECT_EQ(handler_.overflows, 1);
  std::string received;
  while (!peer_sees_end()) {
    received += peer_reads();
    turn();
  }
  EXPECT_LE(received.size(), written + 8);
  EXPECT_EQ(received.substr(received.size() - 8), "farewell");
  EXPECT_EQ(received.find('x'), std::string::npos);
}

TEST_F(ConnectionTest, CloseDeliversTheQueueAndThenTheEnd) {
  const std::size_t written = fill();
  connection_->write_copy("last words");
  connection_->close();
  connection_->write_copy("ignored");
  std::string received;
  while (!peer_sees_end()) {
    turn();
    received += peer_reads();
  }
  EXPECT_EQ(received.size(), written + 10);
  EXPECT_EQ(handler_.closes, 0);  // lingers for the peer's end
  close_peer();
  turn();
  EXPECT_EQ(handler_.closes, 1);
  EXPECT_EQ(handler_.connection(), nullptr);
  EXPECT_EQ(loop_.connection_count(), 0u);
}

TEST_F(ConnectionTest, IgnoresInputAfterClose) {
  connection_->close();
  ASSERT_EQ(::send(peer_, "late", 4, 0), 4);
  turn();
  turn();
  EXPECT_EQ(handler_.received, "");
}

TEST_F(ConnectionTest, ThePeersEndClosesByDefaultAndStillGetsTheQueue) {
  connection_->write_copy("answer");
  ASSERT_EQ(::shutdown(peer_, SHUT_WR), 0);
  turn();
  EXPECT_EQ(handler_.ends, 1);
  turn();
  EXPECT_EQ(peer_reads(), "answer");
  EXPECT_TRUE(peer_sees_end());
  EXPECT_EQ(handler_.closes, 1);
}

TEST_F(ConnectionTest, ThePeersEndWhileOutputWaitsIsReportedOnceAndStillGetsTheQueue) {
  const std::size_t written = fill();
  ASSERT_EQ(::shutdown(peer_, SHUT_WR), 0);
  turn();
  EXPECT_EQ(handler_.ends, 1);
  turn();
  EXPECT_EQ(handler_.ends, 1);
  EXPECT_EQ(handler_.closes, 0);
  std::string received;
  while (!peer_sees_end()) {
    received += peer_reads();
    turn();
  }
  EXPECT_EQ(received.size(), written);
  EXPECT_EQ(handler_.closes, 1);
}

TEST_F(ConnectionTest, AHalfClosedPeerCanStillBeAnswered) {
  handler_.close_on_end = false;
  ASSERT_EQ(::shutdown(peer_, SHUT_WR), 0);
  turn();
  turn();
  EXPECT_EQ(handler_.ends, 1);
  connection_->write_copy("late answer");
  turn();
  EXPECT_EQ(peer_reads(), "late answer");
  connection_->close();
  turn();
  EXPECT_EQ(handler_.closes, 1);
}

TEST_F(ConnectionTest, ALostPeerIsReportedOnce) {
  close_peer();
  connection_->write_copy("nobody reads this");
  turn();
  turn();
  turn();
  EXPECT_EQ(handler_.closes, 1);
}

// A failed send used to end the connection with what the peer had sent unread.
TEST_F(ConnectionTest, WhatAPeerSentBeforeItDiedIsReadAlthoughItTakesNothingAnyMore) {
  const std::string last(300'000, 'x');
  const int room = 1 << 20;
  ::setsockopt(peer_, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  ASSERT_EQ(::send(peer_, last.data(), last.size(), 0), static_cast<ssize_t>(last.size()));
  connection_->write_copy("never read");
  connection_->flush();
  close_peer();  // with unread input: a reset
  while (handler_.closes == 0) {
    if (handler_.connection() != nullptr) handler_.connection()->write_copy("into the void");
    turn();
  }
  EXPECT_EQ(handler_.received.size(), last.size());
  EXPECT_EQ(handler_.closes, 1);
}

TEST_F(ConnectionTest, ABacklogForADeadPeerIsDroppedAndItsLastWordsAreRead) {
  handler_.limits = {1000, std::size_t{64} << 20};
  fill();
  ASSERT_TRUE(connection_->is_reading_paused());
  ASSERT_EQ(::send(peer_, "bye", 3, 0), 3);
  close_peer();
  for (int i = 0; i < 10 && handler_.closes == 0; ++i) turn();
  EXPECT_EQ(handler_.received, "bye");
  EXPECT_EQ(handler_.closes, 1);
}

TEST_F(ConnectionTest, CloseAfterAFailedSendIsCompleteAtOnce) {
  ASSERT_EQ(::send(peer_, "bye", 3, 0), 3);
  handler_.when_bytes = [this] { connection_->close(); };
  connection_->write_copy("x");
  close_peer();
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(handler_.received, "bye");
  EXPECT_EQ(handler_.closes, 1);
}

TEST_F(ConnectionTest, FlushHandsOverBeforeTheEndOfTheIteration) {
  loop_.post([this] {
    connection_->write_copy("early");
    connection_->flush();
    EXPECT_EQ(peer_reads(), "early");
    EXPECT_EQ(connection_->queued_bytes(), 0u);
    connection_->write_copy("late");
  });
  turn();
  EXPECT_EQ(peer_reads(), "late");
}

TEST_F(ConnectionTest, TellsOfEachPartOfTheBacklogThatIsTaken) {
  handler_.limits = {std::size_t{64} << 20, std::size_t{64} << 20};
  fill();
  for (int i = 0; i < 20; ++i)
    connection_->write(base::SharedBytes::copy_of(std::string(65536, 'b')));
  turn();
  EXPECT_EQ(handler_.progresses, 0);
  while (handler_.drains == 0) {
    peer_reads();
    turn();
  }
  EXPECT_GT(handler_.progresses, 1);
  EXPECT_EQ(handler_.drains, 1);
}

TEST_F(ConnectionTest, ClosesInsideACallbackTakeEffectAtTheEndOfTheIteration) {
  handler_.when_bytes = [this] {
    connection_->write_copy("bye");
    connection_->abort();
    connection_->abort();
    connection_->close();
    connection_->write_copy("ignored");
    EXPECT_EQ(handler_.closes, 0);
  };
  ASSERT_EQ(::send(peer_, "x", 1, 0), 1);
  turn();
  EXPECT_EQ(handler_.closes, 1);
}

TEST_F(ConnectionTest, PausedReadingLeavesBytesInTheKernel) {
  connection_->pause_reading();
  ASSERT_EQ(::send(peer_, "x", 1, 0), 1);
  turn();
  EXPECT_EQ(handler_.received, "");
  connection_->resume_reading();
  turn();
  EXPECT_EQ(handler_.received, "x");
}

TEST_F(ConnectionTest, AHandlerCanBeExchangedInsideItsOwnCallback) {
  TestHandler next;
  handler_.when_bytes = [&] { connection_->set_handler(next); };
  ASSERT_EQ(::send(peer_, "a", 1, 0), 1);
  turn();
  ASSERT_EQ(::send(peer_, "b", 1, 0), 1);
  turn();
  EXPECT_EQ(handler_.received, "a");
  EXPECT_EQ(next.received, "b");
  EXPECT_EQ(handler_.connection(), nullptr);
  connection_->abort();
  turn();
  EXPECT_EQ(handler_.closes, 0);
  EXPECT_EQ(next.closes, 1);
}

TEST_F(ConnectionTest, TheLoopsEndClosesWhatIsOpen) {
  TestHandler other;
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  {
    EventLoop loop;
    loop.adopt(ends[0]).set_handler(other);
  }
  EXPECT_EQ(other.closes, 1);
  ::close(ends[1]);
}

TEST(EventLoopReadLimit, NoConnectionGetsMoreThanItsShareOfAnIteration) {
  TestHandler handler;  // outlives the connection, which the loop owns
  EventLoop loop(1024);
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  loop.adopt(ends[0]).set_handler(handler);
  const std::string bytes(2049, 'x');
  ASSERT_EQ(::send(ends[1], bytes.data(), bytes.size(), 0), 2049);
  loop.run_once(milliseconds(0));
  EXPECT_EQ(handler.received.size(), 1024U);
  loop.run_once(milliseconds(0));
  EXPECT_EQ(handler.received.size(), 2048U);
  loop.run_once(milliseconds(0));
  EXPECT_EQ(handler.received.size(), 2049U);
  ::close(ends[1]);
}

}  // namespace
}  // namespace socketcluster::net
