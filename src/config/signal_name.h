// SPDX-License-Identifier: MIT
// Names of the signals that end a process, for options. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace socketcluster::config {

// "SIGHUP" -> 1. Nothing for what is no such signal: stopping a process would not end it.
std::optional<int> signal_number(std::string_view name);

}  // namespace socketcluster::config
