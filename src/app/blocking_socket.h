// SPDX-License-Identifier: MIT
// A client's connection, waited for with a deadline: for commands that do just one thing.
//
// Thread rule: one thread at a time.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <span>
#include <string_view>

#include "app/health_target.h"
#include "base/descriptor.h"
#include "base/result.h"

namespace socketcluster::app {

class BlockingSocket {
 public:
  using Clock = std::chrono::steady_clock;

  // Tries all addresses of a name.
  static base::Result<BlockingSocket> connect(const HealthTarget& target,
                                              Clock::time_point deadline);

  int fd() const { return socket_.get(); }
  // True when the socket is ready for `events` of poll(), false when the time is over.
  bool await(short events) const;
  base::Status send(std::string_view bytes) const;
  // 0: the peer has ended.
  base::Result<std::size_t> receive(std::span<char> buffer) const;

 private:
  BlockingSocket(base::Descriptor socket, Clock::time_point deadline);
  static base::Result<BlockingSocket> connect(const sockaddr& address, socklen_t size,
                                              Clock::time_point deadline);

  base::Descriptor socket_;
  Clock::time_point deadline_;
};

// "Connection refused" and the like.
base::Failure system_failure(int error);

}  // namespace socketcluster::app
