// SPDX-License-Identifier: MIT
#include "net/signals.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"

namespace socketcluster::net {

Signals::Signals(EventLoop& loop, std::initializer_list<int> signal_numbers, Handler handler)
    : loop_(loop), handler_(std::move(handler)) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : signal_numbers) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  SC_ASSERT(fd_ >= 0);
  SC_ASSERT(loop_.watch(fd_, *this, EPOLLIN).has_value());
}

Signals::~Signals() {
  loop_.unwatch(fd_, *this);
  ::close(fd_);
}

void Signals::on_events(std::uint32_t /*events*/) {
  signalfd_siginfo info{};
  while (::read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    handler_(static_cast<int>(info.ssi_signo));
  }
}

bool has_lost_terminal() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    termios settings{};
    if (::tcgetattr(fd, &settings) != 0 && errno == EIO) return true;
  }
  return false;
}

}  // namespace socketcluster::net
