// SPDX-License-Identifier: MIT
// Subscriptions of clients and of the application, as the application sees and ends them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "unit/server/api_test.h"

namespace socketcluster::server {
namespace {

using test::event;
using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Channels : public test::ApiTest {};

TEST_F(Channels, KickOutTellsTheClientAndEndsTheSubscription) {
  struct Case {
    std::unique_ptr<TestClient> client;
    std::string bare, with_message;
  };
  Case cases[] = {{ready_v1(), R"({"event":"#kickOut","data":{"channel":"a\"b"}})",
                   R"({"event":"#kickOut","data":{"message":"out","channel":"c"}})"},
                  {ready_v2(), R"({"event":"#kickOut","data":{"channel":"a\"b"}})",
                   R"({"event":"#kickOut","data":{"channel":"c","message":"out"}})"}};
  for (const Case& c : cases) {
    c.client->ask(subscribe(R"(a\"b)", 2));
    c.client->ask(subscribe("c", 3));
  }
  server().for_each_client([](Socket& socket) {
    EXPECT_TRUE(socket.is_subscribed("a\"b"));
    EXPECT_THAT(socket.subscriptions(), UnorderedElementsAre("a\"b", "c"));
    socket.kick_out("a\"b");
    socket.kick_out("c", "out");
    socket.kick_out("c", "again");
    socket.kick_out("unknown");
    EXPECT_FALSE(socket.is_subscribed("c"));
    EXPECT_THAT(socket.subscriptions(), IsEmpty());
  });
  for (const Case& c : cases) {
    EXPECT_EQ(c.client->next(), c.bare);
    EXPECT_EQ(c.client->next(), c.with_message);
    exchange().publish("c", 1);
    EXPECT_TRUE(c.client->is_quiet());
  }
}

// Who keeps a list of those present must hear of every end, and before that of the socket.
TEST_F(Channels, EveryEndOfASubscriptionIsTold) {
  server().on_subscription([this](Socket& socket, const std::string& channel) {
    note("+" + channel);
    socket.on_unsubscribe([this](const std::string& name) { note("own " + name); });
  });
  server().on_unsubscription([this](Socket&, const std::string& channel) { note("-" + channel); });
  server().on_disconnection([this](Socket&, int, const std::string&) { note("end"); });
  const auto client = ready();
  client->ask(subscribe("a", 2));
  client->ask(subscribe("b", 3));
  client->ask(subscribe("c", 4));
  client->ask(R"({"event":"#unsubscribe","data":"a","cid":5})");
  socket_of_last().kick_out("b");
  client->next();
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre("+a", "+b", "+c", "own a", "-a", "own b", "-b"));
  notes_.clear();
  client->drop();
  ASSERT_TRUE(run_until([this] { return notes_.size() >= 3; }));
  EXPECT_THAT(notes_, ElementsAre("own c", "-c", "end"));
}

TEST_F(Channels, ExchangeDeliversToItsHandlers) {
  exchange().subscribe("a", [this](const Json& data) { note(boost::json::serialize(data)); });
  EXPECT_TRUE(exchange().is_subscribed("a"));
  EXPECT_FALSE(exchange().is_subscribed("b"));
  exchange().publish("a", {{"x", 1}});
  EXPECT_THAT(notes_, IsEmpty());  // never inside of publish()
  const auto client = ready();
  client->ask(publish("a", "2", 2));
  client->text(R"({"event":"#publish","data":{"channel":"a"}})");
  client->text(publish("a", R"("\ud800")", 0));  // has no value here
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre(R"({"x":1})", "2", "null", "null"));
  exchange().unsubscribe("a");
  exchange().unsubscribe("a");
  client->ask(publish("a", "3", 3));
  EXPECT_EQ(notes_.size(), 4U);
  EXPECT_EQ(worker().sockets().channels().channel_count(), 0U);
}

TEST_F(Channels, ExchangeHandlerThatIsGoneHearsNoMore) {
  exchange().subscribe("a", [this](const Json&) { note("first"); });
  exchange().publish("a", 1);
  exchange().subscribe("a", [this](const Json&) { note("second"); });
  exchange().publish("a", 2);
  exchange().subscribe("b", [this](const Json&) { note("b"); });
  exchange().publish("b", 1);
  exchange().unsubscribe("b");
  turn();
  EXPECT_THAT(notes_, ElementsAre("second"));
}

TEST_F(Channels, ExchangeHandlersMayPublishSubscribeAndUnsubscribe) {
  exchange().subscribe("a", [this](const Json& data) {
    note("a" + boost::json::serialize(data));
    if (data.as_int64() < 3) exchange().publish("a", data.as_int64() + 1);
    exchange().subscribe("b", [this](const Json&) {
      exchange().unsubscribe("b");
      exchange().unsubscribe("a");
      note("b");
    });
    if (data.as_int64() == 3) exchange().publish("b", 0);
  });
  exchange().publish("a", 1);
  turn(8);
  EXPECT_THAT(notes_, ElementsAre("a1", "a2", "a3", "b"));
  EXPECT_EQ(worker().sockets().channels().channel_count(), 0U);
}

TEST_F(Channels, ExchangeHandlerThatThrowsIsAWarning) {
  exchange().subscribe("a", [](const Json&) { throw std::runtime_error("went wrong"); });
  exchange().subscribe("b", [](const Json&) { throw 42; });
  exchange().publish("a", 1);
  exchange().publish("b", 1);
  turn();
  EXPECT_THAT(log_.entries, ElementsAre(HasSubstr("went wrong"), HasSubstr("unknown exception")));
}

TEST_F(Channels, CapturedStateMayUnsubscribeWhenItIsDestroyed) {
  struct Guard {
    Guard(Exchange& owner, std::string name) : exchange(owner), channel(std::move(name)) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { exchange.unsubscribe(channel); }
    Exchange& exchange;
    std::string channel;
  };
  for (int i = 0; i < 5; ++i) {
    exchange().subscribe(
        "c" + std::to_string(i),
        [guard = std::make_shared<Guard>(exchange(), "c" + std::to_string(i + 1))](const Json&) {});
  }
  exchange().unsubscribe("c1");
  EXPECT_TRUE(exchange().is_subscribed("c0"));
  for (const char* gone : {"c1", "c2", "c3", "c4"}) EXPECT_FALSE(exchange().is_subscribed(gone));
  EXPECT_EQ(worker().sockets().channels().channel_count(), 1U);
}

TEST_F(Channels, HandlersMaySubscribePublishAndKickInsideEachOther) {
  server().on("go", [this](Socket& socket, const Json&, const Respond& respond) {
    exchange().publish("a", "before");
    socket.kick_out("a");
    exchange().publish("a", "after");
    exchange().subscribe("a", [this](const Json& data) {
      note(boost::json::serialize(data));
      if (data == "late") server().for_each_client([](Socket& s) { s.disconnect(4300); });
    });
    exchange().publish("a", "late");
    respond();
  });
  const auto client = ready_v2();
  client->ask(subscribe("a", 2));
  client->text(event("go", 3));
  EXPECT_EQ(client->next(3), published("a", R"("before")") + "\n" +
                                 R"({"event":"#kickOut","data":{"channel":"a"}})" + "\n" + rid(3));
  EXPECT_EQ(client->next(), "close:4300:");
  EXPECT_THAT(notes_, ElementsAre(R"("late")"));
}

}  // namespace
}  // namespace socketcluster::server
