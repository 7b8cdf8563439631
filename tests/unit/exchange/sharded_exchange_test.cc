// SPDX-License-Identifier: MIT
#include "exchange/sharded_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/shard.h"
#include "unit/exchange/test_broker.h"

namespace socketcluster::exchange {
namespace {

using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ListLog final : public base::Log {
 public:
  void write(base::LogLevel /*level*/, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

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
    brokers_[index] = std::make_unique<test::TestBroker>(loop_, paths_[index]);
  }
  void stop_broker(std::size_t index = 0) {
    brokers_[index].reset();
    ASSERT_TRUE(run_until([&] { return exchange_->open_connections() == 0; }));
  }
  test::TestBroker& broker(std::size_t index = 0) { return *brokers_[index]; }

  // The link has said hello and been welcomed.
  void greet(std::size_t index = 0) {
    ASSERT_TRUE(run_until([&] { return broker(index).accept(); }));
    ASSERT_TRUE(run_until([&] { return broker(index).count() == 1; }));
    EXPECT_THAT(broker(index).take(), ElementsAre("hello 7 key"));
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

  test::SocketDirectory directory_;
  net::EventLoop loop_;
  ListLog log_;
  Sink sink_;
  std::vector<std::string> paths_;
  std::vector<std::unique_ptr<test::TestBroker>> brokers_;
  std::unique_ptr<ShardedExchange> exchange_;
  std::vector<std::string> notes_;
};

constexpr const char* kLostPublish =
    ": The connection to the broker was lost before it had confirmed the publish action";

// ---- Beginning ----

TEST_F(Links, IsReadyWhenAllBrokersHaveConfirmed) {
  sink_.channels = {"early"};
  start(2);
  const std::size_t home = broker::shard_of("early", 2);
  greet(0);
  greet(1);
  EXPECT_THAT(frames(2, home), ElementsAre("subscribe early", "ready"));
  EXPECT_THAT(frames(1, 1 - home), ElementsAre("ready"));
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_FALSE(exchange_->is_subscribed("early"));
  broker(home).processed(1);
  EXPECT_TRUE(noted(1));
  EXPECT_THAT(notes_, ElementsAre("ready"));
  EXPECT_TRUE(exchange_->is_subscribed("early"));
  EXPECT_EQ(exchange_->open_connections(), 2u);
}

TEST_F(Links, ChannelsGoToTheirBrokers) {
  start(3);
  for (std::size_t i = 0; i < 3; ++i) greet(i);
  EXPECT_TRUE(noted(1));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(frames(1, i), ElementsAre("ready"));
  std::vector<std::vector<std::string>> expected(3);
  for (int i = 0; i < 20; ++i) {
    const std::string channel = "channel" + std::to_string(i);
    subscribe(channel);
    publish(channel, "1");
    expected[broker::shard_of(channel, 3)].push_back("subscribe " + channel);
    expected[broker::shard_of(channel, 3)].push_back("publish " + channel + "=1");
  }
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_FALSE(expected[i].empty());
    EXPECT_EQ(frames(expected[i].size(), i), expected[i]);
  }
}

TEST_F(Links, ABrokerThatIsNotThereYetIsWaitedFor) {
  start();
  brokers_[0].reset();
  // The first connection was made before the broker went.
  subscribe("a");
  await("a");
  publish("a", "1");
  request(R"({"action":"get"})");
  ASSERT_TRUE(run_until([&] { return !log_.lines.empty(); }));
  EXPECT_THAT(log_.lines[0], HasSubstr("cannot connect to the broker at"));
  restart_broker();
  greet();
  EXPECT_THAT(frames(4),
              ElementsAre("subscribe a", "ready", "publish a=1", R"(request {"action":"get"})"));
  EXPECT_THAT(notes_, IsEmpty());
  broker().processed(2);
  broker().respond(broker().last_request(), R"({"value":5})");
  EXPECT_TRUE(noted(4));
  EXPECT_THAT(notes_, UnorderedElementsAre("ready", "subscribed a", "published 1", "answer 5"));
}

TEST_F(Links, ARefusedWorkerSaysSoAndTriesAgain) {
  start();
  ASSERT_TRUE(run_until([&] { return broker().accept(); }));
  ASSERT_TRUE(run_until([&] { return broker().count() == 1; }));
  broker().refuse("wrong secret key");
  ASSERT_TRUE(run_until([&] { return !log_.lines.empty(); }));
  EXPECT_EQ(log_.lines[0], "broker 0 refused this worker: wrong secret key");
  broker().take();
  greet();
  EXPECT_TRUE(noted(1));
}

// ---- Confirmations ----

class Connected : public Links {
 protected:
  void connect(milliseconds ack_timeout = std::chrono::hours(1)) {
    start(1, ack_timeout);
    greet();
    EXPECT_TRUE(noted(1));
    EXPECT_THAT(frames(1), ElementsAre("ready"));
    notes_.clear();
  }
};

TEST_F(Connected, AnswersComeInTheOrderOfTheCommands) {
  connect();
  publish("a", "1");
  subscribe("a");
  await("a");
  publish("a", "2");
  unsubscribe("b");
  publish("a", "3");
  EXPECT_THAT(frames(5), ElementsAre("publish a=1", "subscribe a", "publish a=2", "unsubscribe b",
                                     "publish a=3"));
  broker().processed(3);
  EXPECT_TRUE(noted(3));
  EXPECT_THAT(notes_, ElementsAre("published 1", "subscribed a", "published 2"));
  EXPECT_TRUE(exchange_->is_subscribed("a"));
  broker().processed(4);
  broker().processed(5);
  EXPECT_TRUE(noted(4));
  EXPECT_EQ(notes_.back(), "published 3");
}

TEST_F(Connected, SeveralWaitForOneSubscription) {
  connect();
  subscribe("a");
  for (int i = 0; i < 3; ++i) await("a");
  frames(1);
  broker().processed(1);
  EXPECT_TRUE(noted(3));
  EXPECT_THAT(notes_, Each("subscribed a"));
}

TEST_F(Connected, AChannelThatIsLeftAndTakenAgainIsConfirmedAnew) {
  connect();
  subscribe("a");
  await("a");
  unsubscribe("a");
  subscribe("a");
  EXPECT_TRUE(noted(1));  // whoever waited has left
  exchange_->when_subscribed("a", note("subscribed again"));
  frames(3);
  broker().processed(2);
  broker().message("b", "1");
  EXPECT_TRUE(run_until([&] { return sink_.messages.size() == 1; }));
  EXPECT_FALSE(exchange_->is_subscribed("a"));
  broker().processed(3);
  EXPECT_TRUE(noted(2));
  EXPECT_THAT(notes_, ElementsAre("subscribed a", "subscribed again"));
}

TEST_F(Connected, CallbacksMayPublishAndSubscribe) {
  connect();
  exchange_->publish("a", "1", [this](const broker::ExchangeError*) {
    notes_.emplace_back("published 1");
    publish("a", "2");
    subscribe("b");
    await("b");
  });
  frames(1);
  broker().processed(1);
  EXPECT_THAT(frames(2), ElementsAre("publish a=2", "subscribe b"));
  broker().processed(3);
  EXPECT_TRUE(noted(3));
  EXPECT_THAT(notes_, ElementsAre("published 1", "published 2", "subscribed b"));
}

TEST_F(Connected, MessagesMayComeInAnyPieces) {
  connect();
  std::string stream;
  broker::append_message(stream, "a", "1");
  broker::append_message(stream, "b", "");
  broker::append_message(stream, "c", std::string(300'000, '7'));
  for (const char byte : stream.substr(0, 60)) {
    broker().bytes({&byte, 1});
    loop_.run_once(milliseconds(0));
  }
  broker().bytes(stream.substr(60));
  EXPECT_TRUE(run_until([&] { return sink_.messages.size() == 3; }));
  EXPECT_THAT(sink_.messages, ElementsAre("a=1", "b=", "c=" + std::string(300'000, '7')));
}

TEST_F(Connected, AllOfAnIterationIsSentInOrder) {
  connect();
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    const std::string data(static_cast<std::size_t>(i * 40 + 1), '1');
    exchange_->publish("a", data, nullptr);
    expected.push_back("publish a=" + (data.size() < 100 ? data : std::to_string(data.size())));
  }
  EXPECT_EQ(frames(300), expected);
}

TEST_F(Connected, RequestsAreAnsweredByTheirIds) {
  connect();
  request(R"({"action":"get","key":"a"})");
  frames(1);
  const std::uint32_t first = broker().last_request();
  request(R"({"action":"get","key":"b"})");
  frames(1);
  broker().respond(broker().last_request(), R"({"value":{"b":[1]}})");
  broker().respond(first, R"({"error":"no \"a\""})");
  broker().respond(first, R"({"value":"nobody waits for this"})");
  broker().processed(0);
  EXPECT_TRUE(noted(2));
  EXPECT_THAT(notes_, ElementsAre(R"(answer {"b":[1]})", R"(no answer: no "a")"));
  request("{}");
  frames(1);
  broker().respond(broker().last_request(), "{}");
  EXPECT_TRUE(noted(3));
  EXPECT_EQ(notes_.back(), "answer ");
}

// ---- Loss ----

TEST_F(Connected, WhatWasSentAndNotConfirmedFailsWithTheConnection) {
  connect();
  publish("a", "1");
  publish("a", "2");
  exchange_->publish("a", "3", nullptr);
  request("{}");
  frames(4);
  broker().processed(1);
  EXPECT_TRUE(noted(1));
  broker().close();
  EXPECT_TRUE(noted(3));
  EXPECT_THAT(notes_, ElementsAre("published 1", std::string("published 2") + kLostPublish,
                                  "no answer: The connection to the broker was lost before it had "
                                  "confirmed the get action"));
  EXPECT_THAT(log_.lines, ElementsAre("lost the connection to broker 0",
                                      HasSubstr("1 messages that nobody waits for")));
}

TEST_F(Connected, SubscriptionsAreSentAgainBeforeAnythingElse) {
  connect();
  for (const char* channel : {"a", "b", "c"}) subscribe(channel);
  await("c");
  frames(3);
  broker().processed(2);
  EXPECT_TRUE(run_until([&] { return exchange_->is_subscribed("b"); }));
  stop_broker();
  EXPECT_FALSE(exchange_->is_subscribed("a"));
  publish("a", "1");
  unsubscribe("b");
  subscribe("d");
  await("d");
  await("a");
  restart_broker();
  greet();
  EXPECT_THAT(frames(5),
              ElementsAre("subscribe a", "subscribe c", "subscribe d", "ready", "publish a=1"));
  // One that comes while the others are being confirmed waits for its own number.
  subscribe("e");
  await("e");
  await("a");
  EXPECT_THAT(frames(1), ElementsAre("subscribe e"));
  broker().processed(2);
  broker().message("a", "0");
  EXPECT_TRUE(run_until([&] { return sink_.messages.size() == 1; }));
  EXPECT_THAT(notes_, IsEmpty());
  broker().processed(4);
  EXPECT_TRUE(noted(5));
  EXPECT_THAT(std::vector<std::string>(notes_.begin(), notes_.end() - 1),
              UnorderedElementsAre("subscribed c", "subscribed d", "subscribed a", "subscribed a"));
  EXPECT_EQ(notes_.back(), "published 1");
  EXPECT_FALSE(exchange_->is_subscribed("e"));
  broker().processed(5);
  EXPECT_TRUE(noted(6));
  EXPECT_EQ(notes_.back(), "subscribed e");
  EXPECT_THAT(log_.lines, ::testing::Contains("connected to broker 0 again"));
}

TEST_F(Connected, ABrokerMayBeLostAgainAndAgain) {
  connect();
  subscribe("a");
  frames(1);
  for (int i = 0; i < 5; ++i) {
    const bool in_greeting = i % 2 == 0;
    broker().close();
    ASSERT_TRUE(run_until([&] { return exchange_->open_connections() == 0; }));
    if (in_greeting) {
      ASSERT_TRUE(run_until([&] { return broker().accept(); }));
      broker().close();
      broker().take();
      ASSERT_TRUE(run_until([&] { return exchange_->open_connections() == 0; }));
      broker().take();
    }
    greet();
    EXPECT_THAT(frames(2), ElementsAre("subscribe a", "ready"));
  }
  await("a");
  broker().processed(1);
  EXPECT_TRUE(noted(1));
}

TEST_F(Connected, ABrokerThatBreaksTheProtocolIsLeft) {
  connect();
  const std::vector<std::string> broken = {std::string("\0\0\0\0\0", 5),
                                           std::string("\xff\xff\xff\xff\x43", 5),
                                           std::string("\1\0\0\0\7", 5)};
  for (const std::string& bytes : broken) {
    log_.lines.clear();
    broker().bytes(bytes);
    ASSERT_TRUE(run_until([&] { return exchange_->open_connections() == 0; }));
    EXPECT_THAT(log_.lines[0], HasSubstr("broker 0 broke the protocol"));
    greet();
    frames(1);
  }
  publish("a", "1");
  frames(1);
  broker().processed(2);  // one more than was sent
  ASSERT_TRUE(run_until([&] { return exchange_->open_connections() == 0; }));
  EXPECT_THAT(notes_, ElementsAre(std::string("published 1") + kLostPublish));
}

// ---- Limits ----

TEST_F(Connected, WhatWaitsForABrokerIsBounded) {
  connect();
  stop_broker();
  const std::string data(1'000'000, '1');
  for (int i = 0; i < 9; ++i) publish("a", data);
  EXPECT_THAT(notes_, IsEmpty());  // never inside of the call
  EXPECT_TRUE(noted(1));
  EXPECT_THAT(notes_, ElementsAre("published 11111111111111111111: Too much is waiting for the "
                                  "broker already"));
  notes_.clear();
  restart_broker();
  greet();
  EXPECT_EQ(frames(9).size(), 9u);  // ready and eight
  broker().processed(8);
  EXPECT_TRUE(noted(8));
  EXPECT_THAT(notes_, Each("published 11111111111111111111"));
}

TEST_F(Connected, WhatWaitsForABrokerThatDoesNotReadIsBounded) {
  connect();
  broker().stop_reading();
  const std::string data(8'000'000, '1');
  for (int i = 0; i < 12; ++i) publish("a", data);
  EXPECT_TRUE(noted(4));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("Too much"), HasSubstr("Too much"),
                                  HasSubstr("Too much"), HasSubstr("Too much")));
  EXPECT_EQ(exchange_->open_connections(), 1u);
}

TEST_F(Connected, WhatIsTooLongForAFrameFails) {
  connect();
  const std::string data(broker::kMaxFrameBytes - 16, '1');
  publish("a", data);
  EXPECT_TRUE(noted(1));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("The message is too long for the broker")));
}

TEST_F(Connected, WhatIsNotConfirmedInTimeFails) {
  connect(milliseconds(20));
  publish("a", "1");
  subscribe("a");
  await("a");
  request("{}");
  frames(3);
  EXPECT_TRUE(noted(3));
  EXPECT_THAT(notes_, ElementsAre("published 1: scBroker Error - The publish action timed out",
                                  "no answer: scBroker Error - The get action timed out",
                                  "subscribed a: scBroker Error - The subscribe action timed out"));
  // Late answers reach nobody, and confuse nobody.
  broker().respond(broker().last_request(), R"({"value":1})");
  broker().processed(2);
  EXPECT_TRUE(run_until([&] { return exchange_->is_subscribed("a"); }));
  EXPECT_EQ(notes_.size(), 3u);
}

TEST_F(Connected, WhatWaitsForABrokerForTooLongFailsAndIsNotSent) {
  connect(milliseconds(20));
  stop_broker();
  subscribe("a");
  await("a");
  publish("a", "1");
  request("{}");
  exchange_->publish("a", "2", nullptr);
  EXPECT_TRUE(noted(3));
  EXPECT_THAT(notes_, UnorderedElementsAre(
                          "published 1: scBroker Error - The publish action timed out",
                          "no answer: scBroker Error - The get action timed out",
                          "subscribed a: scBroker Error - The subscribe action timed out"));
  EXPECT_THAT(log_.lines, ::testing::Contains(HasSubstr("1 messages that nobody waits for")));
  restart_broker();
  greet();
  EXPECT_THAT(frames(2), ElementsAre("subscribe a", "ready"));
}

TEST_F(Connected, TheExchangeMayEndWithEverythingOpen) {
  connect();
  publish("a", "1");
  subscribe("a");
  await("a");
  request("{}");
  exchange_.reset();
  EXPECT_TRUE(run_until([&] { return !broker().is_connected(); }));
  EXPECT_THAT(notes_, IsEmpty());
}

}  // namespace
}  // namespace socketcluster::exchange
