// SPDX-License-Identifier: MIT
#include "http/http_connection.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/http/http_connection_test.h"

namespace socketcluster::http {
namespace {

using test::ClientEnd;
using test::HttpConnectionTest;
using test::kGetA;
using test::kGetB;
using test::kGetClose;
using test::PatternBody;
using test::response;

TEST_F(HttpConnectionTest, KeepsTheConnectionForFurtherRequests) {
  ClientEnd client = connect();
  client.send(kGetA);
  EXPECT_EQ(client.receive(response("GET /a ").size()), response("GET /a "));
  client.send(kGetB);
  EXPECT_EQ(client.receive(response("GET /b ").size()), response("GET /b "));
  EXPECT_EQ(loop_.connection_count(), 1U);
  EXPECT_EQ(service().counters().requests, 2U);
}

TEST_F(HttpConnectionTest, AnswersPipelinedRequestsInOrderAndCloses) {
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kGetB) + std::string(kGetClose) +
              std::string(kGetA));
  EXPECT_EQ(client.receive_all(), response("GET /a ") + response("GET /b ") +
                                      response("GET /c ", "Connection: close\r\n"));
}

TEST_F(HttpConnectionTest, Http10ClosesUnlessAskedToKeep) {
  ClientEnd client = connect();
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.receive_all(), response("GET /a ", "Connection: keep-alive\r\n") +
                                      response("GET /b ", "Connection: close\r\n"));
}

TEST_F(HttpConnectionTest, HeadHasTheLengthButNotTheBody) {
  ClientEnd client = connect();
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string full = response("HEAD /a ", "Connection: close\r\n");
  EXPECT_EQ(client.receive_all(), full.substr(0, full.find("\r\n\r\n") + 4));
}

