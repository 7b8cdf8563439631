// SPDX-License-Identifier: MIT
// Batches of packets from clients, and of acknowledgements to them (protocol section 10).
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using test::unsubscribe;

class Batches : public test::WorkerTest {};

TEST_F(Batches, BatchIsHandledElementByElement) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    client->text("[" + subscribe("a", 2) + " , " + publish("a", "1", 3) + ",5,[],null,{}," +
                 unsubscribe("a", 4) + "," + publish("a", "2", 5) + "]");
    EXPECT_EQ(client->next(4), rid(2) + "\n" + published("a", "1") + "\n" + rid(3) + "\n" + rid(4));
    EXPECT_EQ(client->next(), rid(5));
    client->text("[]");
    client->text("[1,]");
    client->text("[" + publish("a", "1", 6));
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(Batches, BatchStopsWhenAnElementClosesTheSocket) {
  server().on("bye", [](Socket& socket, const Json&, const Respond&) { socket.disconnect(4200); });
  const auto watcher = ready();
  watcher->ask(subscribe("a", 2));
  const auto client = ready_v2();
  client->text(R"([{"event":"bye"},)" + publish("a", "1", 2) + "]");
  EXPECT_EQ(client->next(), "close:4200:");
  EXPECT_TRUE(watcher->is_quiet());
}

TEST_F(Batches, BatchHasALimitOfElements) {
  options_.max_batch_size = 3;
  const auto good = ready();
  good->text("[" + publish("a", "1", 2) + ",1,1]");
  EXPECT_EQ(good->next(), rid(2));
  const auto bad = ready();
  bad->text("[" + publish("a", "1", 2) + ",1,1,1]");
  EXPECT_EQ(bad->next(), "close:1008:Message exceeds the limit of nesting or batch size");
}

TEST_F(Batches, BatchedSubscriptionsAreAcknowledgedTogetherInV1) {
  options_.pub_sub_batch_duration = milliseconds(3);
  const auto client = ready_v1();
  client->text(R"([{"event":"#subscribe","data":{"channel":"a","batch":true},"cid":2},)"
               R"({"event":"#subscribe","data":{"channel":"b","batch":true},"cid":3}])");
  client->text(R"({"event":"#subscribe","data":{"channel":"c","batch":true},"cid":4})");
  client->text(R"({"event":"#subscribe","data":{"channel":"d","batch":true}})");
  client->text(R"({"event":"#subscribe","data":{"channel":"e","batch":true},"cid":"x"})");
  std::string all = client->next();
  while (all.find("\"x\"") == std::string::npos && all.find("nothing") == std::string::npos) {
    all += client->next();
  }
  // One array, unless the machine stalled between the messages.
  for (std::size_t at; (at = all.find("][")) != std::string::npos;) all.replace(at, 2, ",");
  EXPECT_EQ(all, R"([{"rid":2},{"rid":3},{"rid":4},{"rid":"x"}])");
}

TEST_F(Batches, BatchedSubscriptionsAreAcknowledgedInTheNextTurnByDefault) {
  const auto client = ready_v1();
  EXPECT_EQ(client->ask(R"({"event":"#subscribe","data":{"channel":"a","batch":true},"cid":2})"),
            R"([{"rid":2}])");
  EXPECT_EQ(client->ask(R"({"event":"#subscribe","data":{"channel":"b","batch":false},"cid":3})"),
            rid(3));
  const auto v2 = ready_v2();
  EXPECT_EQ(v2->ask(R"({"event":"#subscribe","data":{"channel":"a","batch":true},"cid":2})"),
            rid(2));
}

// They were collected for pubSubBatchDuration whatever their size, so that a client with long
// cids decided how much memory the server spent on it.
TEST_F(Batches, BatchedAcknowledgementsAreSentEarlyWhenTheyGrowLarge) {
  options_.pub_sub_batch_duration = std::chrono::hours(1);
  const auto client = ready_v1();
  const std::string cid = '"' + std::string(30'000, 'c') + '"';
  std::string expected;
  for (int i = 0; i < 3; ++i) {
    client->text(R"({"event":"#subscribe","data":{"channel":"a","batch":true},"cid":)" + cid + "}");
    expected += (i == 0 ? R"([{"rid":)" : R"(,{"rid":)") + cid + "}";
  }
  EXPECT_EQ(client->next(), expected + "]");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Batches, BatchedAcknowledgementsDieWithTheSocket) {
  options_.pub_sub_batch_duration = milliseconds(2);
  const auto client = ready_v1();
  client->bytes(websocket::test::text_frame(
                    R"({"event":"#subscribe","data":{"channel":"a","batch":true},"cid":2})") +
                websocket::test::text_frame(R"({"event":"#disconnect","data":{"code":1000}})"));
  EXPECT_EQ(client->next(), "close:1000:");
  for (int i = 0; i < 5; ++i) worker().loop().run_once(milliseconds(1));
  client->close_frame(1000);
  EXPECT_EQ(client->next(), "end");
}

}  // namespace
}  // namespace socketcluster::server
