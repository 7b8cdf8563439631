// SPDX-License-Identifier: MIT
#include "app/blocking_socket.h"

#include <netdb.h>
#include <poll.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace socketcluster::app {

using base::Descriptor;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;

Failure system_failure(int error) {
  return Failure{std::generic_category().message(error)};
}

BlockingSocket::BlockingSocket(Descriptor socket, Clock::time_point deadline)
    : socket_(std::move(socket)), deadline_(deadline) {}

Result<BlockingSocket> BlockingSocket::connect(const sockaddr& address, socklen_t size,
                                               Clock::time_point deadline) {
  BlockingSocket socket(
      Descriptor(::socket(address.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      deadline);
  if (!socket.socket_.is_valid()) return system_failure(errno);
  if (::connect(socket.fd(), &address, size) == 0) return socket;
  if (errno != EINPROGRESS) return system_failure(errno);
  if (!socket.await(POLLOUT)) return system_failure(ETIMEDOUT);
  int error = 0;
  socklen_t error_size = sizeof error;
  ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &error_size);
  if (error != 0) return system_failure(error);
  return socket;
}

Result<BlockingSocket> BlockingSocket::connect(const HealthTarget& target,
                                               Clock::time_point deadline) {
  if (target.socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, target.socket->data(), target.socket->size());
    return connect(reinterpret_cast<const sockaddr&>(address), sizeof address, deadline);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
  if (error != 0) return Failure{::gai_strerror(error)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  Failure why{"no address"};
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    auto socket = connect(*address->ai_addr, address->ai_addrlen, deadline);
    if (socket) return socket;
    why = socket.error();
  }
  return why;
}

bool BlockingSocket::await(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now());
    pollfd ready{.fd = fd(), .events = events, .revents = 0};
    const int count = left.count() <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left.count()));
    if (count >= 0 || errno != EINTR) return count > 0;
  }
}

base::Status BlockingSocket::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    if (!await(POLLOUT)) return system_failure(ETIMEDOUT);
    const ssize_t size = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size < 0) return system_failure(errno);
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return base::Status::ok();
}

Result<std::size_t> BlockingSocket::receive(std::span<char> buffer) const {
  for (;;) {
    if (!await(POLLIN)) return system_failure(ETIMEDOUT);
    const ssize_t size = ::recv(fd(), buffer.data(), buffer.size(), 0);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EAGAIN && errno != EINTR) return system_failure(errno);
  }
}

}  // namespace socketcluster::app
