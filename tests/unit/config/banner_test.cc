// SPDX-License-Identifier: MIT
#include "config/banner.h"

#include <unistd.h>

#include <gtest/gtest.h>
#include <socketcluster/version.h>

#include <sstream>

namespace socketcluster::config {
namespace {

TEST(Banner, HasTheOriginalsForm) {
  std::ostringstream out;
  Options options;
  options.environment = "prod\n";
  write_launching_banner(out, options);
  write_started_banner(out, options, 4321);
  EXPECT_EQ(out.str(),
            "   [Busy] Launching SocketCluster\n"
            "   [Active] SocketCluster started\n"
            "            Version: " SOCKETCLUSTER_VERSION_STRING
            "\n"
            "            Environment: prod\\n\n"
            "            WebSocket engine: built in\n"
            "            Port: 4321\n"
            "            Master PID: " +
                std::to_string(getpid()) +
                "\n"
                "            Worker count: 1\n"
                "            Broker count: 1\n\n");
}

TEST(Banner, IsSilentAtLevelZero) {
  std::ostringstream out;
  Options options;
  options.log_level = 0;
  write_launching_banner(out, options);
  write_started_banner(out, options, 4321);
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace socketcluster::config
