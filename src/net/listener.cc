// SPDX-License-Identifier: MIT
#include "net/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "net/connection.h"

namespace socketcluster::net {
namespace {

// Accepting goes on until the queue is empty or this many were taken: connects must not starve the
// connections that exist.
constexpr int kAcceptsPerIteration = 256;

int try_listen(const sockaddr* address, socklen_t size, int family, bool dual_stack, int backlog) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  const int v6_only = dual_stack ? 0 : 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it, which saves a system call for each of them.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  if (::bind(fd, address, size) == 0 && ::listen(fd, backlog) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

// Both families on one socket; IPv4 alone where the kernel has no IPv6.
int listen_everywhere(std::uint16_t port, int backlog) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  const int fd =
      try_listen(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, AF_INET6, true, backlog);
  if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)) return fd;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  return try_listen(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, AF_INET, false, backlog);
}

base::Result<int> listen_on_host(const ListenOptions& options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(options.port);
  if (const int error = ::getaddrinfo(options.host.c_str(), port.c_str(), &hints, &found)) {
    return base::Failure{"cannot listen on host '" + options.host + "': " + ::gai_strerror(error)};
  }
  int fd = -1;
  for (const addrinfo* item = found; item != nullptr && fd < 0; item = item->ai_next) {
    fd = try_listen(item->ai_addr, item->ai_addrlen, item->ai_family, false, options.backlog);
  }
  const int error = errno;
  ::freeaddrinfo(found);
  errno = error;
  return fd;
}

base::Failure listen_failure(const ListenOptions& options, int error) {
  const std::string where = (options.host.empty() ? std::string() : options.host + " ") + "port " +
                            std::to_string(options.port);
  if (error == EADDRINUSE) {
    return {"cannot listen on " + where +
            ": the port is in use; stop the other program or choose another port (-p)"};
  }
  if (error == EACCES) {
    return {"cannot listen on " + where +
            ": ports below 1024 need root or the CAP_NET_BIND_SERVICE capability"};
  }
  return {"cannot listen on " + where + ": " + std::strerror(error)};
}

std::uint16_t local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

int open_spare() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace

base::Result<std::unique_ptr<Listener>> Listener::open(EventLoop& loop,
                                                       const ListenOptions& options, base::Log& log,
                                                       AcceptHandler on_accept) {
  int fd = -1;
  if (options.host.empty()) {
    fd = listen_everywhere(options.port, options.backlog);
  } else {
    const base::Result<int> result = listen_on_host(options);
    if (!result) return result.error();
    fd = *result;
  }
  if (fd < 0) return listen_failure(options, errno);
  std::unique_ptr<Listener> listener(new Listener(loop, log, fd, std::move(on_accept)));
  if (base::Status watched = loop.watch(fd, *listener, EPOLLIN); !watched) return watched.error();
  return listener;
}

Listener::Listener(EventLoop& loop, base::Log& log, int fd, AcceptHandler on_accept)
    : loop_(loop),
      log_(log),
      on_accept_(std::move(on_accept)),
      fd_(fd),
      spare_fd_(open_spare()),
      port_(local_port(fd)) {}

Listener::~Listener() {
  close();
}

void Listener::close() {
  if (fd_ < 0) return;
  loop_.unwatch(fd_, *this);
  ::close(std::exchange(fd_, -1));
  if (spare_fd_ >= 0) ::close(std::exchange(spare_fd_, -1));
}

void Listener::on_events(std::uint32_t /*events*/) {
  for (int i = 0; i < kAcceptsPerIteration && fd_ >= 0; ++i) {
    if (!accept_one()) return;
  }
}

// Returns whether it makes sense to try the next one.
bool Listener::accept_one() {
  if (connection_limit_ != 0 && loop_.connection_count() >= connection_limit_) {
    refuse_one();
    return false;
  }
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    Connection& connection = loop_.adopt(fd);
    on_accept_(connection);
    return true;
  }
  if (errno == EMFILE || errno == ENFILE) {
    refuse_one();
    return false;
  }
  return errno == ECONNABORTED || errno == EINTR || errno == EPROTO;
}

// Closes the connection that has waited longest. Its client sees a closed connection and may try
// elsewhere; and the listening socket does not stay readable for ever.
void Listener::refuse_one() {
  const bool limit = connection_limit_ != 0 && loop_.connection_count() >= connection_limit_;
  if (spare_fd_ >= 0) ::close(std::exchange(spare_fd_, -1));
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  spare_fd_ = open_spare();
  warn(limit ? "connection refused: maxConnections is reached"
             : "connection refused: the process has no descriptor left; raise 'ulimit -n'");
}

void Listener::warn(const char* reason) {
  const std::uint64_t now = loop_.now_ms();
  if (last_warning_ms_ != 0 && now - last_warning_ms_ < 1000) return;
  last_warning_ms_ = now;
  log_.warning(reason);
}

}  // namespace socketcluster::net
