// SPDX-License-Identifier: MIT
#include "config/banner.h"

#include <unistd.h>

#include <ostream>

#include <fmt/format.h>
#include <socketcluster/version.h>

#include "base/printable.h"
#include "base/socket_path.h"

namespace socketcluster::config {

void write_launching_banner(std::ostream& out, const Options& options) {
  if (options.log_level > 0) out << "   [Busy] Launching SocketCluster\n" << std::flush;
}

void write_started_banner(std::ostream& out, const Options& options, std::uint16_t port) {
  if (options.log_level == 0) return;
  const auto path = base::socket_path(options.host);
  const std::string place =
      path ? "Socket: " + base::printable(*path) : fmt::format("Port: {}", port);
  out << fmt::format(
             "   [Active] SocketCluster started\n"
             "            Version: {}\n"
             "            Environment: {}\n"
             "            WebSocket engine: built in\n"
             "            {}\n"
             "            Master PID: {}\n"
             "            Worker count: {}\n"
             "            Broker count: {}\n\n",
             SOCKETCLUSTER_VERSION_STRING, base::printable(options.environment), place, getpid(),
             options.workers, options.brokers)
      << std::flush;
}

}  // namespace socketcluster::config
