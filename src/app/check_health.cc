// SPDX-License-Identifier: MIT
// Blocking calls with a deadline: nothing else happens in this process.
#include "app/check_health.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>

#include "base/descriptor.h"
#include "base/printable.h"
#include "base/socket_path.h"
#include "http/router.h"

namespace socketcluster::app {
namespace {

using base::Failure;
using base::Result;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// The status line is all that is wanted.
constexpr std::size_t kMaxLineBytes = 1024;
constexpr std::size_t kShownBytes = 200;

struct Target {
  std::string host = {};
  std::string port = "80";
  std::string path = {};
  std::optional<std::string> socket = {};  // a UNIX socket in the place of host and port

  // As in the request's Host header.
  std::string authority() const {
    if (socket) return "localhost";
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
  }
  std::string name() const {
    return socket ? "unix:" + *socket + ":" + path : "http://" + authority() + path;
  }
};

Failure system_failure(int error) {
  return Failure{std::generic_category().message(error)};
}

// "http://host:port/path". No control characters and no user information can be meant.
Result<Target> parse_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  const Failure wrong{"'" + base::printable(url, kShownBytes) +
                      "' is not a URL such as http://localhost:8000"};
  if (url.starts_with("https://")) {
    return Failure{"a server with TLS cannot be asked; give it a plain HTTP port as well"};
  }
  if (!url.starts_with(kScheme)) return wrong;
  for (const char c : url) {
    if (c <= ' ' || c == '@' || c == 0x7f) return wrong;
  }
  std::string_view rest = url.substr(kScheme.size());
  Target target;
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  target.path = rest.substr(slash).substr(0, rest.substr(slash).find('#'));
  if (target.path.size() < 2) target.path = http::kHealthCheckPath;
  rest = rest.substr(0, slash);
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  if (bracket == std::string_view::npos) return wrong;
  const std::size_t colon = std::min(rest.find(':', bracket), rest.size());
  target.host = bracket == 0 ? rest.substr(0, colon) : rest.substr(1, bracket - 1);
  if (colon < rest.size()) target.port = rest.substr(colon + 1);
  if (target.host.empty() || target.port.empty()) return wrong;
  return target;
}

// Where a server with these options listens, as seen from its own machine.
Result<Target> target_of(const Options& options) {
  if (auto socket = base::socket_path(options.host)) {
    if (socket->empty() || socket->size() > base::kLongestSocketPath) {
      return Failure{"host names no socket: " + base::printable(options.host, kShownBytes)};
    }
    return Target{.path = std::string(http::kHealthCheckPath), .socket = std::move(socket)};
  }
  if (options.port == 0) {
    return Failure{"port is 0, so that only the server knows it: name it with --port or --url"};
  }
  Target target{.host = options.host,
                .port = std::to_string(options.port),
                .path = std::string(http::kHealthCheckPath)};
  if (target.host.empty() || target.host == "0.0.0.0") target.host = "127.0.0.1";
  if (target.host == "::") target.host = "::1";
  return target;
}

// True when the socket is ready, false when the time is over.
bool await(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    pollfd ready{.fd = fd, .events = events, .revents = 0};
    const int count = left.count() <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left.count()));
    if (count >= 0 || errno != EINTR) return count > 0;
  }
}

Result<base::Descriptor> connect_to(const sockaddr& address, socklen_t size,
                                    Clock::time_point deadline) {
  base::Descriptor socket(
      ::socket(address.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return system_failure(errno);
  if (::connect(socket.get(), &address, size) == 0) return socket;
  if (errno != EINPROGRESS) return system_failure(errno);
  if (!await(socket.get(), POLLOUT, deadline)) return system_failure(ETIMEDOUT);
  int error = 0;
  socklen_t error_size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &error_size);
  if (error != 0) return system_failure(error);
  return socket;
}

Result<base::Descriptor> connect_to(const Target& target, Clock::time_point deadline) {
  if (target.socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, target.socket->data(), target.socket->size());
    return connect_to(reinterpret_cast<const sockaddr&>(address), sizeof address, deadline);
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
    auto socket = connect_to(*address->ai_addr, address->ai_addrlen, deadline);
    if (socket) return socket;
    why = socket.error();
  }
  return why;
}

Result<std::string> read_line(int fd, Clock::time_point deadline) {
  std::string text;
  std::array<char, kMaxLineBytes> buffer;
  while (text.size() < kMaxLineBytes) {
    if (!await(fd, POLLIN, deadline)) return system_failure(ETIMEDOUT);
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size < 0) return system_failure(errno);
    if (size == 0) return Failure{"the connection was closed before an answer came"};
    text.append(buffer.data(), static_cast<std::size_t>(size));
    const std::size_t end = text.find("\r\n");
    if (end != std::string::npos) return text.substr(0, end);
  }
  return Failure{"this is no HTTP server"};
}

// The status, as in "200 OK".
Result<std::string> ask(const Target& target, milliseconds timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  const auto socket = connect_to(target, deadline);
  if (!socket) return socket.error();
  const std::string request = "GET " + target.path + " HTTP/1.1\r\nHost: " + target.authority() +
                              "\r\nUser-Agent: socketcluster-health\r\nConnection: close\r\n\r\n";
  // A new connection takes so little at once.
  if (::send(socket->get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return system_failure(errno);
  }
  const auto line = read_line(socket->get(), deadline);
  if (!line) return line.error();
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kStatusAt = 9;  // "HTTP/1.1 200 OK"
  if (!line->starts_with(kVersion) || line->size() < kStatusAt + 3) {
    return Failure{"this is no HTTP server"};
  }
  return base::printable(line->substr(kStatusAt), kShownBytes);
}

}  // namespace

int check_health(const Options& options, const config::HealthQuestion& question,
                 config::Streams streams) {
  const Result<Target> target = question.url.empty() ? target_of(options) : parse_url(question.url);
  if (!target) {
    streams.err << "health: " << target.error().text << '\n' << std::flush;
    return config::kExitUsage;
  }
  const auto status = ask(*target, question.timeout);
  const std::string where = base::printable(target->name(), kShownBytes) + ": ";
  if (status && status->starts_with("200")) {
    streams.out << where << *status << '\n' << std::flush;
    return config::kExitOk;
  }
  streams.err << where << (status ? *status : status.error().text) << '\n' << std::flush;
  return config::kExitFailure;
}

}  // namespace socketcluster::app
