// SPDX-License-Identifier: MIT
// Where the command `health` asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <socketcluster/options.h>

#include "base/result.h"

namespace socketcluster::app {

struct HealthTarget {
  std::string host = {};
  std::string port = {};
  std::string path = {};
  std::optional<std::string> socket = {};  // a UNIX socket in the place of host and port
  bool is_encrypted = false;
  // Known by its URL, so its certificate must be that of the host. Without one it is the server of
  // this machine, whose certificate has a name that others know it by.
  bool is_verified = false;

  // As in the request's Host header.
  std::string authority() const;
  // For people.
  std::string name() const;
};

// "http://host:port/path", or https. Another path than "/" takes the place of /health-check.
base::Result<HealthTarget> health_target(std::string_view url);

// Where a server with these options listens, as seen from its own machine.
base::Result<HealthTarget> health_target(const Options& options);

}  // namespace socketcluster::app
