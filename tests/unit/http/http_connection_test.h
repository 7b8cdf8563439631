// SPDX-License-Identifier: MIT
// Connections that speak HTTP with the test.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "http/http_connection.h"
#include "unit/http/client_end.h"

namespace socketcluster::http::test {

inline std::string body_with_path(const Request& request) {
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

// A body of a known pattern, perhaps longer than there is memory for.
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

inline std::string response(std::string_view body, std::string_view extra = "") {
  return "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n" + std::string(extra) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline constexpr std::string_view kGetA = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
inline constexpr std::string_view kGetB = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
inline constexpr std::string_view kGetClose =
    "GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
inline constexpr std::string_view kUpgrade =
    "GET /u HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

}  // namespace socketcluster::http::test