TEST_F(HttpConnectionTest, RefusalIsDeliveredAndCloses) {
  ClientEnd client = connect();
  client.send(std::string(kGetA) + "GET / HTTP/1.1\r\nHost : h\r\n\r\n" + std::string(100000, 'x'));
  const std::string received = client.receive_all();
  EXPECT_TRUE(received.starts_with(response("GET /a ")));
  const std::string rest = received.substr(response("GET /a ").size());
  EXPECT_TRUE(rest.starts_with("HTTP/1.1 400 Bad Request\r\n")) << rest;
  EXPECT_NE(rest.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(rest.ends_with("\r\n\r\nBad Request"));
  EXPECT_EQ(service().counters().refused, 1U);
}

TEST_F(HttpConnectionTest, SendsContinueBeforeTheBody) {
  ClientEnd client = connect();
  client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive(25), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  EXPECT_EQ(client.receive(response("POST /p ab").size()), response("POST /p ab"));
}

TEST_F(HttpConnectionTest, AnswersAfterTheHandlerReturnedKeepingTheOrder) {
  std::vector<Exchange> waiting;
  handler_.handle = [&waiting](const Request&, Exchange exchange) {
    waiting.push_back(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kGetB));
  ASSERT_TRUE(client.run_until([&] { return waiting.size() == 1; }));
  client.run_some();
  ASSERT_EQ(waiting.size(), 1U);  // the second request waits for the first answer
  EXPECT_EQ(waiting[0].request().path(), "/a");
  waiting[0].respond(Response(200, "first"));
  EXPECT_FALSE(waiting[0].is_open());
  waiting[0].respond(Response(200, "again"));  // without effect
  ASSERT_TRUE(client.run_until([&] { return waiting.size() == 2; }));
  waiting[1].respond(Response(200, "second"));
  const std::string expected = response("first") + response("second");
  EXPECT_EQ(client.receive(expected.size()), expected);
}

TEST_F(HttpConnectionTest, ReadsOnAfterALateAnswer) {
  std::optional<Exchange> waiting;
  int requests = 0;
  handler_.handle = [&](const Request&, Exchange exchange) {
    ++requests;
    waiting.emplace(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  ASSERT_TRUE(client.run_until([&] { return requests == 1; }));
  client.send(kGetB.substr(0, 10));  // pauses reading
  client.run_some();
  client.send(kGetB.substr(10));
  client.run_some();
  EXPECT_EQ(requests, 1);
  waiting->respond(Response(200, "a"));
  ASSERT_TRUE(client.run_until([&] { return requests == 2; }));
  waiting->respond(Response(200, "b"));
  EXPECT_EQ(client.receive((response("a") + response("b")).size()), response("a") + response("b"));
}

TEST_F(HttpConnectionTest, ExchangeOutlivesItsConnection) {
  std::optional<Exchange> waiting;
  handler_.handle = [&](const Request&, Exchange exchange) {
    waiting.emplace(std::move(exchange));
  };
  {
    ClientEnd client = connect();
    client.send(kGetA);
    ASSERT_TRUE(client.run_until([&] { return waiting.has_value(); }));
    EXPECT_TRUE(waiting->is_open());
    waiting->connection().abort();
    client.run_some();
  }
  EXPECT_EQ(loop_.connection_count(), 0U);
  EXPECT_FALSE(waiting->is_open());
  waiting->respond(Response(200, "too late"));
  EXPECT_FALSE(waiting->take_over().has_value());
}

TEST_F(HttpConnectionTest, ForgottenExchangeIsAnsweredWith500) {
  handler_.handle = [](const Request&, const Exchange&) {};
  ClientEnd client = connect();
  client.send(kGetA);
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
}

TEST_F(HttpConnectionTest, HalfClosedClientStillGetsItsAnswers) {
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kGetB) + "GET /incomplete");
  client.shutdown_write();
  EXPECT_EQ(client.receive_all(), response("GET /a ") + response("GET /b "));
}

TEST_F(HttpConnectionTest, HalfClosedClientGetsLateAnswersToo) {
  std::vector<Exchange> waiting;
  handler_.handle = [&waiting](const Request&, Exchange exchange) {
    waiting.push_back(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kGetB));
  client.shutdown_write();
  ASSERT_TRUE(client.run_until([&] { return waiting.size() == 1; }));
  waiting[0].respond(Response(200, "a"));
  ASSERT_TRUE(client.run_until([&] { return waiting.size() == 2; }));
  waiting[1].respond(Response(200, "b"));
  const std::string received = client.receive_all();
  EXPECT_TRUE(received.starts_with(response("a"))) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\nb")) << received;
}

TEST_F(HttpConnectionTest, SlowRequestIsTimedOutWith408) {
  options_.request_timeout_ms = 1;
  ClientEnd client = connect();
  client.send("GET / HT");
  const std::string received = client.receive_all();
  EXPECT_TRUE(received.starts_with("HTTP/1.1 408 Request Timeout\r\n")) << received;
  EXPECT_EQ(service().counters().timed_out, 1U);
}

TEST_F(HttpConnectionTest, SilentConnectionIsClosedWithoutAnswer) {
  options_.request_timeout_ms = 1;
  ClientEnd client = connect();
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(service().counters().timed_out, 0U);
}

TEST_F(HttpConnectionTest, IdleConnectionIsClosedAfterTheKeepAliveTime) {
  options_.keep_alive_timeout_ms = 1;
  ClientEnd client = connect();
  client.send(kGetA);
  EXPECT_EQ(client.receive_all(), response("GET /a "));
}

TEST_F(HttpConnectionTest, AwaitedAnswerIsNotTimedOut) {
  options_.request_timeout_ms = 1;
  options_.keep_alive_timeout_ms = 1;
  std::optional<Exchange> waiting;
  handler_.handle = [&](const Request&, Exchange exchange) {
    waiting.emplace(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  ASSERT_TRUE(client.run_until([&] { return waiting.has_value(); }));
  const std::uint64_t start = loop_.now_ms();
  ASSERT_TRUE(client.run_until([&] { return loop_.now_ms() > start + 5; }));
  EXPECT_TRUE(waiting->is_open());
}

TEST_F(HttpConnectionTest, EndOfTheLoopEndsConnectionsInEveryState) {
  std::vector<Exchange> waiting;
  auto loop = std::make_unique<net::EventLoop>();
  handler_.handle = [&](const Request& request, Exchange exchange) {
    if (request.path() == "/a") return waiting.push_back(std::move(exchange));
    exchange.respond(Response(200), 50'000'000, std::make_unique<PatternBody>(50'000'000));
  };
  const auto serve = [this](net::Connection& connection) { service().serve(connection); };
  ClientEnd idle(*loop, serve);
  ClientEnd pending(*loop, serve);
  ClientEnd streaming(*loop, serve);
  pending.send(kGetA);
  streaming.send(kGetB);
  idle.run_some();
  loop.reset();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_FALSE(waiting[0].is_open());
}

}  // namespace
}  // namespace socketcluster::http
