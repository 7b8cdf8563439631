// SPDX-License-Identifier: MIT
// Accepts the connections of a listening TCP socket into a loop; see acceptor.h for what happens
// when descriptors run out.
//
// Thread rule: loop thread only.
#pragma once

#include <cstdint>
#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "net/acceptor.h"
#include "net/event_loop.h"
#include "net/listening_socket.h"

namespace socketcluster::net {

class Listener {
 public:
  using AcceptHandler = base::UniqueFunction<void(Connection&)>;

  // Binds and listens. The failure names address, port and reason. `loop` and `log` must outlive
  // it.
  static base::Result<std::unique_ptr<Listener>> open(EventLoop& loop, const ListenOptions& options,
                                                      base::Log& log, AcceptHandler on_accept);
  // The same on a socket that listens already and is taken over; other processes may have it too.
  static base::Result<std::unique_ptr<Listener>> take(EventLoop& loop, int fd, base::Log& log,
                                                      AcceptHandler on_accept);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The port that is really listened on.
  std::uint16_t port() const { return port_; }
  // Stops accepting; connects are refused from now on, unless another process has the socket, too.
  // Accepted connections live on.
  void close() { acceptor_.close(); }
  // While there are this many connections on the loop, new ones are refused. 0: no limit.
  void set_connection_limit(std::size_t limit) { connection_limit_ = limit; }

 private:
  Listener(EventLoop& loop, base::Log& log, int fd, AcceptHandler on_accept);

  EventLoop& loop_;
  AcceptHandler on_accept_;
  std::uint16_t port_;
  std::size_t connection_limit_ = 0;
  Acceptor acceptor_;
};

}  // namespace socketcluster::net
