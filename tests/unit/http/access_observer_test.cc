// SPDX-License-Identifier: MIT
#include "http/access_observer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/http_connection.h"
#include "unit/http/client_end.h"

namespace socketcluster::http {
namespace {

// "GET /target status bytes", or "- status bytes".
class Collector final : public AccessObserver {
 public:
  void on_answered(const AccessRecord& record) override {
    std::string line = "-";
    if (record.request != nullptr) {
      line = std::string(record.request->method()) + ' ' + std::string(record.request->target());
    }
    lines.push_back(line + ' ' + std::to_string(record.status) + ' ' +
                    std::to_string(record.body_bytes));
  }
  std::vector<std::string> lines;
};

// What comes after HTTP.
struct Ignore final : net::ConnectionHandler {
  void on_bytes(std::span<char> /*bytes*/) override {}
  void on_closed() override { delete this; }
};

class Handler final : public RequestHandler {
 public:
  void on_request(const Request& request, Exchange exchange) override {
    if (request.path() == "/later") {
      later.emplace(std::move(exchange));
    } else if (request.path() == "/pieces") {
      BodyWriter writer = exchange.respond_stream(Response(200), std::nullopt, nullptr);
      writer.write("one");
      writer.write("three");
      writer.end();
    } else {
      exchange.respond(Response::text(200, std::string(size, 'x')));
    }
  }
  void on_upgrade(const Request& /*request*/, Exchange exchange) override {
    net::Connection& connection = *exchange.take_over()->connection;
    connection.set_handler(*new Ignore);
  }
  std::size_t size = 5;
  std::optional<Exchange> later;
};

class AccessObserverTest : public ::testing::Test {
 protected:
  AccessObserverTest() { service_.set_observer(&collector_); }
  test::ClientEnd connect() {
    return test::ClientEnd(loop_,
                           [this](net::Connection& connection) { service_.serve(connection); });
  }
  static std::string request(std::string_view line, std::string_view fields = "") {
    return std::string(line) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
  }

  Collector collector_;
  Handler handler_;
  HttpService service_{handler_, HttpOptions{}};
  net::EventLoop loop_;
};

TEST_F(AccessObserverTest, HearsOfEachRequestOfAConnection) {
  test::ClientEnd client = connect();
  client.send(request("GET /a") + request("HEAD /b") + request("GET /pieces"));
  client.run_some();
  const std::vector<std::string> expected{"GET /a 200 5", "HEAD /b 200 0", "GET /pieces 200 8"};
  EXPECT_EQ(collector_.lines, expected);
}

TEST_F(AccessObserverTest, HearsOfALargeBodyWhenAllOfItIsOnItsWay) {
  handler_.size = 1'000'000;
  test::ClientEnd client = connect();
  client.send(request("GET /a", "Connection: close\r\n"));
  client.run_some();
  EXPECT_TRUE(collector_.lines.empty());
  client.receive_all();
  EXPECT_EQ(collector_.lines, std::vector<std::string>{"GET /a 200 1000000"});
}

TEST_F(AccessObserverTest, HearsOfAClientThatWentBeforeItsAnswer) {
  {
    test::ClientEnd client = connect();
    client.send(request("GET /later"));
    client.run_some();
  }
  loop_.drop_connections();
  EXPECT_EQ(collector_.lines, std::vector<std::string>{"GET /later 499 0"});
  handler_.later.reset();
  EXPECT_EQ(collector_.lines.size(), 1U);
}

TEST_F(AccessObserverTest, HearsOfWhatCannotBeRead) {
  test::ClientEnd client = connect();
  client.send("nonsense\r\n\r\n");
  client.receive_all();
  EXPECT_EQ(collector_.lines, std::vector<std::string>{"- 400 11"});
}

TEST_F(AccessObserverTest, HearsOfAnUpgrade) {
  test::ClientEnd client = connect();
  client.send(request("GET /ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  client.run_some();
  EXPECT_EQ(collector_.lines, std::vector<std::string>{"GET /ws 101 0"});
}

}  // namespace
}  // namespace socketcluster::http
