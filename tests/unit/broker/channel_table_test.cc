// SPDX-License-Identifier: MIT
#include "broker/channel_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace socketcluster::broker {
namespace {

constexpr base::SipKey kKey{1, 2};

class TestSubscriber final : public Subscriber {
 public:
  std::vector<std::string> received;

 private:
  void deliver(const Publication& publication) override {
    received.push_back(std::string(publication.channel) + ":" +
                       std::string(publication.frame.view()));
  }
};

class Observer final : public ChannelObserver {
 public:
  void on_channel_created(std::string_view channel) override {
    log.push_back("+" + std::string(channel));
  }
  void on_channel_destroyed(std::string_view channel) override {
    log.push_back("-" + std::string(channel));
  }
  std::vector<std::string> log;
};

std::size_t publish(const ChannelTable& table, std::string_view channel, std::string_view text) {
  return table.publish({channel, base::SharedBytes::copy_of(text), {}});
}

TEST(ChannelTable, DeliversToTheSubscribersOfTheChannelOnly) {
  ChannelTable table(kKey);
  TestSubscriber a, b, c;
  EXPECT_TRUE(table.subscribe(a, "news"));
  EXPECT_TRUE(table.subscribe(b, "news"));
  EXPECT_TRUE(table.subscribe(c, "sport"));
  EXPECT_EQ(publish(table, "news", "1"), 2u);
  EXPECT_EQ(publish(table, "nothing", "2"), 0u);
  EXPECT_EQ(a.received, (std::vector<std::string>{"news:1"}));
  EXPECT_EQ(b.received, (std::vector<std::string>{"news:1"}));
  EXPECT_TRUE(c.received.empty());
  for (TestSubscriber* subscriber : {&a, &b, &c}) table.unsubscribe_all(*subscriber);
}

TEST(ChannelTable, SubscribingTwiceDeliversOnce) {
  ChannelTable table(kKey);
  TestSubscriber a;
  EXPECT_TRUE(table.subscribe(a, "x"));
  EXPECT_FALSE(table.subscribe(a, "x"));
  EXPECT_EQ(a.subscription_count(), 1u);
  publish(table, "x", "1");
  EXPECT_EQ(a.received.size(), 1u);
  EXPECT_TRUE(table.unsubscribe(a, "x"));
  EXPECT_FALSE(table.unsubscribe(a, "x"));
}

TEST(ChannelTable, DoesNotDeliverAfterUnsubscribe) {
  ChannelTable table(kKey);
  TestSubscriber a;
  table.subscribe(a, "x");
  table.unsubscribe(a, "x");
  EXPECT_EQ(publish(table, "x", "1"), 0u);
  EXPECT_TRUE(a.received.empty());
}

TEST(ChannelTable, ChannelsLiveAsLongAsTheyHaveSubscribers) {
  ChannelTable table(kKey);
  Observer observer;
  table.set_observer(&observer);
  TestSubscriber a, b;
  table.subscribe(a, "x");
  table.subscribe(b, "x");
  table.unsubscribe(a, "x");
  EXPECT_EQ(table.channel_count(), 1u);
  table.unsubscribe(b, "x");
  EXPECT_EQ(table.channel_count(), 0u);
  EXPECT_EQ(observer.log, (std::vector<std::string>{"+x", "-x"}));
}

TEST(ChannelTable, TakesEveryNameIncludingTheEmptyOneAndNul) {
  ChannelTable table(kKey);
  TestSubscriber a;
  const std::string nul("a\0b", 3);
  for (const std::string& name : {std::string(), nul, std::string("a"), std::string(5000, 'n')}) {
    EXPECT_TRUE(table.subscribe(a, name));
  }
  EXPECT_EQ(table.channel_count(), 4u);
  EXPECT_TRUE(table.is_subscribed(a, nul));
  EXPECT_EQ(publish(table, "", "1"), 1u);
  table.unsubscribe_all(a);
  EXPECT_EQ(table.channel_count(), 0u);
}

TEST(ChannelTable, VisitsEveryChannelOnce) {
  ChannelTable table(kKey);
  TestSubscriber a, b;
  std::multiset<std::string> expected;
  for (int i = 0; i < 1000; ++i) {
    expected.insert("c" + std::to_string(i));
    table.subscribe(a, "c" + std::to_string(i));
    if (i % 3 == 0) table.subscribe(b, "c" + std::to_string(i));
  }
  std::multiset<std::string> visited;
  table.for_each_channel([&](std::string_view name) { visited.emplace(name); });
  EXPECT_EQ(visited, expected);
  table.unsubscribe_all(a);
  table.unsubscribe_all(b);
  table.for_each_channel([](std::string_view name) { ADD_FAILURE() << name; });
}

// Random operations against the obvious implementation.
TEST(ChannelTable, AgreesWithASetOfPairs) {
  ChannelTable table(kKey);
  std::mt19937 random(7);
  std::vector<std::unique_ptr<TestSubscriber>> subscribers(40);
  for (auto& subscriber : subscribers) subscriber = std::make_unique<TestSubscriber>();
  std::map<std::string, std::set<std::size_t>> model;
  const auto random_name = [&] { return "channel" + std::to_string(random() % 600); };
  for (int step = 0; step < 60000; ++step) {
    const std::size_t who = random() % subscribers.size();
    const std::string name = random_name();
    const unsigned action = random() % 100;
    if (action < 55) {
      EXPECT_EQ(table.subscribe(*subscribers[who], name), model[name].insert(who).second);
    } else if (action < 95) {
      EXPECT_EQ(table.unsubscribe(*subscribers[who], name), model[name].erase(who) == 1);
    } else if (action < 98) {
      EXPECT_EQ(publish(table, name, "m"), model[name].size());
    } else if (random() % 20 == 0) {
      table.unsubscribe_all(*subscribers[who]);
      for (auto& [channel, members] : model) members.erase(who);
    }
  }
  std::size_t channels = 0;
  std::size_t subscriptions = 0;
  for (const auto& [name, members] : model) {
    if (!members.empty()) ++channels;
    subscriptions += members.size();
    for (std::size_t who = 0; who < subscribers.size(); ++who) {
      ASSERT_EQ(table.is_subscribed(*subscribers[who], name), members.contains(who));
    }
  }
  EXPECT_EQ(table.channel_count(), channels);
  EXPECT_EQ(table.subscription_count(), subscriptions);
  for (auto& subscriber : subscribers) {
    EXPECT_EQ(table.subscriptions(*subscriber).size(), subscriber->subscription_count());
    table.unsubscribe_all(*subscriber);
  }
  EXPECT_EQ(table.channel_count(), 0u);
  EXPECT_EQ(table.subscription_count(), 0u);
}

}  // namespace
}  // namespace socketcluster::broker
