// SPDX-License-Identifier: MIT
// The command `run`: builds the app in the working directory and starts it. Thread rule: main
// thread.
#pragma once

#include <string>
#include <vector>

namespace socketcluster::project {

struct RunRequest {
  bool watch = false;                       // builds again when a file changes (watch_loop.h)
  std::vector<std::string> arguments = {};  // of `start`
};

// Returns the exit code. Without `watch` the app takes this process over when it is built.
int run_app(const RunRequest& request);

}  // namespace socketcluster::project
