// SPDX-License-Identifier: MIT
#include "net/proxy_preface.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/event_loop.h"

namespace socketcluster::net {
namespace {

constexpr std::string_view kHeader = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

// What comes after the preface.
struct Collector final : ConnectionHandler {
  explicit Collector(std::string& into) : received(into) {}
  void on_bytes(std::span<char> bytes) override { received.append(bytes.data(), bytes.size()); }
  void on_closed() override { delete this; }
  std::string& received;
};

class ProxyPrefaceTest : public ::testing::Test {
 protected:
  ProxyPrefaceTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    client_ = ends[0];
    connection_ = &loop_.adopt(ends[1]);
    ProxyPreface::begin(
        *connection_,
        [this](Connection& connection) {
          address_ = connection.remote_address();
          port_ = connection.remote_port();
          is_handed_on_ = true;
          connection.set_handler(*new Collector(received_));
        },
        [this](std::string_view why) { complaint_ = why; });
  }
  ~ProxyPrefaceTest() override { ::close(client_); }

  void send(std::string_view bytes) {
    ASSERT_EQ(::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    run();
  }
  void run() {
    for (int i = 0; i < 4; ++i) loop_.run_once(std::chrono::milliseconds(0));
  }

  EventLoop loop_;
  Connection* connection_ = nullptr;
  int client_ = -1;
  std::string address_;
  std::uint16_t port_ = 0;
  bool is_handed_on_ = false;
  std::string received_;
  std::string complaint_;
};

TEST_F(ProxyPrefaceTest, TellsTheClientAsThePeerAndLeavesTheRest) {
  send(std::string(kHeader) + "GET /");
  EXPECT_EQ(address_, "192.0.2.1");
  EXPECT_EQ(port_, 56324);
  EXPECT_EQ(received_, "GET /");
  EXPECT_EQ(connection_->remote_address(), "192.0.2.1");
}

TEST_F(ProxyPrefaceTest, TakesTheHeaderInPieces) {
  for (const char c : kHeader.substr(0, kHeader.size() - 1)) send(std::string(1, c));
  EXPECT_FALSE(is_handed_on_);
  send("\nrest");
  EXPECT_EQ(address_, "192.0.2.1");
  EXPECT_EQ(received_, "rest");
}

TEST_F(ProxyPrefaceTest, KeepsThePeerWhenTheProxySpeaksForItself) {
  send("PROXY UNKNOWN\r\nrest");
  EXPECT_TRUE(is_handed_on_);
  EXPECT_EQ(address_, "");
  EXPECT_EQ(received_, "rest");
}

TEST_F(ProxyPrefaceTest, ResetsWhatHasNoHeader) {
  send("GET / HTTP/1.1\r\n");
  EXPECT_FALSE(is_handed_on_);
  EXPECT_NE(complaint_.find("malformed"), std::string::npos);
  EXPECT_EQ(loop_.connection_count(), 0U);
}

TEST_F(ProxyPrefaceTest, ResetsWhoSaysNothingInTime) {
  send("PROXY ");
  loop_.timers().advance(loop_.now_ms() + ProxyPreface::kTimeoutMs + 100);
  run();
  EXPECT_FALSE(is_handed_on_);
  EXPECT_NE(complaint_.find("in time"), std::string::npos);
  EXPECT_EQ(loop_.connection_count(), 0U);
}

TEST_F(ProxyPrefaceTest, EndsWithAClientThatGoes) {
  send("PROXY TCP4");
  ::shutdown(client_, SHUT_WR);
  run();
  EXPECT_FALSE(is_handed_on_);
  EXPECT_EQ(complaint_, "");
}

// What follows a descriptor that is used again must not have the last one's peer.
TEST_F(ProxyPrefaceTest, ForgetsThePeerWithTheConnection) {
  send(kHeader);
  ASSERT_EQ(address_, "192.0.2.1");
  connection_->abort();
  run();
  ASSERT_EQ(loop_.connection_count(), 0U);
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  Connection& next = loop_.adopt(ends[1]);
  std::string ignored;
  next.set_handler(*new Collector(ignored));
  EXPECT_EQ(next.remote_address(), "");
  ::close(ends[0]);
}

}  // namespace
}  // namespace socketcluster::net
