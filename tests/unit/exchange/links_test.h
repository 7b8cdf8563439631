// SPDX-License-Identifier: MIT
// A worker's links to brokers that do what the test says, all in this thread.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/sharded_exchange.h"
#include "unit/base/recording_log.h"
#include "unit/exchange/test_broker.h"

namespace socketcluster::exchange::test {

using std::chrono::milliseconds;

// A worker: its channels, and what it hears.
struct Sink final : broker::ExchangeSink {
  void on_message(std::string_view channel, std::string_view data_json) override {
    messages.push_back(std::string(channel) + "=" + std::string(data_json));
  }
  void for_each_channel(const std::function<void(std::string_view)>& visit) const override {
    for (const std::string& channel : channels) visit(channel);
  }
  std::set<std::string> channels;
  std::vector<std::string> messages;
};

class Links : public ::testing::Test {
 protected:
  ~Links() override {
    exchange_.reset();
    brokers_.clear();
    loop_.drop_connections();
  }

  void start(std::size_t brokers = 1, milliseconds ack_timeout = std::chrono::hours(1)) {
    ExchangeSettings settings{
        .paths = {}, .secret_key = "key", .worker_id = 7, .ack_timeout = ack_timeout};
    for (std::size_t i = 0; i < brokers; ++i) {
      settings.paths.push_back(directory_ / ("b" + std::to_string(i)));
    }
    paths_ = settings.paths;
    for (std::size_t i = 0; i < brokers; ++i) restart_broker(i);
    exchange_ = std::make_unique<ShardedExchange>(loop_, log_, settings);
    exchange_->when_ready([this] { notes_.emplace_back("ready"); });
    exchange_->start(sink_);
  }
  void restart_broker(std::size_t index = 0) {
    if (brokers_.size() <= index) brokers_.resize(index + 1);
    brokers_[index].reset();
    brokers_[index] = std::make_unique<TestBroker>(loop_, paths_[index]);
  }
  void stop_broker(std::size_t index = 0) {
    brokers_[index].reset();
    ASSERT_TRUE(run_until([&] { return exchange_->open_connections() == 0; }));
  }
  TestBroker& broker(std::size_t index = 0) { return *brokers_[index]; }

  // The link has said hello and been welcomed.
  void greet(std::size_t index = 0) {
    ASSERT_TRUE(run_until([&] { return broker(index).accept(); }));
    ASSERT_TRUE(run_until([&] { return broker(index).count() == 1; }));
    EXPECT_THAT(broker(index).take(), ::testing::ElementsAre("hello 7 key"));
    broker(index).welcome();
  }
  // Everything that the worker has sent so far, as this many frames.
  std::vector<std::string> frames(std::size_t count, std::size_t index = 0) {
    EXPECT_TRUE(run_until([&] { return broker(index).count() >= count; }));
    return broker(index).take();
  }

  void subscribe(const std::string& channel) {
    sink_.channels.insert(channel);
    exchange_->subscribe(channel);
  }
  void await(const std::string& channel) {
    ASSERT_FALSE(exchange_->is_subscribed(channel));
    exchange_->when_subscribed(channel, note("subscribed " + channel));
  }
  void unsubscribe(const std::string& channel) {
    sink_.channels.erase(channel);
    exchange_->unsubscribe(channel);
  }
  void publish(const std::string& channel, std::string_view data) {
    exchange_->publish(channel, data, note("published " + std::string(data.substr(0, 20))));
  }
  void request(std::string_view json, std::size_t index = 0) {
    exchange_->request(index, "get", json,
                       [this](const broker::ExchangeError* error, std::string_view value) {
                         notes_.push_back(error == nullptr ? "answer " + std::string(value)
                                                           : "no answer: " + error->text);
                       });
  }
  broker::ExchangeEngine::Done note(std::string what) {
    return [this, what](const broker::ExchangeError* error) {
      notes_.push_back(error == nullptr ? what : what + ": " + error->text);
    };
  }

  template <typename Predicate>
  bool run_until(Predicate predicate) {
    for (int i = 0; i < 10'000; ++i) {
      if (predicate()) return true;
      loop_.run_once(milliseconds(1));
    }
    return false;
  }
  bool noted(std::size_t count) {
    return run_until([&] { return notes_.size() >= count; });
  }

  SocketDirectory directory_;
  net::EventLoop loop_;
  socketcluster::test::RecordingLog log_;
  Sink sink_;
  std::vector<std::string> paths_;
  std::vector<std::unique_ptr<TestBroker>> brokers_;
  std::unique_ptr<ShardedExchange> exchange_;
  std::vector<std::string> notes_;
};

class Connected : public Links {
 protected:
  void connect(milliseconds ack_timeout = std::chrono::hours(1)) {
    start(1, ack_timeout);
    greet();
    EXPECT_TRUE(noted(1));
    EXPECT_THAT(frames(1), ::testing::ElementsAre("ready"));
    notes_.clear();
  }
};

}  // namespace socketcluster::exchange::test
