// SPDX-License-Identifier: MIT
// How a UNIX socket is told from a host: "unix:run/app.sock", or any name that begins with a slash.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::base {

// The path when `host` names a UNIX socket.
inline std::optional<std::string> socket_path(std::string_view host) {
  constexpr std::string_view kPrefix = "unix:";
  if (host.starts_with(kPrefix)) return std::string(host.substr(kPrefix.size()));
  if (host.starts_with('/')) return std::string(host);
  return std::nullopt;
}

// The kernel's limit (sun_path without its end).
inline constexpr std::size_t kLongestSocketPath = 107;

}  // namespace socketcluster::base
