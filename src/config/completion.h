// SPDX-License-Identifier: MIT
// Scripts that complete the program's commands, flags and values in a shell. Made from the command
// table and the help pages, so they know what those know.
//
// Pure; may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/command_line.h"

namespace socketcluster::config {

// For `shell` "bash" or "zsh".
std::string completion_script(const Program& program, std::string_view shell);

}  // namespace socketcluster::config
