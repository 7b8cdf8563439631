// SPDX-License-Identifier: MIT
#include "supervisor/entrance.h"

#include <unistd.h>

#include <utility>

#include "base/socket_path.h"
#include "net/listening_socket.h"

namespace socketcluster::supervisor {
namespace {

net::ListenOptions listen_options(const Options& options) {
  return {.host = options.host,
          .port = options.port,
          .backlog = static_cast<int>(options.tcp_syn_backlog),
          .socket_mode = net::socket_mode_from(options.unix_socket_mode)};
}

}  // namespace

Entrance::~Entrance() {
  close();
}

base::Status Entrance::open(const Options& options) {
  if (base::Status opened = open_main(options); !opened) return opened;
  return options.http_redirect_port == 0 ? base::Status::ok() : open_redirect(options);
}

base::Status Entrance::open_redirect(const Options& options) {
  net::ListenOptions where = listen_options(options);
  where.port = options.http_redirect_port;
  where.port_option = "httpRedirectPort";
  const base::Result<int> fd = net::open_listening_socket(where);
  if (!fd) return fd.error();
  redirect_fd_ = *fd;
  return base::Status::ok();
}

base::Status Entrance::open_main(const Options& options) {
  const bool deals =
      options.workers > 1 && options.scheduling_policy == SchedulingPolicy::kRoundRobin;
  const bool has_path = base::socket_path(options.host).has_value();
  if (!deals && options.workers > 1 && !has_path) return open_shared(options);
  const base::Result<int> fd = net::open_listening_socket(listen_options(options));
  if (!fd) return fd.error();
  port_ = net::local_port(*fd);
  file_ = net::socket_file(options.host);
  if (!deals) {
    sockets_.push_back(*fd);
  } else {
    acceptor_ = std::make_unique<net::Acceptor>(loop_, log_, *fd,
                                                [this](int accepted) { dealer_.deal(accepted); });
  }
  return base::Status::ok();
}

base::Status Entrance::open_shared(const Options& options) {
  net::ListenOptions where = listen_options(options);
  // With a shared port, another instance that shares it too would not be noticed.
  const base::Result<int> probe = net::open_listening_socket(where);
  if (!probe) return probe.error();
  ::close(*probe);
  where.shared_port = net::SharedPort::kYes;
  for (std::uint32_t i = 0; i < options.workers; ++i) {
    const base::Result<int> fd = net::open_listening_socket(where);
    if (!fd) return fd.error();
    sockets_.push_back(*fd);
    where.port = net::local_port(*fd);  // the first one has chosen it
  }
  port_ = where.port;
  return base::Status::ok();
}

int Entrance::listen_fd(std::uint32_t worker) const {
  if (sockets_.empty()) return -1;
  return sockets_[worker % sockets_.size()];
}

void Entrance::add(ConnectionDealer::Seat& seat) {
  if (!deals()) return;
  dealer_.add(seat);
  accept_if_possible();
}

void Entrance::rest(ConnectionDealer::Seat& seat) {
  if (!deals()) return;
  dealer_.rest(seat);
  accept_if_possible();
}

void Entrance::remove(ConnectionDealer::Seat& seat) {
  if (!deals()) return;
  dealer_.remove(seat);
  accept_if_possible();
}

void Entrance::accept_if_possible() {
  if (!acceptor_->is_open()) return;
  if (!dealer_.has_seats()) return acceptor_->pause();
  if (base::Status started = acceptor_->start(); !started) log_.error(started.error().text);
}

void Entrance::close() {
  if (acceptor_ != nullptr) acceptor_->close();
  for (const int fd : sockets_) ::close(fd);
  sockets_.clear();
  if (redirect_fd_ >= 0) ::close(std::exchange(redirect_fd_, -1));
  file_.remove();
}

}  // namespace socketcluster::supervisor
