// SPDX-License-Identifier: MIT
// The orderly end of a worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::Start;
using test::TestClient;
using test::upgrade_request;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Shutdown : public test::WorkerTest {};

TEST_F(Shutdown, EndsAtOnceWithoutConnections) {
  worker();
  worker().begin_shutdown();
  worker().begin_shutdown();
  worker().run();
}

TEST_F(Shutdown, ClosesSocketsWithACodeOnWhichClientsReconnect) {
  watch_ends();
  const auto v1 = ready_v1();
  const auto v2 = ready_v2();
  TestClient pending(worker());
  turn();
  worker().begin_shutdown();
  EXPECT_THAT(v1->next(), HasSubstr(R"("#disconnect","data":{"code":1001)"));
  EXPECT_EQ(v1->next(), "close:1001:");
  EXPECT_EQ(v2->next(), "close:1001:Server is shutting down");
  EXPECT_THAT(pending.next(), HasSubstr(R"("#disconnect","data":{"code":1001)"));
  EXPECT_THAT(pending.next(), StartsWith("close:1001:"));
  for (TestClient* client : {v1.get(), v2.get(), &pending}) {
    client->close_frame(1001);
    EXPECT_EQ(client->next(), "end");
    client->drop();
  }
  worker().run();
  EXPECT_THAT(notes_, ElementsAre("1001:Server is shutting down", "1001:Server is shutting down"));
  EXPECT_EQ(worker().sockets().living_count(), 0U);
}

TEST_F(Shutdown, DoesNotWaitForEverForClientsThatStay) {
  options_.process_term_timeout = milliseconds(20);
  const auto stays = ready();
  worker().begin_shutdown();
  worker().run();
  EXPECT_EQ(worker().sockets().living_count(), 1U);
}

TEST_F(Shutdown, AcceptsNoNewConnections) {
  options_.process_term_timeout = milliseconds(50);
  const auto stays = ready();
  const std::uint16_t port = worker().port();
  worker().begin_shutdown();
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), -1);
  ::close(fd);
}

// A request on a connection that was there before became a socket that nobody told to leave, and
// the worker stayed until processTermTimeout.
TEST_F(Shutdown, RefusesUpgradesOfConnectionsThatWereThereBefore) {
  const auto stays = ready();
  TestClient http(worker(), {.start = Start::kConnected});
  const std::string request = upgrade_request();
  http.bytes(request.substr(0, 20));
  turn();
  worker().begin_shutdown();
  http.bytes(request.substr(20));
  EXPECT_THAT(http.rest(), HasSubstr("HTTP/1.1 503 "));
  EXPECT_EQ(server().pending_clients_count(), 0U);
}

// The worker waited half a second for idle connections, which their clients had no reason to close.
TEST_F(Shutdown, ClosesIdleHttpConnectionsAtOnce) {
  TestClient silent(worker(), {.start = Start::kConnected});
  TestClient kept(worker(), {.start = Start::kConnected});
  kept.bytes("GET /health-check HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(kept.head(), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(kept.next_at_once(), "nothing");  // the body has come
  worker().begin_shutdown();
  EXPECT_EQ(silent.next(), "end");
  EXPECT_EQ(kept.rest(), "OK");
  silent.drop();
  kept.drop();
  worker().run();
  EXPECT_EQ(worker().loop().connection_count(), 0U);
}

TEST_F(Shutdown, ClosesOtherHttpConnectionsBehindTheirResponse) {
  std::optional<HttpReply> reply;
  worker().api().http().get("/slow", [&](const HttpRequest&, const HttpReply& r) { reply = r; });
  TestClient http(worker(), {.start = Start::kConnected});
  http.bytes("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(run_until([&] { return reply.has_value(); }));
  worker().begin_shutdown();
  turn();
  EXPECT_EQ(http.next_at_once(), "nothing");
  reply->text("done");
  reply.reset();
  const std::string answer = http.rest();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\ndone"));
}

// Whatever took longer than half a second was cut off, downloads among it.
TEST_F(Shutdown, WaitsForResponsesThatAreNotComplete) {
  options_.process_term_timeout = std::chrono::hours(1);
  worker().api().http().get("/slow", [this](const HttpRequest&, const HttpReply& reply) {
    worker().api().set_timeout(milliseconds(700), [reply] { reply.text("done"); });
  });
  TestClient http(worker(), {.start = Start::kConnected});
  http.bytes("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  turn();
  worker().begin_shutdown();
  worker().run();
  worker().loop().drop_connections();
  EXPECT_THAT(http.rest(), ::testing::EndsWith("\r\n\r\ndone"));
}

TEST_F(Shutdown, DoesNotWaitForStreamsOfEvents) {
  options_.process_term_timeout = std::chrono::hours(1);
  std::optional<HttpStream> stream;
  worker().api().http().get("/events", [&](const HttpRequest&, const HttpReply& reply) {
    stream = reply.header("content-type", "Text/Event-Stream; charset=utf-8").stream();
    stream->write("data: 1\n\n");
  });
  TestClient http(worker(), {.start = Start::kConnected});
  http.bytes("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(http.head(), StartsWith("HTTP/1.1 200 OK"));
  worker().begin_shutdown();
  worker().run();
  EXPECT_EQ(worker().loop().connection_count(), 1U);
}

// The end of the worker reset connections whose responses the kernel had, but not yet the client.
TEST_F(Shutdown, LosesNothingThatWasSent) {
  const std::string body(60000, 'b');
  worker().api().http().get("/",
                            [&](const HttpRequest&, const HttpReply& reply) { reply.text(body); });
  TestClient http(worker(), {.start = Start::kConnected, .receive_buffer = 4096});
  http.bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  turn();
  worker().begin_shutdown();
  worker().run();
  worker().loop().drop_connections();
  EXPECT_THAT(http.rest(), ::testing::EndsWith("\r\n\r\n" + body));
}

}  // namespace
}  // namespace socketcluster::server
