// SPDX-License-Identifier: MIT
// A whole worker on a free port of the loopback, and clients of it, all on the test's thread: every
// wait runs the worker's loop and ends when the event came or a generous number of iterations is
// over.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/worker.h>

#include "auth/token_keys.h"
#include "base/log.h"
#include "base/random.h"
#include "server/worker_core.h"
#include "unit/base/recording_log.h"
#include "unit/websocket/client_frames.h"

namespace socketcluster::server::test {

using RecordingLog = socketcluster::test::RecordingLog;

class WorkerUnderTest {
 public:
  explicit WorkerUnderTest(Options options = {}) {
    options.host = "127.0.0.1";
    options.port = 0;
    base::SystemRandom random;
    auth::TokenKeyOptions key_options;
    key_options.auth_key = "the key of these tests";
    auto keys = auth::TokenKeys::load(key_options, random);
    core = std::make_unique<WorkerCore>(options, log, std::move(*keys));
    EXPECT_TRUE(core->listen(0).has_value());
  }
  Worker& worker() { return core->api(); }

  template <typename Predicate>
  bool run_until(Predicate predicate) {
    for (int i = 0; i < 20'000; ++i) {
      if (predicate()) return true;
      core->loop().run_once(std::chrono::milliseconds(1));
    }
    return false;
  }
  void run_some() {
    for (int i = 0; i < 6; ++i) core->loop().run_once(std::chrono::milliseconds(0));
  }

  RecordingLog log;
  std::unique_ptr<WorkerCore> core;
};

// A client's TCP connection.
class TcpClient {
 public:
  explicit TcpClient(WorkerUnderTest& under_test)
      : TcpClient(under_test, under_test.core->port()) {}
  TcpClient(WorkerUnderTest& under_test, std::uint16_t port) : test_(under_test) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;
  ~TcpClient() { close(); }

  void send(std::string_view bytes) {
    test_.run_until([&] {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      return bytes.empty();
    });
    EXPECT_TRUE(bytes.empty());
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  // Runs the loop until what was received and not yet taken ends `is_enough`.
  template <typename Predicate>
  bool receive_until(Predicate is_enough) {
    return test_.run_until([&] {
      take();
      return is_enough(received) || ended;
    });
  }
  std::string receive_all() {
    EXPECT_TRUE(test_.run_until([this] {
      take();
      return ended;
    })) << "no end of stream";
    return std::exchange(received, {});
  }

  std::string received;
  bool ended = false;

 private:
  void take() {
    std::array<char, 65536> buffer;
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) received.append(buffer.data(), static_cast<std::size_t>(size));
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) ended = true;
  }

  WorkerUnderTest& test_;
  int fd_;
};

struct HttpAnswer {
  int status = 0;
  std::string head;  // all of it, with the status line
  std::string body;

  bool has_line(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

inline HttpAnswer parse_answer(const std::string& text) {
  HttpAnswer answer;
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || text.size() < 12) return answer;
  answer.status = std::stoi(text.substr(9, 3));
  answer.head = text.substr(0, end + 2);
  answer.body = text.substr(end + 4);
  return answer;
}

// One request on a connection of its own. `fields`: further header lines, each with CRLF.
inline HttpAnswer ask(WorkerUnderTest& test, std::string_view method, std::string_view target,
                      std::string_view fields = "", std::string_view body = "") {
  TcpClient client(test);
  std::string request = std::string(method) + " " + std::string(target) +
                        " HTTP/1.1\r\nHost: h\r\n" + std::string(fields);
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  client.send(request + "Connection: close\r\n\r\n" + std::string(body));
  return parse_answer(client.receive_all());
}

// A SocketCluster client (protocol v1) that has completed its handshake.
class SocketClient {
 public:
  explicit SocketClient(WorkerUnderTest& test) : connection(test) {
    connection.send(
        "GET /socketcluster/ HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_TRUE(connection.receive_until(
        [](const std::string& text) { return text.find("\r\n\r\n") != std::string::npos; }));
    connection.received.clear();
    send(R"({"event":"#handshake","data":{},"cid":1})");
    EXPECT_TRUE(wait_for(R"("rid":1)"));
  }
  void send(std::string_view packet) { connection.send(websocket::test::text_frame(packet)); }
  // The text comes in what the server sends, frames and all.
  bool wait_for(std::string_view text) {
    return connection.receive_until([text](const std::string& received) {
      return received.find(text) != std::string::npos;
    }) && has_received(text);
  }
  bool has_received(std::string_view text) const {
    return connection.received.find(text) != std::string::npos;
  }

  TcpClient connection;
};

}  // namespace socketcluster::server::test
