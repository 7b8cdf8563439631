// SPDX-License-Identifier: MIT
// Brokers that are lost, break the protocol, do not answer or do not read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/exchange/links_test.h"

namespace socketcluster::exchange {
namespace {

using std::chrono::milliseconds;
using test::Connected;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr const char* kLostPublish =
    ": The connection to the broker was lost before it had confirmed the publish action";

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

// What has reached the kernel reaches the broker, whatever becomes of the worker; its own default
// took two thirds of that.
TEST_F(Connected, TheKernelKeepsThreeHundredKilobytesForABrokerThatDoesNotRead) {
  connect();
  broker().stop_reading();
  publish("a", std::string(300'000, '1'));
  loop_.run_once(milliseconds(0));
  exchange_.reset();
  broker().read_again();
  EXPECT_THAT(frames(1), ElementsAre("publish a=300000"));
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
