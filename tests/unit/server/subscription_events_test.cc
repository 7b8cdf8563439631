// SPDX-License-Identifier: MIT
// The events of subscriptions, and above all that each subscription ends once (protocol/behaviour,
// sections 2 and 3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::rid;
using test::subscribe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class SubscriptionEvents : public test::WorkerTest {
 protected:
  void watch_server() {
    server().on_subscription([this](Socket&, const std::string& channel) { note("+" + channel); });
    server().on_unsubscription([this](Socket& socket, const std::string& channel) {
      note("-" + channel + (socket.is_subscribed(channel) ? " still there" : ""));
    });
    server().on_disconnection([this](Socket&, int, const std::string&) { note("end"); });
  }
  void watch_sockets() {
    server().on_connection([this](Socket& socket) {
      socket.on_subscribe(
          [this](const std::string& channel, const Json&) { note("socket +" + channel); });
      socket.on_unsubscribe([this](const std::string& channel) { note("socket -" + channel); });
      socket.on_disconnect([this](int, const std::string&) { note("socket end"); });
    });
  }
};

TEST_F(SubscriptionEvents, EndWithTheConnectionBeforeItsEndIsTold) {
  watch_server();
  watch_sockets();
  const auto client = ready();
  EXPECT_EQ(client->ask(subscribe("a", 2)), rid(2));
  EXPECT_THAT(notes_, ElementsAre("socket +a", "+a"));
  client->drop();
  EXPECT_TRUE(all_gone());
  turn();
  EXPECT_THAT(notes_, ElementsAre("socket +a", "+a", "socket -a", "-a", "end", "socket end"));
}

TEST_F(SubscriptionEvents, EndOnceForEachChannel) {
  watch_server();
  const auto client = ready();
  for (const char* channel : {"a", "b", "c"}) client->ask(subscribe(channel, 2));
  EXPECT_EQ(client->ask(R"({"event":"#unsubscribe","data":"b","cid":3})"), rid(3));
  EXPECT_THAT(notes_, ElementsAre("+a", "+b", "+c", "-b"));
  notes_.clear();
  client->close_frame(1000);
  EXPECT_EQ(client->next(), "close:1000:");
  client->drop();
  EXPECT_TRUE(all_gone());
  EXPECT_THAT(notes_, UnorderedElementsAre("-a", "-c", "end"));
  EXPECT_EQ(notes_.back(), "end");
}

TEST_F(SubscriptionEvents, AreRaisedForASocketThatTheApplicationCloses) {
  watch_sockets();
  const auto client = ready();
  client->ask(subscribe("a", 2));
  notes_.clear();
  server().for_each_client([](Socket& socket) { socket.disconnect(4100, "bye"); });
  EXPECT_THAT(notes_, IsEmpty());
  turn();
  EXPECT_THAT(notes_, ElementsAre("socket -a", "socket end"));
}

TEST_F(SubscriptionEvents, AreRaisedWhenAClientIsThrownOut) {
  watch_server();
  watch_sockets();
  for (const bool v1 : {true, false}) {
    const auto client = v1 ? ready_v1() : ready_v2();
    client->ask(subscribe("a", 2));
    notes_.clear();
    server().for_each_client([](Socket& socket) {
      socket.kick_out("a");
      socket.kick_out("a");
    });
    turn();
    EXPECT_THAT(notes_, ElementsAre("socket -a", "-a"));
    client->drop();
    EXPECT_TRUE(all_gone());
    turn();
    EXPECT_THAT(notes_, ElementsAre("socket -a", "-a", "end", "socket end"));
  }
}

TEST_F(SubscriptionEvents, AreRaisedWhenTheWorkerEnds) {
  watch_server();
  const auto client = ready();
  client->ask(subscribe("a", 2));
  destroy_worker();
  EXPECT_THAT(notes_, ElementsAre("+a", "-a", "end"));
}

}  // namespace
}  // namespace socketcluster::server
