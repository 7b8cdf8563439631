// SPDX-License-Identifier: MIT
// How a process knows that it is the child of a master: one environment variable,
//
//   SOCKETCLUSTER_PROCESS=<role>:<id>:<control>[:deal=<descriptor>][:listen=<descriptor>]
//                         [:redirect=<descriptor>]
//
// Everything else comes as the first message on the control descriptor. The variable is taken out
// of the environment at once, and the descriptors are closed on exec, so that programs which a
// child starts inherit nothing.
//
// Call take_child_role() before there are threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace socketcluster::ipc {

enum class Role : std::uint8_t { kWorker, kBroker };

// "worker", "broker".
std::string_view role_name(Role role);

struct ChildRole {
  Role role = Role::kWorker;
  std::uint32_t id = 0;
  int control_fd = -1;   // see control_channel.h
  int deal_fd = -1;      // connections come through it (descriptor_channel.h); -1: none do
  int listen_fd = -1;    // a listening socket of the master's; -1: none
  int redirect_fd = -1;  // the same for `httpRedirectPort`
};

inline constexpr const char* kChildRoleVariable = "SOCKETCLUSTER_PROCESS";

// The variable's value.
std::string to_text(const ChildRole& role);
base::Result<ChildRole> parse_child_role(std::string_view text);

// "worker 0": what logs call the process.
std::string process_name(Role role, std::uint32_t id);

// Nothing when this process was started by hand.
std::optional<base::Result<ChildRole>> take_child_role();

}  // namespace socketcluster::ipc
