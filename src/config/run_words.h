// SPDX-License-Identifier: MIT
// The words of the command `run`: all but its own go to the app, and all that stand after "--".
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/command_line.h"

namespace socketcluster::config {

// `arguments` begins with "run".
base::Result<CommandLine> parse_run_words(const Program& program,
                                          const std::vector<std::string>& arguments);

}  // namespace socketcluster::config
