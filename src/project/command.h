// SPDX-License-Identifier: MIT
// Other programs: npm, cmake, the app. They inherit standard input and output, and end with this
// process. Thread rule: main thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace socketcluster::project {

enum class ProcessGroup {
  kOurs,
  kOwn,  // everything that it starts can be ended with it
};

struct Command {
  std::vector<std::string> words;        // the first is looked for in PATH unless it has a slash
  std::filesystem::path directory = {};  // empty: the present one
  ProcessGroup group = ProcessGroup::kOurs;
};

bool is_in_path(std::string_view program);

// The process id. One that cannot be executed ends with code 127 and a line on standard error.
base::Result<pid_t> start_command(const Command& command);

// Waits for its end. The exit code, or 128 and the signal that killed it, as a shell has it.
int wait_for(pid_t pid);
// The same from what waitpid() has said.
int exit_code(int wait_status);

}  // namespace socketcluster::project
