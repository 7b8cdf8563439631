// SPDX-License-Identifier: MIT
#include "net/shared_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "net/listening_socket.h"

namespace socketcluster::net {
namespace {

class SharedSocket : public testing::Test {
 protected:
  void SetUp() override {
    const base::Result<int> listening = open_listening_socket({.host = "127.0.0.1"});
    ASSERT_TRUE(listening) << listening.error().text;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(local_port(*listening));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client_ = ::socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(::connect(client_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    accepted_ = ::accept(*listening, nullptr, nullptr);
    ASSERT_GE(accepted_, 0);
    ::close(*listening);
    copy_ = ::fcntl(accepted_, F_DUPFD_CLOEXEC, 0);
  }
  void TearDown() override {
    for (const int fd : {client_, accepted_, copy_}) ::close(fd);
  }

  void send(std::string_view text) const {
    ASSERT_EQ(::send(client_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    int arrived = 0;
    while (arrived < static_cast<int>(text.size()))
      ASSERT_EQ(::ioctl(accepted_, FIONREAD, &arrived), 0);
  }
  // What the client sends is over, and the server's side knows.
  void end() const {
    ::shutdown(client_, SHUT_WR);
    pollfd poll{.fd = accepted_, .events = POLLRDHUP, .revents = 0};
    ASSERT_EQ(::poll(&poll, 1, -1), 1);
  }
  std::string read(std::size_t size) const {
    std::string text(size, '\0');
    text.resize(static_cast<std::size_t>(::recv(accepted_, text.data(), size, 0)));
    return text;
  }

  int client_ = -1;
  int accepted_ = -1;
  int copy_ = -1;  // what the test looks at
};

TEST_F(SharedSocket, IsUnusedUntilItIsRead) {
  EXPECT_FALSE(is_used(copy_));
  send("hello");
  EXPECT_FALSE(is_used(copy_));
  EXPECT_EQ(read(1), "h");
  EXPECT_TRUE(is_used(copy_));
  EXPECT_EQ(read(10), "ello");
  EXPECT_TRUE(is_used(copy_));
}

TEST_F(SharedSocket, TheEndOfThePeerAloneIsNoUse) {
  end();
  EXPECT_FALSE(is_used(copy_));
  EXPECT_EQ(read(1), "");
  EXPECT_FALSE(is_used(copy_));  // whoever gets it sees the end, too
}

TEST_F(SharedSocket, BytesBeforeTheEndCount) {
  send("hello");
  end();
  EXPECT_FALSE(is_used(copy_));
  EXPECT_EQ(read(1), "h");
  EXPECT_TRUE(is_used(copy_));
}

TEST_F(SharedSocket, IsUsedWhenItWasShut) {
  ::shutdown(accepted_, SHUT_WR);
  EXPECT_TRUE(is_used(copy_));
}

TEST_F(SharedSocket, WhatIsNoTcpSocketIsNotKnown) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  EXPECT_FALSE(is_used(pair[0]));
  EXPECT_FALSE(is_used(-1));
  for (const int fd : pair) ::close(fd);
}

}  // namespace
}  // namespace socketcluster::net
