// SPDX-License-Identifier: MIT
#include "config/banner.h"

#include <unistd.h>

#include <ostream>

#include <fmt/format.h>
#include <socketcluster/version.h>

#include "base/printable.h"

namespace socketcluster::config {

void write_launching_banner(std::ostream& out, const Options& options) {
  if (options.log_level > 0) out << "   [Busy] Launching SocketCluster\n" << std::flush;
}

void write_started_banner(std::ostream& out, const Options& options, std::uint16_t port) {
  if (options.log_level == 0) return;
  out << fmt::format(
             "   [Active] SocketCluster started\n"
             "            Version: {}\n"
             "            Environment: {}\n"
             "            WebSocket engine: built in\n"
             "            Port: {}\n"
             "            Master PID: {}\n"
             "            Worker count: {}\n"
             "            Broker count: {}\n\n",
             SOCKETCLUSTER_VERSION_STRING, base::printable(options.environment), port, getpid(),
             options.workers, options.brokers)
      << std::flush;
}

}  // namespace socketcluster::config
