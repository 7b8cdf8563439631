// SPDX-License-Identifier: MIT
#include "net/acceptor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace socketcluster::net {
namespace {

// Accepting goes on until the queue is empty or this many were taken: connects must not starve the
// connections that exist.
constexpr int kAcceptsPerIteration = 256;

int open_spare() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace

Acceptor::Acceptor(EventLoop& loop, base::Log& log, int fd, Handler on_accept)
    : loop_(loop), log_(log), on_accept_(std::move(on_accept)), fd_(fd), spare_fd_(open_spare()) {}

Acceptor::~Acceptor() {
  close();
}

base::Status Acceptor::start() {
  if (is_watched_ || fd_ < 0) return base::Status::ok();
  base::Status watched = loop_.watch(fd_, *this, EPOLLIN);
  is_watched_ = watched.has_value();
  return watched;
}

void Acceptor::pause() {
  if (std::exchange(is_watched_, false)) loop_.unwatch(fd_, *this);
}

void Acceptor::close() {
  if (fd_ < 0) return;
  pause();
  ::close(std::exchange(fd_, -1));
  if (spare_fd_ >= 0) ::close(std::exchange(spare_fd_, -1));
}

void Acceptor::on_events(std::uint32_t /*events*/) {
  for (int i = 0; i < kAcceptsPerIteration && is_watched_; ++i) {
    if (!accept_one()) return;
  }
}

// Returns whether it makes sense to try the next one.
bool Acceptor::accept_one() {
  if (has_room_ && !has_room_()) {
    refuse_one("connection refused: maxConnections is reached");
    return false;
  }
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    on_accept_(fd);
    return true;
  }
  if (errno == EMFILE || errno == ENFILE) {
    refuse_one("connection refused: the process has no descriptor left; raise 'ulimit -n'");
    return false;
  }
  return errno == ECONNABORTED || errno == EINTR || errno == EPROTO;
}

// Closes the connection that has waited longest. Its client sees a closed connection and may try
// elsewhere; and the listening socket does not stay readable for ever.
void Acceptor::refuse_one(const char* reason) {
  if (spare_fd_ >= 0) ::close(std::exchange(spare_fd_, -1));
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  spare_fd_ = open_spare();
  warn(reason);
}

void Acceptor::warn(const char* reason) {
  const std::uint64_t now = loop_.now_ms();
  if (last_warning_ms_ != 0 && now - last_warning_ms_ < 1000) return;
  last_warning_ms_ = now;
  log_.warning(reason);
}

}  // namespace socketcluster::net
