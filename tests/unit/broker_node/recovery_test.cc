// SPDX-License-Identifier: MIT
// A broker that was started again while workers lived on.
#include "broker_node/recovery.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "unit/broker_node/broker_under_test.h"

namespace socketcluster::broker_node {
namespace {

BrokerSettings awaiting(std::vector<std::uint32_t> workers,
                        std::chrono::milliseconds timeout = std::chrono::hours(1)) {
  BrokerSettings settings;
  settings.awaited_workers = std::move(workers);
  settings.recovery_timeout = timeout;
  return settings;
}

// What a worker sends when it has connected again.
void append_return(TestWorker& worker, std::uint32_t id) {
  broker::append_hello(worker.output, id, "secret");
  broker::append_subscribe(worker.output, "news");
  broker::append_ready(worker.output);
}

TEST(Recovery, TakesNoPublishBeforeAllHaveSubscribedAgain) {
  BrokerUnderTest broker(awaiting({1, 2}));
  TestWorker first(broker);
  append_return(first, 1);
  broker::append_publish(first.output, "news", "1");
  broker::append_publish(first.output, "news", "2");
  first.send();
  broker::append_publish(first.output, "news", "3");  // waits in the kernel
  first.send();
  EXPECT_EQ(first.read(), (Lines{"welcome 1", "processed 1"}));
  TestWorker second(broker);
  append_return(second, 2);
  second.send();
  const Lines all{"message news 1", "message news 2", "message news 3"};
  EXPECT_EQ(messages_in(second.read()), all);
  const Lines lines = first.read();
  EXPECT_EQ(messages_in(lines), all);
  EXPECT_EQ(lines.back(), "processed 4");
}

TEST(Recovery, HoldsWorkersThatNobodyWaitsForToo) {
  BrokerUnderTest broker(awaiting({1}));
  TestWorker fresh(broker);
  append_return(fresh, 7);
  broker::append_publish(fresh.output, "news", "1");
  fresh.send();
  TestWorker first(broker);
  append_return(first, 1);
  first.send();
  EXPECT_EQ(messages_in(first.read()), Lines{"message news 1"});
}

TEST(Recovery, DoesNotWaitForAWorkerThatIsGone) {
  BrokerUnderTest broker(awaiting({1, 2}));
  TestWorker first(broker);
  append_return(first, 1);
  broker::append_publish(first.output, "news", "1");
  first.send();
  EXPECT_EQ(first.read(), (Lines{"welcome 1", "processed 1"}));
  broker.core->worker_gone(9);
  broker.turn(3);
  EXPECT_EQ(first.read(), Lines{});
  broker.core->worker_gone(2);
  broker.turn(3);
  EXPECT_EQ(first.read(), (Lines{"message news 1", "processed 2"}));
}

TEST(Recovery, GoesOnWhenTheTimeIsOver) {
  BrokerUnderTest broker(awaiting({1, 2, 3}, std::chrono::milliseconds(30)));
  TestWorker first(broker);
  append_return(first, 1);
  broker::append_publish(first.output, "news", "1");
  first.send();
  broker.run_until([&] { return broker.log.has("without the subscriptions of worker 2 3,"); });
  broker.turn(3);
  const Lines lines = first.read();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "processed 2");
}

TEST(Recovery, AWorkerThatIsLostWhileItIsHeldLeavesNothing) {
  BrokerUnderTest broker(awaiting({1, 2}));
  auto first = std::make_unique<TestWorker>(broker);
  append_return(*first, 1);
  broker::append_publish(first->output, "news", "1");
  first->send();
  first.reset();
  broker.turn(3);
  EXPECT_EQ(broker.core->figures().channels, 0U);
  TestWorker second(broker);
  append_return(second, 2);
  second.send();
  EXPECT_EQ(second.read(), (Lines{"welcome 1", "processed 1"}));
}

TEST(Recovery, IsOverAtOnceWhenNobodyIsAwaited) {
  BrokerUnderTest broker(awaiting({}));
  TestWorker worker(broker, 1);
  worker.publish("news", "1");
  EXPECT_EQ(worker.read(), Lines{"processed 1"});
}

}  // namespace
}  // namespace socketcluster::broker_node
