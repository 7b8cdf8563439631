// SPDX-License-Identifier: MIT
// Where `socketcluster status` asks: the UNIX socket `master` in the socket directory. Whoever
// connects gets the report as one JSON text and the end of the stream; what they send is ignored.
// The file's mode lets only the user of the instance in.
//
// Thread rule: loop thread only.
#pragma once

#include <cstddef>
#include <set>

#include "base/log.h"
#include "base/result.h"
#include "net/acceptor.h"
#include "net/event_loop.h"
#include "supervisor/status_collector.h"

namespace socketcluster::supervisor {

class StatusEndpoint {
 public:
  // Beyond so many that are being answered, connections are refused.
  static constexpr std::size_t kMaxConnections = 64;

  // Takes over `fd`, a listening socket. `loop`, `log` and `collector` must outlive it.
  StatusEndpoint(net::EventLoop& loop, base::Log& log, StatusCollector& collector, int fd);
  StatusEndpoint(const StatusEndpoint&) = delete;
  StatusEndpoint& operator=(const StatusEndpoint&) = delete;
  // Connections are aborted.
  ~StatusEndpoint();

  base::Status start() { return acceptor_.start(); }

 private:
  class Client;

  net::EventLoop& loop_;
  StatusCollector& collector_;
  std::set<Client*> clients_;  // own themselves until their connection is closed
  net::Acceptor acceptor_;
};

}  // namespace socketcluster::supervisor
