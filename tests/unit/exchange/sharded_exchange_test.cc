// SPDX-License-Identifier: MIT
#include "exchange/sharded_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "broker/shard.h"
#include "unit/exchange/links_test.h"

namespace socketcluster::exchange {
namespace {

using std::chrono::milliseconds;
using test::Connected;
using test::Links;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

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

}  // namespace
}  // namespace socketcluster::exchange
