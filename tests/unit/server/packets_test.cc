// SPDX-License-Identifier: MIT
// What packets do: channels, publishing, batches, events, tokens, limits (protocol sections 2, 5 to
// 8, 10, 12 and 13), for both generations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::concat;
using test::publish;
using test::published;
using test::refusal;
using test::rid;
using test::subscribe;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string unsubscribe(std::string_view channel, int cid) {
  return R"({"event":"#unsubscribe","data":")" + std::string(channel) + R"(","cid":)" +
         std::to_string(cid) + "}";
}

class Packets : public test::WorkerTest {};

// ---- #subscribe --------------------------------------------------------------------------------

TEST_F(Packets, SubscribeIsAcknowledgedAndDelivers) {
  for (const auto& client : {ready(), ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(subscribe("news", 2)), rid(2));
    exchange().publish("news", "hi");
    EXPECT_EQ(client->next(), published("news", R"("hi")"));
    exchange().publish("other", "hi");
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(Packets, SubscribingTwiceSucceedsAndDeliversOnce) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(subscribe("a", 2)), rid(2));
    EXPECT_EQ(client->ask(subscribe("a", 3)), rid(3));
    exchange().publish("a", 1);
    EXPECT_EQ(client->next(), published("a", "1"));
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(Packets, SubscribeWithoutCidTakesEffectOnlyInV1) {
  const auto unknown = ready();
  const auto v1 = ready_v1();
  const auto v2 = ready_v2();
  for (const auto* client : {&unknown, &v1, &v2}) {
    (*client)->text(R"({"event":"#subscribe","data":{"channel":"a"}})");
    (*client)->text(R"({"event":"#subscribe","data":{"channel":"a"},"cid":"x"})");
  }
  EXPECT_EQ(unknown->next(), R"({"rid":"x"})");
  EXPECT_EQ(v1->next(), R"({"rid":"x"})");
  EXPECT_TRUE(v2->is_quiet());
  exchange().publish("a", 1);
  EXPECT_EQ(unknown->next(), published("a", "1"));
  EXPECT_EQ(v1->next(), published("a", "1"));
  EXPECT_TRUE(v2->is_quiet());
}

TEST_F(Packets, SubscribeTakesAPlainNameOnlyInV1) {
  const auto v1 = ready_v1();
  EXPECT_EQ(v1->ask(R"({"event":"#subscribe","data":"a","cid":2})"), rid(2));
  exchange().publish("a", 1);
  EXPECT_EQ(v1->next(), published("a", "1"));
  const auto v2 = ready_v2();
  EXPECT_EQ(v2->ask(R"({"event":"#subscribe","data":"a","cid":2})"),
            refusal(2, "InvalidActionError", "Subscribe channel name was malformatted"));
}

TEST_F(Packets, SubscribeRefusesWhatIsNoName) {
  std::string id;
  const auto v1 = ready_v1(&id);
  const auto v2 = ready_v2();
  for (const auto& [channel, text] : std::vector<std::pair<std::string, std::string>>{
           {"5", "5"}, {"null", "null"}, {"true", "true"}, {R"(["a","b"])", "a,b"}}) {
    const std::string packet =
        R"({"event":"#subscribe","data":{"channel":)" + channel + R"(},"cid":2})";
    EXPECT_EQ(v1->ask(packet),
              refusal(2, "BrokerError",
                      concat({"Failed to subscribe socket to the ", text, " channel - Socket ", id,
                              " provided an invalid channel name"})));
    EXPECT_EQ(v2->ask(packet),
              refusal(2, "InvalidActionError", "Subscribe channel name was malformatted"));
  }
}

// The original takes falsy data for an object without members before it looks for a name, so that
// its text about a "malformated channel payload" never reaches a client.
TEST_F(Packets, SubscribeTakesFalsyDataForAMissingName) {
  std::string id;
  const auto v1 = ready_v1(&id);
  const auto v2 = ready_v2();
  for (const std::string data : {"", R"("data":null,)", R"("data":false,)", R"("data":0,)",
                                 R"("data":"",)", R"("data":5,)", R"("data":[],)"}) {
    const std::string packet = R"({"event":"#subscribe",)" + data + R"("cid":2})";
    EXPECT_EQ(v1->ask(packet),
              refusal(2, "BrokerError",
                      concat({"Failed to subscribe socket to the undefined channel - Socket ", id,
                              " provided an invalid channel name"})));
    EXPECT_EQ(v2->ask(packet),
              refusal(2, "InvalidActionError", "Subscribe channel name was malformatted"));
  }
}

TEST_F(Packets, EmptyChannelNameIsAName) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(subscribe("", 2)), rid(2));
    EXPECT_EQ(client->ask(publish("", "1", 3)), published("", "1"));
    EXPECT_EQ(client->next(), rid(3));
  }
}

TEST_F(Packets, SubscriptionsOfOneSocketAreLimited) {
  options_.socket_channel_limit = 3;
  std::string id;
  for (const bool v2 : {false, true}) {
    const auto client = v2 ? ready_v2(&id) : ready_v1(&id);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(client->ask(subscribe("c" + std::to_string(i), 2 + i)), rid(2 + i));
    }
    const auto refused = [&](int cid, const std::string& channel) {
      return refusal(cid, "BrokerError",
                     concat({"Failed to subscribe socket to the ", channel, " channel - ",
                             v2 ? "InvalidActionError: " : "", "Socket ", id,
                             " tried to exceed the channel subscription limit of 3"}));
    };
    EXPECT_EQ(client->ask(subscribe("c3", 8)), refused(8, "c3"));
    EXPECT_EQ(client->ask(subscribe("c0", 9)), refused(9, "c0"));  // section 12
    EXPECT_EQ(client->ask(unsubscribe("c0", 10)), rid(10));
    EXPECT_EQ(client->ask(subscribe("c3", 11)), rid(11));
  }
}

TEST_F(Packets, ChannelNamesHaveALimitInBytes) {
  options_.max_channel_name_length = 8;
  const auto client = ready_v2();
  EXPECT_EQ(client->ask(subscribe("12345678", 2)), rid(2));
  EXPECT_EQ(client->ask(subscribe("\u00e4\u00e4\u00e4\u00e4", 3)), rid(3));
  EXPECT_EQ(client->ask(subscribe(R"(\u00e4\u00e4\u00e4\u00e4)", 4)), rid(4));
  EXPECT_EQ(client->ask(subscribe("123456789", 5)),
            refusal(5, "InvalidActionError", "Subscribe channel name was malformatted"));
  EXPECT_EQ(client->ask(subscribe("\u00e4\u00e4\u00e4\u00e4x", 6)),
            refusal(6, "InvalidActionError", "Subscribe channel name was malformatted"));
  EXPECT_EQ(client->ask(publish("123456789", "1", 7)),
            refusal(7, "InvalidActionError", "Publish channel name was malformatted"));
  EXPECT_EQ(client->ask(unsubscribe("123456789", 8)),
            refusal(8, "InvalidActionError", "Unsubscribe channel name was malformatted"));
}

// ---- #unsubscribe ------------------------------------------------------------------------------

TEST_F(Packets, UnsubscribeEndsDeliveryWithAndWithoutCid) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    client->ask(subscribe("a", 2));
    client->ask(subscribe("b", 3));
    EXPECT_EQ(client->ask(unsubscribe("a", 4)), rid(4));
    client->text(R"({"event":"#unsubscribe","data":"b"})");
    EXPECT_TRUE(client->is_quiet());
    exchange().publish("a", 1);
    exchange().publish("b", 1);
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(Packets, UnsubscribeRefusesWhatWasNotSubscribed) {
  std::string id;
  const auto v1 = ready_v1(&id);
  EXPECT_EQ(v1->ask(unsubscribe("a", 2)),
            refusal(2, "BrokerError",
                    "Failed to unsubscribe socket from the a channel - Socket " + id +
                        " tried to unsubscribe from a channel which it is not subscribed to"));
  const auto v2 = ready_v2(&id);
  v1->ask(subscribe("a", 3));  // somebody else's subscription does not count
  EXPECT_EQ(
      v2->ask(unsubscribe("a", 2)),
      refusal(2, "BrokerError",
              "Failed to unsubscribe socket from the a channel - InvalidActionError: Socket " + id +
                  " tried to unsubscribe from a channel which it is not subscribed to"));
}

TEST_F(Packets, UnsubscribeRefusesWhatIsNoName) {
  std::string id;
  const auto v1 = ready_v1(&id);
  const auto v2 = ready_v2();
  for (const auto& [data, text] : std::vector<std::pair<std::string, std::string>>{
           {"null", "null"}, {R"(["a","b"])", "a,b"}, {"{}", "[object Object]"}}) {
    const std::string packet = R"({"event":"#unsubscribe","data":)" + data + R"(,"cid":2})";
    EXPECT_EQ(v1->ask(packet),
              refusal(2, "BrokerError",
                      concat({"Failed to unsubscribe socket from the ", text, " channel - Socket ",
                              id, " tried to unsubscribe from an invalid channel name"})));
    EXPECT_EQ(v2->ask(packet),
              refusal(2, "InvalidActionError", "Unsubscribe channel name was malformatted"));
  }
  EXPECT_THAT(v1->ask(R"({"event":"#unsubscribe","cid":3})"), HasSubstr("the undefined channel"));
  v1->text(R"({"event":"#unsubscribe","data":["a"]})");
  EXPECT_TRUE(v1->is_quiet());
}

// ---- #publish ----------------------------------------------------------------------------------

TEST_F(Packets, PublisherGetsItsOwnCopyBeforeTheAcknowledgement) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    client->ask(subscribe("a", 2));
    EXPECT_EQ(client->ask(publish("a", "1", 3)), published("a", "1"));
    EXPECT_EQ(client->next(), rid(3));
  }
}

TEST_F(Packets, PublishNeedsNeitherSubscriptionNorSubscribers) {
  const auto client = ready();
  EXPECT_EQ(client->ask(publish("nobody", "1", 2)), rid(2));
  client->text(R"({"event":"#publish","data":{"channel":"nobody","data":1}})");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Packets, PublishedDataIsPassedOnByteForByte) {
  const auto subscriber = ready_v1();
  subscriber->ask(subscribe("a", 2));
  const auto publisher = ready_v2();
  for (const char* data :
       {"0", "-0", "1.50", "1E+2", "123456789012345678901234567890", "true", "null", R"("")",
        R"( { "b" : 1 , "a" : [ ] } )", R"("\u0041\/\n")", R"("\ud83d\ude00 \ud800")",
        "\"\xf0\x9f\x98\x80 \xc3\xa4\"", R"({"a":1,"a":2})", R"({"event":"#publish","rid":1})"}) {
    publisher->text(publish("a", data, 0));
    EXPECT_EQ(publisher->next(), rid(0));
    std::string trimmed = data;
    trimmed.erase(0, trimmed.find_first_not_of(' '));
    trimmed.erase(trimmed.find_last_not_of(' ') + 1);
    EXPECT_EQ(subscriber->next(), published("a", trimmed));
  }
}

TEST_F(Packets, PublishWithoutDataIsDeliveredWithoutData) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  EXPECT_EQ(client->ask(R"({"event":"#publish","data":{"channel":"a"}})"),
            R"({"event":"#publish","data":{"channel":"a"}})");
}

TEST_F(Packets, PublishIgnoresUnknownMembersAndTheirOrder) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  client->text(R"({"x":[{}],"cid":3,"data":{"y":0,"data":"d","channel":"a"},"event":"#publish"})");
  EXPECT_EQ(client->next(2), published("a", R"("d")") + "\n" + rid(3));
}

TEST_F(Packets, OfDuplicateNamesTheLastOneCounts) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  client->ask(subscribe("b", 3));
  client->text(R"({"event":"x","event":"#publish","data":{"channel":"a"},)"
               R"("data":{"channel":"a","channel":"b","data":1,"data":2},"cid":4,"cid":5})");
  EXPECT_EQ(client->next(2), published("b", "2") + "\n" + rid(5));
}

TEST_F(Packets, ChannelsAreTheSameHoweverTheirNamesAreSpelled) {
  const auto client = ready();
  client->ask(subscribe(R"(\u0061\/\ud83d\ude00)", 2));
  EXPECT_EQ(client->ask(publish("a/\xf0\x9f\x98\x80", "1", 0)),
            published("a/\xf0\x9f\x98\x80", "1"));
  client->ask(subscribe("plain", 3));
  EXPECT_EQ(client->ask(publish(R"(pl\u0061in)", "2", 0)), published(R"(pl\u0061in)", "2"));
  EXPECT_EQ(client->ask(unsubscribe(R"(\u0070lain)", 4)), rid(4));
  exchange().publish("plain", 3);
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Packets, ChannelsMayContainLoneSurrogatesAndNul) {
  const auto client = ready();
  client->ask(subscribe(R"(\ud800)", 2));
  client->ask(subscribe(R"(\u0000x)", 3));
  EXPECT_EQ(client->ask(publish(R"(\uD800)", "1", 0)), published(R"(\uD800)", "1"));
  client->text(publish(R"(\udc00)", "1", 0));
  client->text(publish(R"(\u0000)", "1", 0));
  EXPECT_TRUE(client->is_quiet());
  // A name that user code has read names the same channel when user code writes it.
  std::vector<std::string> names;
  server().for_each_client([&](Socket& socket) { names = socket.subscriptions(); });
  ASSERT_EQ(names.size(), 2U);
  for (const std::string& name : names) exchange().publish(name, 1);
  const std::string both = client->next(2);
  EXPECT_THAT(both, HasSubstr(published(R"(\ud800)", "1")));
  EXPECT_THAT(both, HasSubstr(published(R"(\u0000x)", "1")));
}

TEST_F(Packets, PublishRefusesWhatIsNoName) {
  std::string id;
  const auto v1 = ready_v1(&id);
  EXPECT_EQ(
      v1->ask(R"({"event":"#publish","data":{"channel":5,"data":1},"cid":2})"),
      refusal(2, "BrokerError", "Socket " + id + " tried to publish to an invalid 5 channel"));
  EXPECT_EQ(v1->ask(R"({"event":"#publish","cid":3})"),
            refusal(3, "BrokerError",
                    "Socket " + id + " tried to publish to an invalid undefined channel"));
  const auto v2 = ready_v2();
  for (const char* data : {"null", "5", "[]", "{}", R"("a")", R"({"channel":[]})"}) {
    EXPECT_EQ(v2->ask(std::string(R"({"event":"#publish","data":)") + data + R"(,"cid":2})"),
              refusal(2, "InvalidActionError", "Publish channel name was malformatted"));
  }
  v2->text(R"({"event":"#publish","data":{"channel":5}})");
  EXPECT_TRUE(v2->is_quiet());
}

TEST_F(Packets, PublishCanBeDisabledForClients) {
  options_.allow_client_publish = false;
  const auto subscriber = ready();
  subscriber->ask(subscribe("a", 2));
  const auto client = ready_v2();
  EXPECT_EQ(client->ask(publish("a", "1", 2)),
            refusal(2, "InvalidActionError", "Client publish feature is disabled"));
  client->text(R"({"event":"#publish","data":{"channel":"a","data":1}})");
  EXPECT_TRUE(client->is_quiet());
  EXPECT_TRUE(subscriber->is_quiet());
  exchange().publish("a", 2);
  EXPECT_EQ(subscriber->next(), published("a", "2"));
}

TEST_F(Packets, CopiesArriveInTheOrderOfPublishing) {
  const auto subscriber = ready();
  subscriber->ask(subscribe("a", 2));
  subscriber->ask(subscribe("b", 3));
  const auto publisher = ready();
  std::string frames;
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    const std::string channel = i % 3 == 0 ? "b" : "a";
    const std::string data = i % 50 == 0 ? '"' + std::string(70'000, 'x') + '"' : std::to_string(i);
    frames += websocket::test::text_frame(publish(channel, data, 1000 + i));
    expected.push_back(published(channel, data));
  }
  publisher->bytes(frames);
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(subscriber->next(), expected[static_cast<std::size_t>(i)]);
    ASSERT_EQ(publisher->next(), rid(1000 + i));
  }
}

// ---- Batches -----------------------------------------------------------------------------------

TEST_F(Packets, BatchIsHandledElementByElement) {
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

TEST_F(Packets, BatchStopsWhenAnElementClosesTheSocket) {
  server().on("bye", [](Socket& socket, const Json&, const Respond&) { socket.disconnect(4200); });
  const auto watcher = ready();
  watcher->ask(subscribe("a", 2));
  const auto client = ready_v2();
  client->text(R"([{"event":"bye"},)" + publish("a", "1", 2) + "]");
  EXPECT_EQ(client->next(), "close:4200:");
  EXPECT_TRUE(watcher->is_quiet());
}

TEST_F(Packets, BatchHasALimitOfElements) {
  options_.max_batch_size = 3;
  const auto good = ready();
  good->text("[" + publish("a", "1", 2) + ",1,1]");
  EXPECT_EQ(good->next(), rid(2));
  const auto bad = ready();
  bad->text("[" + publish("a", "1", 2) + ",1,1,1]");
  EXPECT_EQ(bad->next(), "close:1008:Message exceeds the limit of nesting or batch size");
}

TEST_F(Packets, BatchedSubscriptionsAreAcknowledgedTogetherInV1) {
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

TEST_F(Packets, BatchedSubscriptionsAreAcknowledgedInTheNextTurnByDefault) {
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
TEST_F(Packets, BatchedAcknowledgementsAreSentEarlyWhenTheyGrowLarge) {
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

TEST_F(Packets, BatchedAcknowledgementsDieWithTheSocket) {
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

// ---- Whole messages ----------------------------------------------------------------------------

TEST_F(Packets, WhatHasNoMeaningIsIgnored) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    for (const char* text : {"x",
                             "{",
                             "{}",
                             "5",
                             "null",
                             R"("text")",
                             R"({"a":1})",
                             "#1",
                             "#3",
                             " ",
                             "[",
                             R"({"event":null,"cid":1})",
                             R"({"event":5,"cid":1})",
                             R"({"rid":1})",
                             R"({"rid":"x","error":{}})",
                             R"({"event":"#publish","cid":1} x)",
                             R"({"event":"#removeAuthToken","cid":1})",
                             R"({"event":"#unknown","cid":1})",
                             R"({"event":"#setAuthToken","cid":1})",
                             R"({"event":"#kickOut","cid":1})",
                             R"({"event":"nobody","cid":1})",
                             R"({"event":"","cid":1})"}) {
      client->text(text);
    }
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(Packets, BinaryMessageIsText) {
  const auto client = ready();
  client->frame(websocket::Opcode::kBinary, subscribe("a", 2));
  EXPECT_EQ(client->next(), rid(2));
  client->frame(websocket::Opcode::kBinary, "\xff\xfe{\"event\"");
  client->frame(websocket::Opcode::kBinary,
                "{\"event\":\"#publish\",\"data\":{\"channel\":\"a\","
                "\"data\":\"\xff\"},\"cid\":3}");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Packets, TextThatIsNotUtf8Closes) {
  const auto client = ready();
  client->text("\"\xff\"");
  EXPECT_THAT(client->next(), StartsWith("close:1007:"));
}

TEST_F(Packets, NestingHasALimit) {
  options_.max_json_depth = 4;
  const auto good = ready();
  good->ask(subscribe("a", 2));
  EXPECT_EQ(good->ask(publish("a", "[[]]", 0)), published("a", "[[]]"));
  const auto bad = ready();
  bad->text(publish("a", "[[[]]]", 2));
  EXPECT_EQ(bad->next(), "close:1008:Message exceeds the limit of nesting or batch size");
  EXPECT_TRUE(good->is_quiet());
}

TEST_F(Packets, DeepestNestingReachesHandlers) {
  options_.max_json_depth = 1000;
  server().on("deep", [](Socket&, const Json& data, const Respond& respond) {
    respond(Json(data.is_array()));
  });
  const auto client = ready_v2();
  const std::string deep = std::string(999, '[') + std::string(999, ']');
  EXPECT_EQ(client->ask(R"({"event":"deep","data":)" + deep + R"(,"cid":2})"),
            R"({"rid":2,"data":true})");
}

TEST_F(Packets, MessagesHaveALimitOfBytes) {
  options_.max_payload = 100;
  std::string packet = publish("a", R"("")", 2);
  packet.insert(packet.find(R"("")") + 1, 100 - packet.size(), 'x');
  const auto good = ready();
  EXPECT_EQ(good->ask(packet), rid(2));
  const auto bad = ready();
  bad->text(" " + packet);
  EXPECT_EQ(bad->next(), "close:1009:");
  EXPECT_EQ(bad->next(), "end");
}

// ---- Events of the application -----------------------------------------------------------------

TEST_F(Packets, LocalEventNamesAreDroppedInV1) {
  for (const char* name : {"message", "raw", "connect", "disconnect"}) {
    server().on(name, [](Socket&, const Json&, const Respond& respond) { respond(); });
    const std::string packet = std::string(R"({"event":")") + name + R"(","cid":2})";
    const auto v1 = ready_v1();
    v1->text(packet);
    EXPECT_TRUE(v1->is_quiet());
    const auto v2 = ready_v2();
    EXPECT_EQ(v2->ask(packet), rid(2));
  }
}

TEST_F(Packets, UnknownReservedEventsReachHandlers) {
  server().on("#custom", [](Socket&, const Json&, const Respond& respond) { respond(); });
  for (const auto& client : {ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(R"({"event":"#custom","cid":2})"), rid(2));
    EXPECT_EQ(client->ask(R"({"event":"\u0023custom","cid":3})"), rid(3));
  }
}

TEST_F(Packets, EventNamesAreComparedUnescaped) {
  server().on("\xc3\xa4", [](Socket&, const Json&, const Respond& respond) { respond(); });
  const auto client = ready();
  EXPECT_EQ(client->ask(R"({"event":"\u00e4","cid":2})"), rid(2));
}

TEST_F(Packets, DataThatHasNoValueHereIsAnError) {
  server().on("x", [](Socket&, const Json&, const Respond& respond) { respond(); });
  const auto client = ready();
  EXPECT_EQ(client->ask(R"({"event":"x","data":"\ud800","cid":2})"),
            refusal(2, "InvalidMessageError", "Event data could not be represented"));
  client->text(R"({"event":"x","data":"\ud800"})");
  EXPECT_TRUE(client->is_quiet());
}

// ---- Tokens: there is none that is valid --------------------------------------------------------

TEST_F(Packets, AuthenticateIsRefused) {
  const auto v1 = ready_v1();
  const std::string error = R"({"message":"jwt malformed","name":"AuthTokenInvalidError"})";
  EXPECT_EQ(v1->ask(R"({"event":"#authenticate","data":"x","cid":2})"),
            R"({"event":"#removeAuthToken","data":null})");
  EXPECT_EQ(v1->next(), R"({"rid":2,"error":)" + error +
                            R"(,"data":{"isAuthenticated":false,"authError":)" + error + "}}");
  v1->text(R"({"event":"#authenticate","data":"x"})");
  EXPECT_EQ(v1->next(), R"({"event":"#removeAuthToken","data":null})");
  EXPECT_TRUE(v1->is_quiet());

  const auto v2 = ready_v2();
  EXPECT_EQ(v2->ask(R"({"event":"#authenticate","data":null,"cid":2})"),
            R"({"rid":2,"error":{"message":"jwt must be provided",)"
            R"("name":"AuthTokenInvalidError","isBadToken":true}})");
  EXPECT_EQ(v2->next(), R"({"event":"#removeAuthToken"})");
  v2->text(R"({"event":"#authenticate","data":"x"})");
  EXPECT_EQ(v2->next(), "close:4008:");
}

// ---- Compression -------------------------------------------------------------------------------

TEST_F(Packets, CompressedAndPlainSubscribersGetTheSameMessage) {
  options_.per_message_deflate.enabled = true;
  options_.per_message_deflate.threshold = 300;
  const auto plain = ready();
  plain->ask(subscribe("a", 2));
  const test::ClientOptions compressing{
      .headers = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"};
  const auto packed = ready(nullptr, compressing);
  packed->ask(subscribe("a", 2));
  const std::string text = '"' + std::string(500, 'z') + '"';
  plain->text(publish("a", text, 3));
  EXPECT_EQ(plain->next(), published("a", text));
  const std::string frame = packed->next();
  ASSERT_THAT(frame, StartsWith("compressed:"));
  websocket::Inflater inflater(15, websocket::Takeover::kNo);
  std::vector<char> buffer;
  EXPECT_EQ(inflater.inflate(std::string_view(frame).substr(11), 10'000, buffer).text,
            published("a", text));
}

TEST_F(Packets, CompressedBatchMayPublishWhatIsCompressedAgain) {
  options_.per_message_deflate.enabled = true;
  options_.per_message_deflate.threshold = 300;
  const test::ClientOptions compressing{.headers =
                                            "Sec-WebSocket-Extensions: permessage-deflate\r\n"};
  const auto client = ready(nullptr, compressing);
  const std::string first = '"' + std::string(3000, 'y') + '"';
  const std::string second = '"' + std::string(3000, 'z') + '"';
  const std::string batch =
      "[" + subscribe("a", 2) + "," + publish("a", first, 3) + "," + publish("a", second, 4) + "]";
  websocket::Deflater deflater(15, websocket::Takeover::kNo, {.enabled = true});
  std::vector<char> packed;
  client->bytes(websocket::test::client_frame({.compressed = websocket::Compressed::kYes},
                                              deflater.deflate(batch, packed)));
  websocket::Inflater inflater(15, websocket::Takeover::kNo);
  const auto next = [&] {
    std::string item = client->next();
    if (!item.starts_with("compressed:")) return item;
    std::vector<char> buffer;
    return std::string(inflater.inflate(std::string_view(item).substr(11), 10'000, buffer).text);
  };
  EXPECT_EQ(next(), rid(2));
  EXPECT_EQ(next(), published("a", first));
  EXPECT_EQ(next(), rid(3));
  EXPECT_EQ(next(), published("a", second));
  EXPECT_EQ(next(), rid(4));
}

}  // namespace
}  // namespace socketcluster::server
