// SPDX-License-Identifier: MIT
#include "net/listener.h"

#include <utility>

namespace socketcluster::net {

base::Result<std::unique_ptr<Listener>> Listener::open(EventLoop& loop,
                                                       const ListenOptions& options, base::Log& log,
                                                       AcceptHandler on_accept) {
  const base::Result<int> fd = open_listening_socket(options);
  if (!fd) return fd.error();
  return take(loop, *fd, log, std::move(on_accept));
}

base::Result<std::unique_ptr<Listener>> Listener::take(EventLoop& loop, int fd, base::Log& log,
                                                       AcceptHandler on_accept) {
  std::unique_ptr<Listener> listener(new Listener(loop, log, fd, std::move(on_accept)));
  if (base::Status started = listener->acceptor_.start(); !started) return started.error();
  return listener;
}

Listener::Listener(EventLoop& loop, base::Log& log, int fd, AcceptHandler on_accept)
    : loop_(loop),
      on_accept_(std::move(on_accept)),
      port_(local_port(fd)),
      acceptor_(loop, log, fd, [this](int accepted) { on_accept_(loop_.adopt(accepted)); }) {
  acceptor_.set_room_check(
      [this] { return connection_limit_ == 0 || loop_.connection_count() < connection_limit_; });
}

}  // namespace socketcluster::net
