// SPDX-License-Identifier: MIT
#include "http/http_connection.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/http/client_end.h"

namespace socketcluster::http {
namespace {

using test::ClientEnd;

std::string body_with_path(const Request& request) {
  return std::string(request.method()) + " " + request.path() + " " + request.body();
}

// Does what the test says; by default answers with method, path and body.
class TestHandler final : public RequestHandler {
 public:
  std::function<void(const Request&, Exchange)> handle = [](const Request& request,
                                                            Exchange exchange) {
    exchange.respond(Response(200, body_with_path(request)));
  };
  std::function<void(const Request&, Exchange)> upgrade;

  void on_request(const Request& request, Exchange exchange) override {
    handle(request, std::move(exchange));
  }
  void on_upgrade(const Request& request, Exchange exchange) override {
    if (upgrade) return upgrade(request, std::move(exchange));
    RequestHandler::on_upgrade(request, std::move(exchange));
  }
};

// What a connection speaks after HTTP: echoes.
class EchoHandler final : public net::ConnectionHandler {
 public:
  void on_bytes(std::span<char> bytes) override {
    connection_->write_copy({bytes.data(), bytes.size()});
  }
  void on_closed() override { closed = true; }
  bool closed = false;
};

class HttpConnectionTest : public ::testing::Test {
 protected:
  static std::int64_t fixed_clock() { return 784111777; }

  ClientEnd connect() {
    return ClientEnd(loop_, [this](net::Connection& connection) { service().serve(connection); });
  }
  HttpService& service() {
    if (!service_) service_ = std::make_unique<HttpService>(handler_, options_, &fixed_clock);
    return *service_;
  }

  TestHandler handler_;
  HttpOptions options_;
  EchoHandler echo_;
  std::unique_ptr<HttpService> service_;
  net::EventLoop loop_;
};

std::string response(std::string_view body, std::string_view extra = "") {
  return "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n" + std::string(extra) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

constexpr std::string_view kGetA = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kGetB = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kGetClose = "GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
constexpr std::string_view kUpgrade =
    "GET /u HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

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

// ---- Bodies that are larger than what may be queued
// ----------------------------------------------

class PatternBody final : public BodySource {
 public:
  explicit PatternBody(std::uint64_t available) : available_(available) {}
  std::size_t read(std::span<char> buffer) override {
    std::size_t size = 0;
    for (; size < buffer.size() && position_ < available_; ++size) buffer[size] = at(position_++);
    return size;
  }
  static char at(std::uint64_t position) { return static_cast<char>('a' + position % 23); }

 private:
  std::uint64_t available_;
  std::uint64_t position_ = 0;
};

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = PatternBody::at(i);
  return text;
}

TEST_F(HttpConnectionTest, StreamsALargeBodyAndThenTheNextAnswer) {
  static constexpr std::uint64_t kSize = 5'000'000;  // above the connection's hard output limit
  handler_.handle = [](const Request& request, Exchange exchange) {
    if (request.path() == "/b") return exchange.respond(Response(200, "next"));
    exchange.respond(Response(200), kSize, std::make_unique<PatternBody>(kSize));
  };
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kGetB));
  const std::string expected = response(pattern(kSize)) + response("next");
  EXPECT_TRUE(client.receive(expected.size()) == expected);
}

TEST_F(HttpConnectionTest, StreamsALargeStringAndCloses) {
  const std::string text = pattern(5'000'000);
  handler_.handle = [&text](const Request&, Exchange exchange) {
    exchange.respond(Response(200, text).with_close());
  };
  ClientEnd client = connect();
  client.send(kGetA);
  EXPECT_TRUE(client.receive_all() == response(text, "Connection: close\r\n"));
}

