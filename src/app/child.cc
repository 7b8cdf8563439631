// SPDX-License-Identifier: MIT
#include "app/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>

#include "app/broker_child.h"
#include "app/child_log.h"
#include "app/child_start.h"
#include "app/process_setup.h"
#include "app/worker_child.h"
#include "base/crash_handler.h"
#include "ipc/control_channel.h"

namespace socketcluster::app {
namespace {

constexpr std::chrono::seconds kStartTimeout(60);

// The user may pass through the directory of this instance, but perhaps not through those above it.
base::Status check_sockets(const ChildStart& start) {
  if (::access(start.broker_socket(0).c_str(), R_OK | W_OK) == 0) return base::Status::ok();
  const int error = errno;
  return base::Failure{"downgradeToUser: user " + start.options.downgrade_to_user +
                       " cannot reach the sockets in " + start.socket_directory + ": " +
                       std::strerror(error) + " (the option socketRoot chooses another place)"};
}

base::Status become_user(const ChildStart& start) {
  if (start.options.downgrade_to_user.empty()) return base::Status::ok();
  base::Status changed = downgrade(start.options);
  // The kernel forgets it when the user changes. A master that dies before this call closes the
  // control channel, which ends this process, too.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return changed ? check_sockets(start) : changed;
}

base::Status serve_as(const ipc::ChildRole& role, const Controllers& controllers, ChildLog& log) {
  const auto message = ipc::read_message(role.control_fd, kStartTimeout);
  if (!message) return message.error();
  base::Result<ChildStart> start = parse_child_start(*message);
  if (!start) return start.error();
  if (base::Status user = become_user(*start); !user) return user;
  switch (role.role) {
    case ipc::Role::kWorker:
      return run_worker_child(role, *start, controllers, log);
    case ipc::Role::kBroker:
      return run_broker_child(role, *start, controllers, log);
  }
  return base::Status::ok();
}

}  // namespace

int run_child(const ipc::ChildRole& role, const Controllers& controllers) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);  // child_link.cc says why
  std::signal(SIGUSR2, SIG_IGN);
  base::install_crash_handler(ipc::process_name(role.role, role.id));
  // For the last word, when the loop that owned the descriptor has gone.
  const int last_fd = ::fcntl(role.control_fd, F_DUPFD_CLOEXEC, 0);
  ChildLog log(role.control_fd);
  const base::Status served = serve_as(role, controllers, log);
  if (served) return 0;
  static_cast<void>(
      ipc::write_message(last_fd, {{"type", "failed"}, {"text", served.error().text}}));
  return 1;
}

}  // namespace socketcluster::app
