// SPDX-License-Identifier: MIT
// `#publish` (protocol section 6), for both generations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::published;
using test::refusal;
using test::rid;
using test::subscribe;
using test::unsubscribe;
using ::testing::HasSubstr;

class PublishPackets : public test::WorkerTest {};

TEST_F(PublishPackets, PublisherGetsItsOwnCopyBeforeTheAcknowledgement) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    client->ask(subscribe("a", 2));
    EXPECT_EQ(client->ask(publish("a", "1", 3)), published("a", "1"));
    EXPECT_EQ(client->next(), rid(3));
  }
}

TEST_F(PublishPackets, PublishNeedsNeitherSubscriptionNorSubscribers) {
  const auto client = ready();
  EXPECT_EQ(client->ask(publish("nobody", "1", 2)), rid(2));
  client->text(R"({"event":"#publish","data":{"channel":"nobody","data":1}})");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(PublishPackets, PublishedDataIsPassedOnByteForByte) {
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

TEST_F(PublishPackets, PublishWithoutDataIsDeliveredWithoutData) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  EXPECT_EQ(client->ask(R"({"event":"#publish","data":{"channel":"a"}})"),
            R"({"event":"#publish","data":{"channel":"a"}})");
}

TEST_F(PublishPackets, PublishIgnoresUnknownMembersAndTheirOrder) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  client->text(R"({"x":[{}],"cid":3,"data":{"y":0,"data":"d","channel":"a"},"event":"#publish"})");
  EXPECT_EQ(client->next(2), published("a", R"("d")") + "\n" + rid(3));
}

TEST_F(PublishPackets, OfDuplicateNamesTheLastOneCounts) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  client->ask(subscribe("b", 3));
  client->text(R"({"event":"x","event":"#publish","data":{"channel":"a"},)"
               R"("data":{"channel":"a","channel":"b","data":1,"data":2},"cid":4,"cid":5})");
  EXPECT_EQ(client->next(2), published("b", "2") + "\n" + rid(5));
}

TEST_F(PublishPackets, ChannelsAreTheSameHoweverTheirNamesAreSpelled) {
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

TEST_F(PublishPackets, ChannelsMayContainLoneSurrogatesAndNul) {
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

TEST_F(PublishPackets, PublishRefusesWhatIsNoName) {
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

TEST_F(PublishPackets, PublishCanBeDisabledForClients) {
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

TEST_F(PublishPackets, CopiesArriveInTheOrderOfPublishing) {
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

}  // namespace
}  // namespace socketcluster::server
