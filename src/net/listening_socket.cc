// SPDX-License-Identifier: MIT
#include "net/listening_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/socket_path.h"

namespace socketcluster::net {
namespace {

int try_listen(const sockaddr* address, socklen_t size, int family, bool dual_stack,
               const ListenOptions& options) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  const int v6_only = dual_stack ? 0 : 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it, which saves a system call for each of them.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options.shared_port == SharedPort::kYes) {
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  if (family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  if (::bind(fd, address, size) == 0 && ::listen(fd, options.backlog) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

// Both families on one socket; IPv4 alone where the kernel has no IPv6.
int listen_everywhere(const ListenOptions& options) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(options.port);
  const int fd =
      try_listen(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, AF_INET6, true, options);
  if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)) return fd;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(options.port);
  return try_listen(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, AF_INET, false, options);
}

// "[::1]", as in a URL.
std::string without_brackets(const std::string& host) {
  const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return has_brackets ? host.substr(1, host.size() - 2) : host;
}

base::Result<int> listen_on_host(const ListenOptions& options) {
  const std::string host = without_brackets(options.host);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(options.port);
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found)) {
    return base::Failure{"cannot listen on host '" + options.host + "': " + ::gai_strerror(error)};
  }
  int fd = -1;
  for (const addrinfo* item = found; item != nullptr && fd < 0; item = item->ai_next) {
    fd = try_listen(item->ai_addr, item->ai_addrlen, item->ai_family, host == "::", options);
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
            ": the port is in use; stop the other program or choose another port (" +
            options.port_option + ")"};
  }
  if (error == EACCES) {
    return {"cannot listen on " + where +
            ": ports below 1024 need root or the CAP_NET_BIND_SERVICE capability; or choose "
            "another port (" +
            options.port_option + ")"};
  }
  return {"cannot listen on " + where + ": " + std::strerror(error)};
}

}  // namespace

mode_t socket_mode_from(const std::string& text) {
  return static_cast<mode_t>(std::strtoul(text.c_str(), nullptr, 8));
}

base::Result<int> open_listening_socket(const ListenOptions& options) {
  if (const auto path = base::socket_path(options.host)) {
    return open_unix_socket(
        {.path = *path, .mode = options.socket_mode, .backlog = options.backlog});
  }
  int fd = -1;
  if (options.host.empty()) {
    fd = listen_everywhere(options);
  } else {
    const base::Result<int> result = listen_on_host(options);
    if (!result) return result.error();
    fd = *result;
  }
  if (fd < 0) return listen_failure(options, errno);
  return fd;
}

SocketFile socket_file(const std::string& host) {
  const auto path = base::socket_path(host);
  return path ? SocketFile(*path) : SocketFile();
}

std::uint16_t local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  if (address.ss_family != AF_INET) return 0;
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace socketcluster::net
