// SPDX-License-Identifier: MIT
// The HTTP upgrade to a socket (protocol section 1).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::kHandshake;
using test::rid;
using test::Start;
using test::subscribe;
using test::TestClient;
using test::upgrade_request;
using ::testing::HasSubstr;
using ::testing::StartsWith;

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

}  // namespace
}  // namespace socketcluster::server
