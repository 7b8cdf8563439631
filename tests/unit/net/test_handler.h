// SPDX-License-Identifier: MIT
// A handler of a connection that counts what it is told.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "net/connection.h"

namespace socketcluster::net::test {

struct TestHandler final : ConnectionHandler {
  void on_bytes(std::span<char> bytes) override {
    received.append(bytes.data(), bytes.size());
    if (when_bytes) when_bytes();
  }
  void on_end() override {
    ++ends;
    if (close_on_end) connection_->close();
  }
  void on_backlog_sent() override { ++progresses; }
  void on_drain() override { ++drains; }
  void on_overflow() override {
    ++overflows;
    if (when_overflow) when_overflow();
  }
  void on_closed() override { ++closes; }
  const OutputLimits& output_limits() const override { return limits; }
  Connection* connection() const { return connection_; }

  std::string received;
  std::function<void()> when_bytes;
  std::function<void()> when_overflow;
  OutputLimits limits;
  int ends = 0, progresses = 0, drains = 0, overflows = 0, closes = 0;
  bool close_on_end = true;
};

}  // namespace socketcluster::net::test
