// SPDX-License-Identifier: MIT
// `#subscribe` and `#unsubscribe` (protocol sections 5 and 12), for both generations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::concat;
using test::publish;
using test::published;
using test::refusal;
using test::rid;
using test::subscribe;
using test::unsubscribe;
using ::testing::HasSubstr;

class SubscribePackets : public test::WorkerTest {};

TEST_F(SubscribePackets, SubscribeIsAcknowledgedAndDelivers) {
  for (const auto& client : {ready(), ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(subscribe("news", 2)), rid(2));
    exchange().publish("news", "hi");
    EXPECT_EQ(client->next(), published("news", R"("hi")"));
    exchange().publish("other", "hi");
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(SubscribePackets, SubscribingTwiceSucceedsAndDeliversOnce) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(subscribe("a", 2)), rid(2));
    EXPECT_EQ(client->ask(subscribe("a", 3)), rid(3));
    exchange().publish("a", 1);
    EXPECT_EQ(client->next(), published("a", "1"));
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(SubscribePackets, SubscribeWithoutCidTakesEffectOnlyInV1) {
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

TEST_F(SubscribePackets, SubscribeTakesAPlainNameOnlyInV1) {
  const auto v1 = ready_v1();
  EXPECT_EQ(v1->ask(R"({"event":"#subscribe","data":"a","cid":2})"), rid(2));
  exchange().publish("a", 1);
  EXPECT_EQ(v1->next(), published("a", "1"));
  const auto v2 = ready_v2();
  EXPECT_EQ(v2->ask(R"({"event":"#subscribe","data":"a","cid":2})"),
            refusal(2, "InvalidActionError", "Subscribe channel name was malformatted"));
}

TEST_F(SubscribePackets, SubscribeRefusesWhatIsNoName) {
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
TEST_F(SubscribePackets, SubscribeTakesFalsyDataForAMissingName) {
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

TEST_F(SubscribePackets, EmptyChannelNameIsAName) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(subscribe("", 2)), rid(2));
    EXPECT_EQ(client->ask(publish("", "1", 3)), published("", "1"));
    EXPECT_EQ(client->next(), rid(3));
  }
}

TEST_F(SubscribePackets, SubscriptionsOfOneSocketAreLimited) {
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

TEST_F(SubscribePackets, ChannelNamesHaveALimitInBytes) {
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

TEST_F(SubscribePackets, UnsubscribeEndsDeliveryWithAndWithoutCid) {
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

TEST_F(SubscribePackets, UnsubscribeRefusesWhatWasNotSubscribed) {
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

TEST_F(SubscribePackets, UnsubscribeRefusesWhatIsNoName) {
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

}  // namespace
}  // namespace socketcluster::server
