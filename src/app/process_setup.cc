// SPDX-License-Identifier: MIT
#include "app/process_setup.h"

#include <sys/resource.h>

#include <exception>
#include <string>

#include "base/random.h"
#include "supervisor/user.h"

namespace socketcluster::app {
namespace {

// Descriptors that are no connections: loop, listener, files, log, other processes.
constexpr rlim_t kOwnDescriptors = 64;

}  // namespace

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t connection_limit(const Options& options, base::Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return options.max_connections;
  const rlim_t usable =
      limit.rlim_cur > kOwnDescriptors * 2 ? limit.rlim_cur - kOwnDescriptors : limit.rlim_cur / 2;
  if (options.max_connections > usable) {
    log.warning("maxConnections is " + std::to_string(options.max_connections) +
                ", but the descriptor limit allows " + std::to_string(usable) +
                " connections; raise it with 'ulimit -n' or LimitNOFILE=");
    return usable;
  }
  return options.max_connections == 0 ? usable : options.max_connections;
}

base::Status downgrade(const Options& options) {
  if (options.downgrade_to_user.empty()) return base::Status::ok();
  const base::Result<supervisor::User> user = supervisor::find_user(options.downgrade_to_user);
  if (!user) return user.error();
  if (base::Status may = supervisor::check_may_start_as(*user); !may) return may;
  return supervisor::become(*user);
}

base::Result<auth::TokenKeys> load_token_keys(const Options& options) {
  base::SystemRandom random;
  return auth::TokenKeys::load({.auth_key = options.auth_key,
                                .auth_private_key = options.auth_private_key,
                                .auth_public_key = options.auth_public_key,
                                .auth_algorithm = options.auth_algorithm,
                                .auth_verify_algorithms = options.auth_verify_algorithms},
                               random);
}

base::Status call_worker_controller(const Controllers& controllers, server::WorkerCore& worker) {
  if (base::Status opened = worker.open_access_log(); !opened) return opened;
  if (!worker.options().public_directory.empty()) {
    base::Status served = worker.serve_static(worker.options().public_directory);
    if (!served) return served;
  }
  if (!controllers.worker) return base::Status::ok();
  try {
    controllers.worker(worker.api());
    return base::Status::ok();
  } catch (const std::exception& error) {
    return base::Failure{std::string("the worker controller failed: ") + error.what()};
  } catch (...) {
    return base::Failure{"the worker controller failed"};
  }
}

}  // namespace socketcluster::app
