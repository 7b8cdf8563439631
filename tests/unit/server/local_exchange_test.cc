// SPDX-License-Identifier: MIT
// The exchange of a worker without an engine: it delivers by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/json_values.h"
#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::subscribe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LocalExchange : public test::WorkerTest {};

TEST_F(LocalExchange, APublishIsDoneWhenTheCallHasReturned) {
  exchange().publish("a", 1, [this](const auto& error) { note(error ? "failed" : "done"); });
  EXPECT_THAT(notes_, IsEmpty());
  turn();
  EXPECT_THAT(notes_, ElementsAre("done"));
  exchange().subscribe(
      "a", [](const Json&) {},
      [this](const auto& error) { note(error ? "failed" : "subscribed"); });
  EXPECT_EQ(notes_.size(), 1u);
  turn();
  EXPECT_THAT(notes_, ElementsAre("done", "subscribed"));
}

TEST_F(LocalExchange, SeveralHandlersWatchAChannel) {
  const auto hear = [this](std::string who) {
    return [this, who](const Json& data) { note(who + to_text(data)); };
  };
  exchange().watch("a", hear("x"));
  EXPECT_FALSE(exchange().is_subscribed("a"));
  const ExchangeChannel channel = exchange().subscribe("a", hear("main"));
  const auto y = channel.watch(hear("y"));
  channel.publish(1);
  turn();
  EXPECT_THAT(notes_, ElementsAre("x1", "main1", "y1"));

  notes_.clear();
  channel.unwatch(y);
  channel.publish(2);
  turn();
  EXPECT_THAT(notes_, ElementsAre("x2", "main2"));

  // What the channel's watchers are goes on through an end of the subscription.
  notes_.clear();
  channel.unsubscribe();
  channel.publish(3);
  EXPECT_FALSE(channel.is_subscribed());
  channel.subscribe();
  channel.publish(4);
  turn();
  EXPECT_THAT(notes_, ElementsAre("x4"));

  notes_.clear();
  channel.unwatch();
  channel.publish(5);
  turn();
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_THAT(exchange().subscriptions(), ElementsAre("a"));
}

TEST_F(LocalExchange, AHandlerHearsOnlyWhatCameWhileItWasThere) {
  exchange().subscribe("a");
  const auto hear = [this](std::string who) { return [this, who](const Json&) { note(who); }; };
  exchange().watch("a", [this, hear](const Json&) {
    note("first");
    exchange().watch("a", hear("late"));
  });
  const auto second = exchange().watch("a", hear("second"));
  exchange().publish("a", 1);
  exchange().watch("a", hear("too late"));
  exchange().unwatch("a", second);
  turn();
  EXPECT_THAT(notes_, ElementsAre("first"));

  // Unsubscribing drops what has not been handed over.
  notes_.clear();
  exchange().publish("a", 2);
  exchange().unsubscribe("a");
  exchange().subscribe("a");
  turn();
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(LocalExchange, AHandlerMayEndItsSubscription) {
  exchange().watch("a", [this](const Json&) {
    note("once");
    exchange().unwatch("a");
    exchange().unsubscribe("a");
  });
  exchange().watch("a", [this](const Json&) { note("never"); });
  exchange().subscribe("a");
  exchange().publish("a", 1);
  exchange().publish("a", 2);
  turn();
  EXPECT_THAT(notes_, ElementsAre("once"));
  EXPECT_THAT(exchange().subscriptions(), IsEmpty());
}

}  // namespace
}  // namespace socketcluster::server
