// SPDX-License-Identifier: MIT
// From a publishing worker to the subscribed ones, and when it is acknowledged.
#include "broker_node/switchboard.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "unit/broker_node/broker_under_test.h"

namespace socketcluster::broker_node {
namespace {

class DeliveryTest : public ::testing::Test {
 protected:
  explicit DeliveryTest(BrokerSettings settings = {}) : broker_(std::move(settings)) {}

  void subscribe(TestWorker& worker, std::string_view channel) {
    worker.subscribe(channel);
    const Lines lines = worker.read();
    ASSERT_EQ(lines.size(), 1U);
    ASSERT_EQ(lines[0].rfind("processed", 0), 0U);
  }
  // More than the kernel takes for a worker that does not read.
  static std::string large() { return '"' + std::string(std::size_t{1} << 20U, 'x') + '"'; }

  BrokerUnderTest broker_;
  TestWorker publisher_{broker_, 1};
  TestWorker other_{broker_, 2};
};

TEST_F(DeliveryTest, ReachesEverySubscriberThePublisherIncluded) {
  subscribe(publisher_, "news");
  subscribe(other_, "news");
  TestWorker stranger(broker_, 3);
  publisher_.publish("news", R"({"a":1})");
  EXPECT_EQ(publisher_.read(), (Lines{R"(message news {"a":1})", "processed 2"}));
  EXPECT_EQ(other_.read(), Lines{R"(message news {"a":1})"});
  EXPECT_EQ(stranger.read(), Lines{});
}

TEST_F(DeliveryTest, CarriesAPublishWithoutDataAndAnyChannelName) {
  subscribe(other_, "");
  publisher_.publish("", "");
  EXPECT_EQ(other_.read(), Lines{"message  "});
}

TEST_F(DeliveryTest, DoesNotDeliverAfterUnsubscribe) {
  subscribe(other_, "news");
  broker::append_unsubscribe(other_.output, "news");
  other_.send();
  EXPECT_EQ(other_.read(), Lines{"processed 2"});
  publisher_.publish("news", "1");
  EXPECT_EQ(other_.read(), Lines{});
  EXPECT_EQ(publisher_.read(), Lines{"processed 1"});
}

TEST_F(DeliveryTest, AcknowledgesABatchOnceBehindItsMessages) {
  subscribe(other_, "news");
  for (int i = 0; i < 64; ++i) broker::append_publish(other_.output, "news", std::to_string(i));
  other_.send();
  const Lines lines = other_.read();
  ASSERT_EQ(lines.size(), 65U);
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(lines[static_cast<std::size_t>(i)], "message news " + std::to_string(i));
  }
  EXPECT_EQ(lines[64], "processed 65");
}

TEST_F(DeliveryTest, AllSubscribersSeeOneOrder) {
  TestWorker third(broker_, 3);
  for (TestWorker* worker : {&publisher_, &other_, &third}) subscribe(*worker, "news");
  for (int i = 0; i < 50; ++i) {
    broker::append_publish(publisher_.output, "news", std::to_string(i));
    broker::append_publish(other_.output, "news", std::to_string(1000 + i));
    if (i % 7 != 0) continue;
    publisher_.write_all();
    other_.send();
  }
  publisher_.send();
  other_.send();
  const Lines expected = messages_in(third.read());
  EXPECT_EQ(expected.size(), 100U);
  EXPECT_EQ(messages_in(publisher_.read()), expected);
  EXPECT_EQ(messages_in(other_.read()), expected);
}

// The acknowledgement of one was output that the other one waited for, for ever.
TEST_F(DeliveryTest, WorkersThatReachEachOtherInOneIterationAreBothAcknowledged) {
  subscribe(publisher_, "a");
  subscribe(other_, "b");
  broker::append_publish(publisher_.output, "b", "1");
  broker::append_publish(other_.output, "a", "2");
  publisher_.write_all();
  other_.write_all();
  broker_.turn(4);
  EXPECT_EQ(publisher_.read(), (Lines{"message a 2", "processed 2"}));
  EXPECT_EQ(other_.read(), (Lines{"message b 1", "processed 2"}));
}

TEST_F(DeliveryTest, DoesNotAcknowledgeBeforeTheKernelHasTheMessage) {
  subscribe(other_, "news");
  publisher_.publish("news", large());
  broker_.turn(10);
  EXPECT_EQ(publisher_.read(), Lines{});
  Lines received;
  Lines acknowledged;
  while (acknowledged.empty()) {
    // Nothing is acknowledged while a part of the message is still in the broker.
    EXPECT_TRUE(received.empty());
    received = other_.read();
    broker_.turn();
    acknowledged = publisher_.read();
  }
  EXPECT_EQ(acknowledged, Lines{"processed 1"});
  if (received.empty()) received = other_.read();
  EXPECT_EQ(received, Lines{"message news (long)"});
}

// The kernel's own default took two thirds of that.
TEST_F(DeliveryTest, TheKernelKeepsThreeHundredKilobytesForAWorkerThatDoesNotRead) {
  subscribe(other_, "news");
  publisher_.publish("news", '"' + std::string(300'000, 'x') + '"');
  EXPECT_EQ(publisher_.read(), Lines{"processed 1"});
}

TEST_F(DeliveryTest, AcknowledgesWhatDoesNotTouchTheSlowWorkerAtOnce) {
  subscribe(other_, "news");
  publisher_.publish("news", large());
  EXPECT_EQ(publisher_.read(), Lines{});
  TestWorker third(broker_, 3);
  third.publish("elsewhere", "1");
  EXPECT_EQ(third.read(), Lines{"processed 1"});
  third.publish("news", "1");  // behind the large one
  EXPECT_EQ(third.read(), Lines{});
  publisher_.publish("elsewhere", "1");  // cumulative: not before the first one
  EXPECT_EQ(publisher_.read(), Lines{});
}

TEST_F(DeliveryTest, WaitsOnlyForTheBacklogOfThen) {
  subscribe(other_, "news");
  publisher_.publish("news", large());
  TestWorker third(broker_, 3);
  for (int i = 0; i < 20; ++i) third.publish("news", large());
  Lines messages;
  while (messages.empty()) {
    messages = other_.read();
    broker_.turn();
  }
  broker_.turn(2);
  EXPECT_EQ(publisher_.read(), Lines{"processed 1"});
  EXPECT_EQ(third.read(), Lines{});
}

TEST_F(DeliveryTest, ALostSubscriberIsNotWaitedFor) {
  auto slow = std::make_unique<TestWorker>(broker_, 3);
  subscribe(*slow, "news");
  subscribe(other_, "news");
  publisher_.publish("news", large());
  while (other_.read().empty()) broker_.turn();
  EXPECT_EQ(publisher_.read(), Lines{});
  slow.reset();
  broker_.turn(3);
  EXPECT_EQ(publisher_.read(), Lines{"processed 1"});
}

TEST_F(DeliveryTest, ALostPublisherLeavesNothingBehind) {
  subscribe(other_, "news");
  auto lost = std::make_unique<TestWorker>(broker_, 3);
  lost->publish("news", large());
  lost.reset();
  Lines received;
  while (received.empty()) {
    broker_.turn();
    received = other_.read();
  }
  EXPECT_EQ(received, Lines{"message news (long)"});
  EXPECT_EQ(broker_.core->loop().connection_count(), 2U);
}

TEST_F(DeliveryTest, KeepsTakingPublishesOfAWorkerThatDoesNotRead) {
  subscribe(other_, "to/other");
  subscribe(publisher_, "to/publisher");
  for (int i = 0; i < 5; ++i) publisher_.publish("to/other", large());
  EXPECT_EQ(publisher_.read(), Lines{});
  other_.publish("to/publisher", "1");  // it has megabytes waiting
  EXPECT_EQ(publisher_.read(), Lines{"message to/publisher 1"});
}

TEST_F(DeliveryTest, CarriesTheLargestMessage) {
  subscribe(other_, "news");
  const std::string data(broker::kMaxFrameBytes - broker::kFrameHeadBytes - 100, '1');
  broker::append_publish(publisher_.output, "news", data);
  publisher_.write_all();
  Lines received;
  while (received.empty()) {
    broker_.turn();
    received = other_.read();
  }
  EXPECT_EQ(received, Lines{"message news (long)"});
}

class SlowWorkerTest : public DeliveryTest {
 protected:
  SlowWorkerTest() : DeliveryTest(limited()) {}
  static BrokerSettings limited() {
    BrokerSettings settings;
    settings.session.backlog_bytes = std::size_t{4} << 20U;
    return settings;
  }
};

TEST_F(SlowWorkerTest, IsDroppedAboveTheLimitAndMayComeAgain) {
  subscribe(other_, "news");
  for (int i = 0; i < 4; ++i) publisher_.publish("news", large());
  EXPECT_FALSE(broker_.log.has("reads too slowly"));
  EXPECT_EQ(publisher_.read(), Lines{});
  EXPECT_EQ(broker_.core->figures().workers, 2U);
  publisher_.publish("news", large());
  EXPECT_TRUE(broker_.log.has("broker: worker 2 reads too slowly"));
  EXPECT_EQ(publisher_.read(), Lines{"processed 5"});
  EXPECT_EQ(broker_.core->figures().channels, 0U);
  other_.read();
  EXPECT_TRUE(other_.is_ended());
  TestWorker again(broker_, 2);
  subscribe(again, "news");
  publisher_.publish("news", "1");
  EXPECT_EQ(again.read(), Lines{"message news 1"});
}

}  // namespace
}  // namespace socketcluster::broker_node
