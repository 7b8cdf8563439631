// SPDX-License-Identifier: MIT
#include "supervisor/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "base/printable.h"

namespace socketcluster::supervisor {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t kStatusBytes = 200;
// A full queue of the service manager holds up the loop for no longer than that.
constexpr timeval kPatience{.tv_sec = 1, .tv_usec = 0};

std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The clock that the service manager compares with its own.
std::int64_t monotonic_usec() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

ServiceSettings take_service_settings() {
  ServiceSettings settings{.socket = take_variable("NOTIFY_SOCKET")};
  const std::string pid = take_variable("WATCHDOG_PID");
  const std::int64_t usec = number_of(take_variable("WATCHDOG_USEC")).value_or(0);
  if (usec > 0 && (pid.empty() || number_of(pid) == ::getpid())) {
    settings.watchdog = microseconds(usec);
  }
  return settings;
}

ServiceManager::ServiceManager(net::EventLoop& loop, base::Log& log, ServiceSettings settings)
    : loop_(loop),
      log_(log),
      settings_(std::move(settings)),
      watchdog_(loop, [this] { give_sign_of_life(); }) {
  if (settings_.socket.empty()) return;
  if (const int error = open(); error != 0) warn(error);
}

// Returns 0 or an errno.
int ServiceManager::open() {
  const std::string& name = settings_.socket;
  if ((name[0] != '/' && name[0] != '@') || name.size() < 2) return EAFNOSUPPORT;
  if (name.size() >= sizeof(sockaddr_un::sun_path)) return ENAMETOOLONG;
  socket_ = base::Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket_.is_valid()) return errno;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  return 0;
}

void ServiceManager::ready(std::string_view status) {
  tell("READY=1\n", status);
  if (settings_.watchdog.count() > 0 && !watchdog_.is_armed()) give_sign_of_life();
}

void ServiceManager::reloading(std::string_view status) {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_usec()) + "\n", status);
}

void ServiceManager::stopping(std::string_view status) {
  tell("STOPPING=1\n", status);
}

void ServiceManager::set_status(std::string_view status) {
  if (base::printable(status, kStatusBytes) != status_) tell("", status);
}

void ServiceManager::tell(std::string_view state, std::string_view status) {
  if (!socket_.is_valid()) return;
  status_ = base::printable(status, kStatusBytes);  // a line break would begin another variable
  if (!send(std::string(state) + "STATUS=" + status_, 0)) warn(errno);
}

// Twice as often as is due, so that one may be late. One that does not fit into the queue is left
// out: what keeps the queue full keeps the service manager from looking, too.
void ServiceManager::give_sign_of_life() {
  if (!socket_.is_valid()) return;
  send("WATCHDOG=1", MSG_DONTWAIT);
  const auto half = std::chrono::duration_cast<milliseconds>(settings_.watchdog / 2);
  watchdog_.arm_in(std::max(half, milliseconds(1)));
}

bool ServiceManager::send(std::string_view text, int flags) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, settings_.socket.data(), settings_.socket.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + settings_.socket.size());
  return ::sendto(socket_.get(), text.data(), text.size(), flags | MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address), size) >= 0;
}

void ServiceManager::warn(int error) {
  if (std::exchange(has_warned_, true)) return;
  log_.warning("the service manager cannot be told how the server does: NOTIFY_SOCKET '" +
               base::printable(settings_.socket, kStatusBytes) + "': " + std::strerror(error));
}

}  // namespace socketcluster::supervisor
