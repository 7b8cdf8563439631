// SPDX-License-Identifier: MIT
#include "app/serve.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "auth/token_keys.h"
#include "base/crash_handler.h"
#include "base/random.h"
#include "config/banner.h"
#include "net/signals.h"
#include "server/worker_core.h"

namespace socketcluster::app {
namespace {

// Descriptors that are no connections: loop, listener, files, log.
constexpr rlim_t kOwnDescriptors = 64;

// Raises the descriptor limit as far as allowed. Returns how many connections fit.
std::size_t raise_descriptor_limit(const Options& options, base::Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return options.max_connections;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
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

base::Status call_controller(const Controllers& controllers, server::WorkerCore& worker) {
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
  }
}

}  // namespace

base::Status serve(const Options& options, const Controllers& controllers, base::Log& log) {
  base::install_crash_handler("worker 0");
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code, not a signal
  if (options.workers > 1 || options.brokers > 1)
    return base::Failure{"this version runs one worker and one broker, in one process"};
  if (!options.downgrade_to_user.empty())
    return base::Failure{"this version cannot change its user: start it as that user"};
  config::write_launching_banner(std::cout, options);
  const std::size_t connection_limit = raise_descriptor_limit(options, log);

  base::SystemRandom random;
  auto keys = auth::TokenKeys::load({.auth_key = options.auth_key,
                                     .auth_private_key = options.auth_private_key,
                                     .auth_public_key = options.auth_public_key,
                                     .auth_algorithm = options.auth_algorithm,
                                     .auth_verify_algorithms = options.auth_verify_algorithms},
                                    random);
  if (!keys) return keys.error();
  server::WorkerCore worker(options, log, std::move(*keys));
  if (base::Status ready = call_controller(controllers, worker); !ready) return ready;
  bool stopping = false;
  net::Signals signals(worker.loop(), {SIGTERM, SIGINT}, [&](int /*number*/) {
    if (stopping) return worker.stop();
    stopping = true;
    worker.begin_shutdown();
  });
  if (base::Status listening = worker.listen(connection_limit); !listening) return listening;
  config::write_started_banner(std::cout, options, worker.port());
  worker.run();
  if (worker.has_crashed()) {
    // No destructor of the application runs, and the kernel still delivers what was answered.
    std::cout.flush();
    std::cerr.flush();
    std::_Exit(EXIT_FAILURE);
  }
  return base::Status::ok();
}

}  // namespace socketcluster::app
