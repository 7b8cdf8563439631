// SPDX-License-Identifier: MIT
// The commands of the stock program that are no server's: create and run, with their help. Thread
// rule: main thread.
#pragma once

#include <optional>

namespace socketcluster::project {

// The exit code; nothing when the first word is none of these commands.
std::optional<int> run_project_command(int argc, const char* const* argv);

}  // namespace socketcluster::project
