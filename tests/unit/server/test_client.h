// SPDX-License-Identifier: MIT
// A WebSocket client for tests of a worker: its own frame reader and writer, on a loopback
// connection that never blocks. Every wait turns the worker's loop and ends when the event came or
// a generous number of turns is over.
//
//   TestClient client(worker);       // connected and upgraded
//   client.text("hello");
//   EXPECT_EQ(client.next(), ...);   // see next() for how what arrives is written
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "server/worker_core.h"
#include "unit/websocket/client_frames.h"
#include "unit/websocket/server_frames.h"

namespace socketcluster::server::test {

using websocket::Opcode;

inline std::string upgrade_request(std::string_view path = "/socketcluster/",
                                   std::string_view more_headers = "") {
  std::string request = "GET ";
  request.append(path).append(
      " HTTP/1.1\r\n"
      "Host: localhost\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\n");
  return request.append(more_headers).append("\r\n");
}

enum class Start { kConnected, kUpgraded };

struct ClientOptions {
  Start start = Start::kUpgraded;
  int receive_buffer = 0;  // bytes; 0: as the system likes
  std::string headers{};   // further ones of the upgrade request
};

class TestClient {
 public:
  explicit TestClient(WorkerCore& worker, const ClientOptions& options = {})
      : worker_(&worker), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (options.receive_buffer != 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(worker.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (options.start == Start::kUpgraded) upgrade(options.headers);
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  ~TestClient() { drop(); }

  // ---- Sending ----
  void bytes(std::string_view bytes) {
    run_until([&] {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      return bytes.empty() || (sent < 0 && errno != EAGAIN);
    });
  }
  void text(std::string_view payload) { bytes(websocket::test::text_frame(payload)); }
  void frame(Opcode opcode, std::string_view payload) {
    bytes(websocket::test::frame(opcode, payload));
  }
  void close_frame(int code, std::string_view reason = {}) {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    frame(Opcode::kClose, payload.append(reason));
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  // Closes the descriptor; with `reset`, as a crashed machine would.
  void drop(bool reset = false) {
    if (fd_ < 0) return;
    const linger now{1, 0};
    if (reset) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd_);
    fd_ = -1;
  }

  // ---- Receiving ----
  // The next thing that arrives: a frame in the words of take_server_frame(), "end" (FIN), "reset",
  // or "nothing" (patience is over).
  std::string next() {
    std::string item = "nothing";
    run_until([&] { return take_frame(item) || !receive(item); });
    return item;
  }
  // The same without a turn of the loop: what has arrived already.
  std::string next_at_once() {
    std::string item = "nothing";
    if (!take_frame(item) && receive(item)) take_frame(item);
    return item;
  }
  // This many of them, one per line.
  std::string next(int count) {
    std::string all = next();
    for (int i = 1; i < count; ++i) all += "\n" + next();
    return all;
  }
  // Nothing arrives before the answer to a ping that is sent now: the server had nothing to say to
  // all that came before it.
  bool is_quiet() {
    frame(Opcode::kPing, "quiet?");
    const std::string item = next();
    EXPECT_EQ(item, "pong:quiet?");
    return item == "pong:quiet?";
  }
  // Everything until the end as plain bytes; for HTTP.
  std::string rest() {
    std::string item;
    EXPECT_TRUE(run_until([&] { return !receive(item); })) << "no end";
    return std::exchange(received_, {});
  }
  // As many plain bytes as an HTTP head has.
  std::string head() {
    std::string item;
    run_until([&] { return received_.find("\r\n\r\n") != std::string::npos || !receive(item); });
    const std::size_t end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return std::exchange(received_, {});
    const std::string head = received_.substr(0, end + 4);
    received_.erase(0, end + 4);
    return head;
  }

  // ---- Conversation ----
  std::string ask(std::string_view packet) {
    text(packet);
    return next();
  }
  // Shakes hands; returns the socket's id.
  std::string shake_hands() {
    std::string answer = ask(R"({"event":"#handshake","data":{"authToken":null},"cid":1})");
    while (answer.empty() || answer == "#1") answer = next();  // pings
    constexpr std::string_view kHead = R"({"rid":1,"data":{"id":")";
    EXPECT_TRUE(answer.starts_with(kHead)) << answer;
    return answer.size() < kHead.size() + 20 ? std::string() : answer.substr(kHead.size(), 20);
  }

  template <typename Predicate>
  bool run_until(Predicate predicate) {
    for (int i = 0; i < kPatience; ++i) {
      if (predicate()) return true;
      worker_->loop().run_once(std::chrono::milliseconds(1));
    }
    return false;
  }

 private:
  static constexpr int kPatience = 10'000;

  void upgrade(std::string_view headers) {
    bytes(upgrade_request("/socketcluster/", headers));
    const std::string answer = head();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
  }

  // False when the connection is over; `item` then tells how.
  bool receive(std::string& item) {
    std::array<char, 65536> buffer;
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(size));
      return true;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    item = size == 0 ? "end" : "reset";
    return false;
  }

  bool take_frame(std::string& item) { return websocket::test::take_server_frame(received_, item); }

  WorkerCore* worker_;
  int fd_;
  std::string received_;
};

}  // namespace socketcluster::server::test
