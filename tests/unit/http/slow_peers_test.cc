// SPDX-License-Identifier: MIT
// Peers that are slow, but go on, get what is theirs.
//
// The time-outs are shorter than what the peers need, and time passes only while the loop does not
// run. An iteration looks at what has come before it looks at timers, so a slow machine changes
// nothing.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "unit/http/http_connection_test.h"

namespace socketcluster::http {
namespace {

using test::ClientEnd;
using test::kGetA;
using test::kGetB;
using test::kGetClose;
using test::response;

constexpr std::chrono::milliseconds kPause(5);
constexpr std::uint64_t kTimeoutMs = 20;

class SlowPeers : public test::HttpConnectionTest {
 protected:
  // The kernel keeps little of what the server sends.
  ClientEnd connect_slowly() {
    return ClientEnd(loop_, [this](net::Connection& connection) {
      const int size = 2048;
      ::setsockopt(connection.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
      connection_ = &connection;
      service().serve(connection);
    });
  }
  void pause_and_run() {
    std::this_thread::sleep_for(kPause);
    loop_.run_once(std::chrono::milliseconds(0));
  }
  // Until `size` bytes have come, or the server's end.
  std::string take_slowly(ClientEnd& client, std::size_t size) {
    std::string received;
    while (received.size() < size && loop_.connection_count() > 0) {
      pause_and_run();
      received += client.receive_now();
    }
    return received;
  }

  net::Connection* connection_ = nullptr;
};

// A request had to be complete within the time of its head, however large its body was.
TEST_F(SlowPeers, ABodyMayComeSlowly) {
  options_.request_timeout_ms = kTimeoutMs;
  ClientEnd client = connect();
  const std::string piece(8192, 'x');
  constexpr int kPieces = 20;
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: " +
              std::to_string(piece.size() * kPieces) + "\r\n\r\n");
  loop_.run_once(std::chrono::milliseconds(0));
  std::string body;
  for (int i = 0; i < kPieces; ++i) {
    client.send(piece);
    pause_and_run();
    body += piece;
  }
  const std::string expected = response("POST /a " + body);
  EXPECT_TRUE(client.receive(expected.size()) == expected);
  EXPECT_EQ(service().counters().timed_out, 0U);
}

TEST_F(SlowPeers, ABodyThatComesTooSlowlyIsTimedOut) {
  options_.request_timeout_ms = kTimeoutMs;
  ClientEnd client = connect();
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  std::string received;
  while (received.empty() && loop_.connection_count() > 0) {
    client.send("x");
    pause_and_run();
    received = client.receive_now();
  }
  EXPECT_TRUE(received.starts_with("HTTP/1.1 408 ")) << received;
}

// The time-out ran until all of a window was taken.
TEST_F(SlowPeers, ALongResponseIsSentAsLongAsItIsTaken) {
  options_.send_timeout_ms = kTimeoutMs;
  const std::string text(500'000, 'x');
  handler_.handle = [&](const Request&, Exchange exchange) {
    exchange.respond(Response(200, text));
  };
  ClientEnd client = connect_slowly();
  client.send(kGetA);
  const std::string expected = response(text);
  EXPECT_TRUE(take_slowly(client, expected.size()) == expected);
}

// The time between requests began before the response was taken.
TEST_F(SlowPeers, AConnectionIsIdleWhenTheResponseIsTaken) {
  options_.keep_alive_timeout_ms = kTimeoutMs;
  const std::string text(60'000, 'x');
  handler_.handle = [&](const Request& request, Exchange exchange) {
    exchange.respond(Response(200, request.path() == "/a" ? text : "next"));
  };
  ClientEnd client = connect_slowly();
  client.send(kGetA);
  const std::string expected = response(text);
  EXPECT_TRUE(take_slowly(client, expected.size()) == expected);
  client.send(kGetB);
  pause_and_run();
  EXPECT_EQ(client.receive_now(), response("next"));
}

// A close has a time-out of its own, which knows no progress.
TEST_F(SlowPeers, AConnectionIsClosedWhenTheResponseIsTaken) {
  const std::string text(60'000, 'x');
  handler_.handle = [&](const Request&, Exchange exchange) {
    exchange.respond(Response(200, text));
  };
  ClientEnd client = connect_slowly();
  client.send(kGetClose);
  client.run_some();
  EXPECT_TRUE(connection_->is_open());
  EXPECT_TRUE(client.receive_all() == response(text, "Connection: close\r\n"));
}

}  // namespace
}  // namespace socketcluster::http
