// SPDX-License-Identifier: MIT
// How an app in the working directory is built: with CMake, into build/, as target `server`.
// Thread rule: main thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "project/command.h"

namespace socketcluster::project {

// Whether there is an app, and what is needed to build it.
base::Status check_app();

// To be run one after the other, each when the one before has ended well.
std::vector<Command> build_steps(ProcessGroup group);

// Gives that date to what is newer in build/. A source that is changed while it is compiled is
// older than its object, so that neither make nor ninja would compile it again; with the date at
// which the build began they do.
void date_outputs(std::filesystem::file_time_type time);

// build/server start ARGUMENT...
inline constexpr const char* kServer = "build/server";
Command server_command(const std::vector<std::string>& arguments);
// The failure says that the build has not made it.
base::Status check_server();

}  // namespace socketcluster::project
