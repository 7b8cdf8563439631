// SPDX-License-Identifier: MIT
// `#handshake` with its irregular forms, and what may come before it (protocol section 3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::kHandshake;
using test::refusal;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Handshake : public test::WorkerTest {};

TEST_F(Handshake, IsAnsweredWithIdAndPingTimeout) {
  options_.ping_interval = milliseconds(19999);
  options_.ping_timeout = milliseconds(20000);
  TestClient client(worker());
  EXPECT_THAT(client.ask(kHandshake),
              ::testing::MatchesRegex(R"(\{"rid":1,"data":\{"id":"[A-Za-z0-9_-]{20}",)"
                                      R"("pingTimeout":20000,"isAuthenticated":false\}\})"));
  EXPECT_TRUE(client.is_quiet());
  EXPECT_EQ(server().clients_count(), 1U);
  EXPECT_EQ(server().pending_clients_count(), 0U);
}

TEST_F(Handshake, GivesEverySocketAnotherId) {
  std::string first, second;
  const auto a = ready(&first);
  const auto b = ready(&second);
  EXPECT_NE(first, second);
}

TEST_F(Handshake, NeedsNoData) {
  for (const char* packet :
       {R"({"event":"#handshake","cid":7})", R"({"event":"#handshake","data":{},"cid":7})",
        R"({"event":"#handshake","data":null,"cid":7})",
        R"({"event":"#handshake","data":{"authToken":""},"cid":7})",
        R"({"cid":7,"data":{"authToken":null},"event":"#handshake"})"}) {
    TestClient client(worker());
    const std::string answer = client.ask(packet);
    EXPECT_THAT(answer, StartsWith(R"({"rid":7,"data":{"id":)")) << packet;
    EXPECT_THAT(answer, ::testing::Not(HasSubstr("authError"))) << packet;
  }
}

class FirstMessage : public test::WorkerTest,
                     public ::testing::WithParamInterface<ProtocolVersion> {
 protected:
  FirstMessage() { options_.protocol_version = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(EachVersion, FirstMessage,
                         ::testing::Values(ProtocolVersion::kAuto, ProtocolVersion::kV1,
                                           ProtocolVersion::kV2));

TEST_P(FirstMessage, MustBeTheHandshake) {
  for (const char* message :
       {R"({"event":"#subscribe","data":{"channel":"a"},"cid":1})", R"({"event":"x"})",
        R"({"rid":1})", "garbage", "{", "[]", R"([{"event":"x"}])", "null", "#1", "#2", "",
        R"({"event":"#disconnect","data":{"code":1000}})", R"({"event":5,"cid":1})",
        R"({"event":"#Handshake","cid":1})"}) {
    TestClient client(worker());
    client.text(message);
    EXPECT_EQ(client.next(), "close:4009:") << message;
    client.close_frame(4009);
    EXPECT_EQ(client.next(), "end");
  }
  EXPECT_EQ(server().pending_clients_count(), 0U);
}

TEST_P(FirstMessage, MayBeAnythingWhenNotStrict) {
  options_.strict_handshake = false;
  const std::string error =
      refusal(2, "InvalidActionError",
              "Cannot subscribe socket to a channel before it has completed the handshake");
  TestClient client(worker());
  client.text("garbage");
  EXPECT_EQ(client.ask(subscribe("a", 2)), error);
  EXPECT_EQ(server().clients_count(), 0U);
  client.shake_hands();
  EXPECT_EQ(client.ask(subscribe("a", 3)), rid(3));
}

TEST_F(Handshake, LeadingABatchIsV2) {
  const std::string batch = "[" + std::string(kHandshake) + "," + subscribe("a", 2) + "]";
  {
    TestClient client(worker());
    client.text(batch);
    EXPECT_THAT(client.next(), StartsWith(R"({"rid":1,"data":)"));
    EXPECT_EQ(client.next(), rid(2));
    client.text(R"({"event":"#subscribe","data":{"channel":"b"}})");  // v2: without effect
    exchange().publish("b", 1);
    EXPECT_TRUE(client.is_quiet());
  }
  options_.protocol_version = ProtocolVersion::kV1;
  destroy_worker();
  TestClient client(worker());
  client.text(batch);
  EXPECT_EQ(client.next(), "close:4009:");
}

TEST_F(Handshake, WithoutCidIsAcceptedInV1AndRejectedInV2) {
  const char* packets[] = {R"({"event":"#handshake","data":{"authToken":null}})",
                           R"({"event":"#handshake","cid":null})"};
  for (const auto version : {ProtocolVersion::kAuto, ProtocolVersion::kV1, ProtocolVersion::kV2}) {
    options_.protocol_version = version;
    destroy_worker();
    for (const char* packet : packets) {
      TestClient client(worker());
      client.text(packet);
      if (version == ProtocolVersion::kV2) {
        EXPECT_EQ(client.next(), "close:4008:");
        EXPECT_EQ(server().clients_count(), 0U);
      } else {
        EXPECT_TRUE(client.is_quiet());
        EXPECT_EQ(server().clients_count(), 1U);
      }
      client.drop();
      ASSERT_TRUE(all_gone());
    }
  }
}

TEST_F(Handshake, CidIsEchoedAsEachGenerationDoes) {
  struct Case {
    ProtocolVersion version;
    const char* cid;
    const char* answer;
  };
  for (const Case& c :
       {Case{ProtocolVersion::kV1, R"("abc")", R"({"rid":"abc",)"},
        Case{ProtocolVersion::kV1, "12345678901234567890", R"({"rid":12345678901234567890,)"},
        Case{ProtocolVersion::kV2, "0", R"({"rid":0,)"},
        Case{ProtocolVersion::kV2, "-1.5e3", R"({"rid":-1.5e3,)"},
        Case{ProtocolVersion::kV2, R"("abc")", "close:4008:"}}) {
    options_.protocol_version = c.version;
    destroy_worker();
    TestClient client(worker());
    EXPECT_THAT(client.ask(std::string(R"({"event":"#handshake","cid":)") + c.cid + "}"),
                StartsWith(c.answer));
  }
}

TEST_F(Handshake, SecondOneIsIgnoredInV1AndAnsweredInV2) {
  std::string id;
  const auto unknown = ready();
  unknown->text(kHandshake);
  EXPECT_TRUE(unknown->is_quiet());
  const auto v1 = ready_v1();
  v1->text(kHandshake);
  EXPECT_TRUE(v1->is_quiet());
  const auto v2 = ready_v2(&id);
  EXPECT_THAT(v2->ask(R"({"event":"#handshake","cid":2})"),
              StartsWith(R"({"rid":2,"data":{"id":")" + id));
  EXPECT_EQ(server().clients_count(), 3U);
}

TEST_F(Handshake, RefusesTokensInTheOrderOfEachGeneration) {
  options_.protocol_version = ProtocolVersion::kV1;
  {
    TestClient client(worker());
    client.text(R"({"event":"#handshake","data":{"authToken":"a.b.c"},"cid":1})");
    EXPECT_EQ(client.next(), R"({"event":"#removeAuthToken","data":null})");
    EXPECT_THAT(client.next(),
                HasSubstr(R"("authError":{"message":"invalid token",)"
                          R"("name":"AuthTokenInvalidError"},"isAuthenticated":false)"));
  }
  options_.protocol_version = ProtocolVersion::kV2;
  destroy_worker();
  TestClient client(worker());
  client.text(R"({"event":"#handshake","data":{"authToken":5},"cid":1})");
  EXPECT_THAT(client.next(),
              HasSubstr(R"("authError":{"message":"Invalid token format - Token must be a string",)"
                        R"("name":"AuthTokenError","isBadToken":true},"isAuthenticated":false)"));
  EXPECT_EQ(client.next(), R"({"event":"#removeAuthToken"})");
}

TEST_F(Handshake, ApplicationSpeaksBeforeTheAnswerInV1AndBehindItOtherwise) {
  for (const auto version : {ProtocolVersion::kAuto, ProtocolVersion::kV1, ProtocolVersion::kV2}) {
    options_.protocol_version = version;
    destroy_worker();
    server().on_connection([](Socket& socket) { socket.emit("hello"); });
    TestClient client(worker());
    client.text(kHandshake);
    const std::string both = client.next(2);
    const bool event_first = both.starts_with(R"({"event":"hello"})");
    EXPECT_EQ(event_first, version == ProtocolVersion::kV1) << both;
    EXPECT_THAT(both, HasSubstr(R"({"rid":1,"data":)"));
  }
}

TEST_F(Handshake, SocketThatTheHandlerClosesIsGoneAtOnce) {
  for (const auto version : {ProtocolVersion::kAuto, ProtocolVersion::kV1, ProtocolVersion::kV2}) {
    options_.protocol_version = version;
    destroy_worker();
    server().on_connection([](Socket& socket) { socket.disconnect(4100, "no"); });
    TestClient client(worker());
    client.text(kHandshake);
    std::string all;
    while (!all.ends_with("close:4100:no") && !all.ends_with("close:4100:") &&
           all.find("nothing") == std::string::npos) {
      all += client.next() + "\n";
      all.pop_back();
    }
    EXPECT_EQ(all.ends_with("no"), version != ProtocolVersion::kV1) << all;
    EXPECT_EQ(server().clients_count(), 0U);
  }
}

TEST_F(Handshake, MustComeInTime) {
  options_.handshake_timeout = milliseconds(5);
  for (const auto version : {ProtocolVersion::kAuto, ProtocolVersion::kV1, ProtocolVersion::kV2}) {
    options_.protocol_version = version;
    destroy_worker();
    TestClient client(worker());
    if (version != ProtocolVersion::kV2) {
      EXPECT_EQ(client.next(), R"({"event":"#disconnect","data":{"code":4005}})");
    }
    EXPECT_EQ(client.next(), "close:4005:");
    EXPECT_EQ(server().pending_clients_count(), 0U);
  }
}

TEST_F(Handshake, TimeOutDoesNotConcernAReadySocket) {
  options_.handshake_timeout = milliseconds(5);
  options_.ping_interval = milliseconds(20);
  const auto client = ready_at_once();
  EXPECT_EQ(client->next(3), "#1\n\n#1");
  EXPECT_EQ(server().clients_count(), 1U);
}

}  // namespace
}  // namespace socketcluster::server
