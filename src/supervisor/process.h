// SPDX-License-Identifier: MIT
// Starts this program again as a child: fork and exec, never fork alone, by the path of the
// executable, so that a new one in its place is picked up.
//
// A child inherits standard input and output, the descriptors that it is meant to have, and no
// other; its signal mask is empty; it gets SIGKILL when the master dies. Thread rule: the thread
// that starts children must live as long as they do.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace socketcluster::supervisor {

struct ProcessImage {
  std::string path;  // of the executable
  std::vector<std::string> arguments;

  // This process, whose executable was not replaced yet, with the arguments that it was started
  // with: main() may have changed those that it passes on. `argv` where the system does not tell.
  static ProcessImage here(int argc, const char* const* argv);
};

struct ChildEnvironment {
  std::vector<std::string> variables = {};  // "NAME=value", beside those of this process
  std::vector<int> descriptors = {};        // to inherit, under the same numbers
  int error_output = -1;                    // becomes standard error
};

// The child's process id. The failure says why there is none, for instance that the executable has
// gone.
base::Result<pid_t> start_process(const ProcessImage& image, const ChildEnvironment& environment);

}  // namespace socketcluster::supervisor
