// SPDX-License-Identifier: MIT
// The way to a ready socket: HTTP upgrade, `#handshake` with its irregular forms, recognition of
// the peer's generation, pings (protocol sections 1, 3, 4 and 14).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::refusal;
using test::rid;
using test::Start;
using test::subscribe;
using test::TestClient;
using test::upgrade_request;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kHandshake =
    R"({"event":"#handshake","data":{"authToken":null},"cid":1})";

// ---- Upgrade -----------------------------------------------------------------------------------

class Upgrade : public test::WorkerTest {
 protected:
  std::string answer_to(const std::string& request) {
    TestClient client(worker(), {.start = Start::kConnected});
    client.bytes(request);
    return client.rest();
  }
};

TEST_F(Upgrade, AnswersWithTheAcceptValueOfTheKey) {
  TestClient client(worker(), {.start = Start::kConnected});
  client.bytes(upgrade_request());
  EXPECT_EQ(client.head(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  EXPECT_EQ(server().pending_clients_count(), 1U);
  EXPECT_EQ(server().clients_count(), 0U);
}

TEST_F(Upgrade, IgnoresTheQueryOfThePath) {
  TestClient client(worker(), {.start = Start::kConnected});
  client.bytes(upgrade_request("/socketcluster/?t=1&x=/other/"));
  EXPECT_THAT(client.head(), StartsWith("HTTP/1.1 101 "));
}

TEST_F(Upgrade, RefusesEveryOtherPath) {
  for (const char* path : {"/", "/socketcluster", "/socketcluster//", "/SocketCluster/",
                           "/socketcluster/x", "/health-check", "/%73ocketcluster/"}) {
    const std::string answer = answer_to(upgrade_request(path));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << path;
    EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\nBad Request")) << path;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << path;
  }
  EXPECT_EQ(server().pending_clients_count(), 0U);
}

TEST_F(Upgrade, RefusesAnotherVersionAndNamesItsOwn) {
  std::string request = upgrade_request();
  request.replace(request.find("Version: 13"), 11, "Version: 12");
  const std::string answer = answer_to(request);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Version: 13"));
}

TEST_F(Upgrade, RefusesABadKey) {
  std::string request = upgrade_request();
  request.replace(request.find("dGhl"), 4, "?");
  EXPECT_THAT(answer_to(request), HasSubstr("Missing or invalid Sec-WebSocket-Key header"));
}

TEST_F(Upgrade, RefusesAForeignOriginAndSaysWhich) {
  options_.origins = "example.com:80";
  const std::string answer =
      answer_to(upgrade_request("/socketcluster/", "Origin: http://evil.example\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nFailed to authorize socket handshake - Invalid origin: "
                                "http://evil.example"));
  EXPECT_THAT(answer_to(upgrade_request()), HasSubstr("Invalid origin: *"));
}

TEST_F(Upgrade, AdmitsAListedOrigin) {
  options_.origins = "example.com:80";
  TestClient client(worker(), {.headers = "Origin: http://example.com\r\n"});
  client.shake_hands();
}

TEST_F(Upgrade, LimitsPendingHandshakes) {
  options_.max_pending_handshakes = 2;
  TestClient first(worker());
  TestClient second(worker());
  const std::string answer = answer_to(upgrade_request());
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  first.shake_hands();  // makes room
  TestClient third(worker());
  third.shake_hands();
  second.drop();
  EXPECT_TRUE(run_until([&] { return server().pending_clients_count() == 0; }));
}

TEST_F(Upgrade, ReadsFramesThatCameBehindTheRequest) {
  TestClient client(worker(), {.start = Start::kConnected});
  client.bytes(upgrade_request() + websocket::test::text_frame(kHandshake) +
               websocket::test::text_frame(subscribe("a", 2)));
  EXPECT_THAT(client.head(), StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(client.next(), StartsWith(R"({"rid":1,"data":)"));
  EXPECT_EQ(client.next(), rid(2));
}

TEST_F(Upgrade, ReadsAFrameThatBeganBehindTheRequest) {
  const std::string frame = websocket::test::text_frame(kHandshake);
  for (std::size_t cut = 0; cut <= frame.size(); cut += 7) {
    TestClient client(worker(), {.start = Start::kConnected});
    client.bytes(upgrade_request() + frame.substr(0, cut));
    EXPECT_THAT(client.head(), StartsWith("HTTP/1.1 101 "));
    client.bytes(frame.substr(cut));
    EXPECT_THAT(client.next(), StartsWith(R"({"rid":1,"data":)")) << cut;
  }
}

TEST_F(Upgrade, ClosesOnABrokenFrameBehindTheRequest) {
  TestClient client(worker(), {.start = Start::kConnected});
  client.bytes(upgrade_request() + std::string("\x81\x01x", 3));  // not masked
  EXPECT_THAT(client.head(), StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(client.next(), StartsWith("close:1002:"));
  EXPECT_EQ(client.next(), "end");
}

TEST_F(Upgrade, PlainRequestOfThePathIsNotImplemented) {
  EXPECT_THAT(answer_to("GET /socketcluster/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 501 Not Implemented\r\n"));
}

TEST_F(Upgrade, AnotherProtocolIsServedAsAPlainRequest) {
  EXPECT_THAT(answer_to("GET /health-check HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\n"
                        "Upgrade: h2c\r\n\r\n"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

// ---- #handshake --------------------------------------------------------------------------------

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
      ASSERT_TRUE(run_until([&] { return worker().loop().connection_count() == 0; }));
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

// ---- Pings and generations ---------------------------------------------------------------------

class Pings : public test::WorkerTest {
 protected:
  Pings() { options_.ping_interval = milliseconds(2); }
};

TEST_F(Pings, ComeInBothFormsAlsoBeforeTheHandshake) {
  TestClient client(worker());
  EXPECT_EQ(client.next(4), "#1\n\n#1\n");
}

TEST_F(Pings, ComeInOneFormOnceAPongHasShownTheGeneration) {
  const auto v1 = ready();
  v1->text("#2");
  EXPECT_TRUE(run_until([&] { return v1->next() == "#1" && v1->next() == "#1"; }));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(v1->next(), "#1");
  const auto v2 = ready();
  v2->text("");
  EXPECT_TRUE(run_until([&] { return v2->next().empty() && v2->next().empty(); }));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(v2->next(), "");
}

TEST_F(Pings, ComeInTheConfiguredForm) {
  options_.protocol_version = ProtocolVersion::kV1;
  {
    TestClient client(worker());
    EXPECT_EQ(client.next(3), "#1\n#1\n#1");
  }
  options_.protocol_version = ProtocolVersion::kV2;
  destroy_worker();
  TestClient client(worker());
  EXPECT_EQ(client.next(3), "\n\n");
}

TEST_F(Pings, ConfiguredGenerationIsNotChangedByAForeignPong) {
  options_.protocol_version = ProtocolVersion::kV2;
  const auto client = std::make_unique<TestClient>(worker());
  client->text(kHandshake);
  client->text("#2");
  for (int i = 0; i < 6; ++i) EXPECT_NE(client->next(), "#1");
}

TEST_F(Pings, FirstPongDecidesForGood) {
  const auto client = ready_v1();
  client->text("");
  client->text("");
  EXPECT_TRUE(run_until([&] { return client->next() == "#1" && client->next() == "#1"; }));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client->next(), "#1");
}

TEST_F(Pings, AreNotSentWhenTheTimeOutIsDisabled) {
  options_.ping_timeout_disabled = true;
  options_.ping_timeout = milliseconds(4);
  const auto client = ready();
  for (int i = 0; i < 20; ++i) worker().loop().run_once(milliseconds(1));
  EXPECT_TRUE(client->is_quiet());
  EXPECT_EQ(server().clients_count(), 1U);
}

TEST_F(Pings, DisabledTimeOutLeavesTheHandshakeTimeOut) {
  options_.ping_timeout_disabled = true;
  options_.handshake_timeout = milliseconds(5);
  TestClient client(worker());
  EXPECT_EQ(client.next(), R"({"event":"#disconnect","data":{"code":4005}})");
}

TEST_F(Pings, SilentSocketIsClosed) {
  options_.ping_interval = milliseconds(20);
  options_.ping_timeout = milliseconds(30);
  server().on_connection([this](Socket& socket) {
    socket.on_disconnect(
        [this](int code, const std::string& reason) { note(std::to_string(code) + " " + reason); });
  });
  const auto client = ready_at_once();
  std::string item;
  EXPECT_TRUE(run_until([&] { return (item = client->next()) != "#1" && !item.empty(); }));
  EXPECT_EQ(item, "close:4001:");
  EXPECT_EQ(server().clients_count(), 0U);
  EXPECT_TRUE(run_until([&] { return noted("4001 Client pong timed out"); }));
}

TEST_F(Pings, AnyMessageKeepsASocketAlive) {
  options_.ping_interval = milliseconds(50);
  options_.ping_timeout = milliseconds(400);
  const auto client = ready_at_once();
  const std::uint64_t begin = worker().loop().now_ms();
  for (std::uint64_t last = begin; last < begin + 500;) {
    client->text("anything");
    turn(1);
    worker().loop().run_once(milliseconds(5));
    const std::uint64_t now = worker().loop().now_ms();
    if (now - last > 200) GTEST_SKIP() << "this machine stalls";
    last = now;
  }
  EXPECT_EQ(server().clients_count(), 1U);
}

TEST_F(Pings, DisconnectPacketShowsV1) {
  options_.ping_interval = std::chrono::hours(1);
  const auto client = ready();
  client->text(R"({"event":"#disconnect","data":{"code":4100}})");
  EXPECT_EQ(client->next(), "close:4100:");
}

TEST_F(Pings, ResponseDoesNotShowAGeneration) {
  const auto client = ready();
  client->text(R"({"rid":77})");
  client->text(R"([{"rid":77}])");
  std::string seen;
  for (int i = 0; i < 6; ++i) seen += client->next() + ",";
  EXPECT_THAT(seen, HasSubstr("#1,,#1,"));
}

}  // namespace
}  // namespace socketcluster::server
