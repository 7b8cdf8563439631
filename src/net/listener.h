// SPDX-License-Identifier: MIT
// A listening TCP socket. Survives descriptor exhaustion: when accept() fails with EMFILE or ENFILE, one
// waiting connection is accepted on a spare descriptor and closed, so that clients learn of it at once
// instead of hanging, and accepting pauses for a moment.
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
  std::string host;          // IPv4 or IPv6 address, or a name that resolves to one; empty: all interfaces, both families
  std::uint16_t port = 0;    // 0: any free one
  int backlog = 4096;        // of connections that wait for accept(); the kernel caps it at somaxconn
};

class Listener final : public Pollable {
 public:
  using AcceptHandler = base::UniqueFunction<void(Connection&)>;

  // Binds and listens. The failure names address, port and reason. `loop` and `log` must outlive it.
  static base::Result<std::unique_ptr<Listener>> open(EventLoop& loop, const ListenOptions& options,
                                                      base::Log& log, AcceptHandler on_accept);
  ~Listener();

  // The port that is really listened on.
  std::uint16_t port() const { return port_; }
  // Stops accepting; connects are refused from now on. Connections live on.
  void close();
};

}  // namespace socketcluster::net
