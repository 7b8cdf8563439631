// SPDX-License-Identifier: MIT
// What a child is told at its start, read from the master's first message. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <socketcluster/json.h>
#include <socketcluster/options.h>

#include "base/result.h"
#include "tls/credentials.h"

namespace socketcluster::app {

struct ChildStart {
  Options options;
  bool is_respawn = false;
  std::string socket_directory;
  std::uint16_t port = 0;                      // that is really listened on
  std::optional<tls::Parcel> tls;              // of a worker that serves https
  std::vector<std::uint32_t> awaited_workers;  // of a broker that was started again

  std::string broker_socket(std::uint32_t broker) const {
    return socket_directory + "/b" + std::to_string(broker);
  }
};

base::Result<ChildStart> parse_child_start(const JsonObject& message);

}  // namespace socketcluster::app