TEST_F(HttpConnectionTest, DoesNotReadABodyFasterThanThePeerTakesIt) {
  std::uint64_t produced = 0;
  class CountingBody final : public BodySource {
   public:
    explicit CountingBody(std::uint64_t& count) : count_(count) {}
    std::size_t read(std::span<char> buffer) override {
      count_ += buffer.size();
      return buffer.size();
    }

   private:
    std::uint64_t& count_;
  };
  handler_.handle = [&](const Request&, Exchange exchange) {
    exchange.respond(Response(200), 1'000'000'000, std::make_unique<CountingBody>(produced));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  ASSERT_TRUE(client.run_until([&] { return produced > 0; }));
  for (int i = 0; i < 100; ++i) client.run_some();
  EXPECT_LT(produced, 4'000'000U);  // window and socket buffers
}

TEST_F(HttpConnectionTest, PeerThatTakesNothingIsResetAfterTheSendTimeout) {
  options_.send_timeout_ms = 1;
  handler_.handle = [](const Request&, Exchange exchange) {
    exchange.respond(Response(200), 50'000'000, std::make_unique<PatternBody>(50'000'000));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  EXPECT_TRUE(client.run_until([&] { return loop_.connection_count() == 0; }));
}

TEST_F(HttpConnectionTest, BodyThatEndsEarlyClosesTheConnection) {
  handler_.handle = [](const Request&, Exchange exchange) {
    exchange.respond(Response(200), 1000, std::make_unique<PatternBody>(10));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  const std::string received = client.receive_all();
  EXPECT_TRUE(received.ends_with("Content-Length: 1000\r\n\r\n" + pattern(10))) << received;
}

TEST_F(HttpConnectionTest, FloodOfPipelinedRequestsWaitsForThePeer) {
  const std::string body = pattern(1000);
  int answered = 0;
  handler_.handle = [&](const Request&, Exchange exchange) {
    ++answered;
    exchange.respond(Response(200, body));
  };
  ClientEnd client = connect();
  static constexpr int kRequests = 3000;
  std::string flood;
  for (int i = 0; i < kRequests; ++i) flood += kGetA;
  client.send(flood);
  client.run_some();
  for (int i = 0; i < 100; ++i) client.run_some();
  EXPECT_LT(answered, kRequests / 2);
  const std::size_t size = response(body).size();
  const std::string received = client.receive(size * kRequests);
  EXPECT_EQ(received.size(), size * kRequests);
  EXPECT_TRUE(received.ends_with(response(body)));
  EXPECT_EQ(answered, kRequests);
}

// ---- Upgrade
// -------------------------------------------------------------------------------------

TEST_F(HttpConnectionTest, UpgradeHandsOverConnectionAndRest) {
  handler_.upgrade = [this](const Request& request, Exchange exchange) {
    const std::optional<Takeover> takeover = exchange.take_over();
    ASSERT_TRUE(takeover.has_value());
    EXPECT_FALSE(exchange.is_open());
    EXPECT_EQ(request.header("upgrade"), "echo");  // still valid here
    takeover->connection->set_handler(echo_);
    takeover->connection->write_copy("switched ");
    echo_.on_bytes(takeover->rest);
  };
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kUpgrade) + "early ");
  const std::string expected = response("GET /a ") + "switched early late";
  client.run_some();
  client.send("late");
  EXPECT_EQ(client.receive(expected.size()), expected);
  EXPECT_EQ(service().counters().taken_over, 1U);
  client.shutdown_write();
  EXPECT_TRUE(client.run_until([&] { return echo_.closed; }));
}

TEST_F(HttpConnectionTest, UpgradeMayBeDecidedLater) {
  std::optional<Exchange> waiting;
  handler_.upgrade = [&](const Request&, Exchange exchange) {
    waiting.emplace(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(std::string(kUpgrade) + "one ");
  ASSERT_TRUE(client.run_until([&] { return waiting.has_value(); }));
  client.run_some();
  client.send("two");
  client.run_some();
  const std::optional<Takeover> takeover = waiting->take_over();
  ASSERT_TRUE(takeover.has_value());
  takeover->connection->set_handler(echo_);
  echo_.on_bytes(takeover->rest);
  waiting.reset();
  EXPECT_EQ(client.receive(7), "one two");
}

TEST_F(HttpConnectionTest, UpgradeOfAClientThatHasEndedIsClosed) {
  std::optional<Exchange> waiting;
  handler_.upgrade = [&](const Request&, Exchange exchange) {
    waiting.emplace(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(kUpgrade);
  ASSERT_TRUE(client.run_until([&] { return waiting.has_value(); }));
  client.shutdown_write();
  client.run_some();
  EXPECT_FALSE(waiting->take_over().has_value());
  EXPECT_EQ(client.receive_all(), "");
}

TEST_F(HttpConnectionTest, RefusedUpgradeIsAnOrdinaryAnswer) {
  handler_.upgrade = [](const Request&, Exchange exchange) {
    exchange.respond(Response::text(403, "no").with_close());
  };
  ClientEnd client = connect();
  client.send(std::string(kUpgrade) + "frames that nobody reads");
  const std::string received = client.receive_all();
  EXPECT_TRUE(received.starts_with("HTTP/1.1 403 Forbidden\r\n")) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\nno")) << received;
}

TEST_F(HttpConnectionTest, IgnoredUpgradeIsServedAsARequest) {
  ClientEnd client = connect();
  client.send(kUpgrade);
  EXPECT_EQ(client.receive(response("GET /u ").size()), response("GET /u "));
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
