// SPDX-License-Identifier: MIT
// A listening TCP socket. Survives descriptor exhaustion: when accept() fails with EMFILE or
// ENFILE, one waiting connection is accepted on a spare descriptor and closed, so that its client
// learns of it at once instead of hanging, and the log says so (at most once a second).
//
// Thread rule: loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::net {

struct ListenOptions {
  std::string host;        // address or name to bind; empty: all interfaces, IPv4 and IPv6
  std::uint16_t port = 0;  // 0: any free one
  int backlog = 4096;  // connections that may wait for accept(); the kernel caps it at somaxconn
};

class Listener final : public Pollable {
 public:
  using AcceptHandler = base::UniqueFunction<void(Connection&)>;

  // Binds and listens. The failure names address, port and reason. `loop` and `log` must outlive
  // it.
  static base::Result<std::unique_ptr<Listener>> open(EventLoop& loop, const ListenOptions& options,
                                                      base::Log& log, AcceptHandler on_accept);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  // The port that is really listened on.
  std::uint16_t port() const { return port_; }
  // Stops accepting; connects are refused from now on. Accepted connections live on.
  void close();
  // While there are this many connections on the loop, new ones wait in the kernel's queue. 0: no
  // limit.
  void set_connection_limit(std::size_t limit) { connection_limit_ = limit; }

 private:
  Listener(EventLoop& loop, base::Log& log, int fd, AcceptHandler on_accept);
  void on_events(std::uint32_t events) override;
  bool accept_one();
  void refuse_one();
  void warn(const char* reason);

  EventLoop& loop_;
  base::Log& log_;
  AcceptHandler on_accept_;
  int fd_;
  int spare_fd_;
  std::uint16_t port_ = 0;
  std::size_t connection_limit_ = 0;
  std::uint64_t last_warning_ms_ = 0;
};

}  // namespace socketcluster::net
