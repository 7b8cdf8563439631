// SPDX-License-Identifier: MIT
// A loop whose new connections go through handshakes, and handlers for those that are ready.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>

#include "tls/handshakes.h"
#include "unit/tls/test_certificates.h"
#include "unit/tls/test_client.h"

namespace socketcluster::tls {

struct TestHandler final : net::ConnectionHandler {
  void on_bytes(std::span<char> bytes) override {
    received.append(bytes.data(), bytes.size());
    if (when_bytes) when_bytes();
  }
  void on_end() override {
    ++ends;
    connection_->close();
  }
  void on_drain() override { ++drains; }
  void on_overflow() override {
    ++overflows;
    connection_->write_copy("farewell");
    connection_->close();
  }
  void on_closed() override { ++closes; }
  const net::OutputLimits& output_limits() const override { return limits; }
  net::Connection* connection() const { return connection_; }

  std::string received;
  std::function<void()> when_bytes;
  net::OutputLimits limits;
  int ends = 0, drains = 0, overflows = 0, closes = 0;
};

inline TicketKeys keys_of(std::uint8_t first) {
  TicketKey key{};
  key.name.fill(first);
  key.cipher.fill(first);
  key.mac.fill(first);
  return {key};
}

// Connections on a loop whose handshakes are under test.
class HandshakesTest : public ::testing::Test {
 protected:
  explicit HandshakesTest(std::size_t read_bytes = net::EventLoop::kDefaultReadBytes)
      : loop_(read_bytes) {
    first_ = make_identity("first.test");
    second_ = make_identity("second.test");
    use({});
  }

  std::shared_ptr<Context> context(const TlsOptions& options, const TicketKeys& keys) const {
    const Credentials credentials{
        {{first_.chain_pem(), first_.key_pem(), {}}, {second_.chain_pem(), second_.key_pem(), {}}},
        first_.chain_pem()};
    auto made = Context::create(options, credentials, keys);
    EXPECT_TRUE(made);
    return *made;
  }
  void use(const Handshakes::Limits& limits) {
    handshakes_ = std::make_unique<Handshakes>(loop_, log_, context({}, keys_of(1)), limits,
                                               [this](net::Connection& connection) {
                                                 handlers_.emplace_back();
                                                 handlers_.back().limits = output_limits_;
                                                 connection.set_handler(handlers_.back());
                                               });
  }
  // The other end of a new connection.
  int connect() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    handshakes_->begin(loop_.adopt(ends[0]));
    return ends[1];
  }
  void turn() { loop_.run_once(std::chrono::milliseconds(0)); }
  bool complete(TestClient& client) {
    while (!client.shake_hands()) {
      if (client.has_failed()) return false;
      turn();
    }
    turn();
    return true;
  }
  TestHandler& handler() { return handlers_.back(); }

  TestIdentity first_, second_;
  base::NullLog log_;
  net::OutputLimits output_limits_;
  std::list<TestHandler> handlers_;  // of ready connections, which they outlive
  std::unique_ptr<Handshakes> handshakes_;
  net::EventLoop loop_;
};

}  // namespace socketcluster::tls
