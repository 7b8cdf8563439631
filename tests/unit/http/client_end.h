// SPDX-License-Identifier: MIT
// The client's end of a connection that a loop serves, over a socket pair: no port, no thread.
// Every wait runs the loop and ends when the event came or a generous number of iterations is over.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/event_loop.h"

namespace socketcluster::http::test {

class ClientEnd {
 public:
  // `serve` is given the server's end.
  template <typename Serve>
  ClientEnd(net::EventLoop& loop, Serve serve) : loop_(&loop) {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    fd_ = ends[0];
    serve(loop.adopt(ends[1]));
  }
  ClientEnd(const ClientEnd&) = delete;
  ClientEnd& operator=(const ClientEnd&) = delete;
  ~ClientEnd() { ::close(fd_); }

  // Sends everything, running the loop when the server does not take it.
  void send(std::string_view bytes) {
    for (int i = 0; i < kPatience && !bytes.empty(); ++i) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      if (!bytes.empty()) run_some();
    }
    EXPECT_TRUE(bytes.empty()) << bytes.size() << " bytes were not taken";
  }
  void shutdown_write() { ::shutdown(fd_, SHUT_WR); }

  // A few iterations that do not wait.
  void run_some() {
    for (int i = 0; i < 4; ++i) loop_->run_once(std::chrono::milliseconds(0));
  }
  template <typename Predicate>
  bool run_until(Predicate predicate) {
    for (int i = 0; i < kPatience; ++i) {
      if (predicate()) return true;
      loop_->run_once(std::chrono::milliseconds(1));
    }
    return false;
  }

  // What has arrived, without an iteration of the loop.
  std::string receive_now() {
    std::string received;
    for (std::size_t had = 0; take(received, SIZE_MAX) && received.size() > had;) {
      had = received.size();
    }
    return received;
  }
  // Exactly `size` bytes, or what came before the end or the end of patience.
  std::string receive(std::size_t size) {
    std::string received;
    run_until([&] { return received.size() >= size || !take(received, size - received.size()); });
    return received;
  }
  // Everything until the server's end of the stream, which must come.
  std::string receive_all() {
    std::string received;
    EXPECT_TRUE(run_until([&] { return !take(received, SIZE_MAX); })) << "no end of stream";
    return received;
  }

 private:
  static constexpr int kPatience = 20'000;

  // False at the end of the stream (or when it was reset).
  bool take(std::string& received, std::size_t most) {
    std::array<char, 65536> buffer;
    const ssize_t size = ::recv(fd_, buffer.data(), std::min(buffer.size(), most), MSG_DONTWAIT);
    if (size > 0) received.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
  }

  net::EventLoop* loop_;
  int fd_ = -1;
};

}  // namespace socketcluster::http::test
