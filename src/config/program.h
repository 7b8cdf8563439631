// SPDX-License-Identifier: MIT
// The program around a server: command line in, exit code out. The server itself comes as a
// function, so that all of this is tested without one.
//
// Called on the main thread, before there are others.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <socketcluster/options.h>

#include "base/log.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "config/command_line.h"
#include "config/loader.h"

namespace socketcluster::config {

// Serves until it is asked to stop. Nothing that is generated is missing in the options
// (generated_options.h). A failure is one line for people, printed as it is.
using StartFunction = base::UniqueFunction<base::Status(const Options&, base::Log&)>;

enum class StatusFormat { kTable, kJson };

struct Streams {
  std::ostream& out;  // what a command prints
  std::ostream& err;  // errors, one line each, and the log
};

// Prints what a running instance does; returns the exit code. Of the options, those count that say
// which instance is meant.
using StatusFunction = base::UniqueFunction<int(const Options&, StatusFormat, Streams)>;
// Asks a server how it is; returns the exit code. Of the options, those count that say where it
// listens.
using HealthFunction = base::UniqueFunction<int(const Options&, const HealthQuestion&, Streams)>;

// The commands of the stock program for the folder of an app; they return the exit code.
struct AppActions {
  base::UniqueFunction<int(const CreateWords&)> create;
  base::UniqueFunction<int(const RunWords&)> run;
};

// What the commands do that takes more than options.
struct Actions {
  StartFunction start;
  StatusFunction status;
  HealthFunction health;
  AppActions app = {};  // REQUIRES: complete for the stock program
};

enum ExitCode : int { kExitOk = 0, kExitFailure = 1, kExitUsage = 2 };

// `arguments` are those after the program's name.
int run_program(const Program& program, std::vector<std::string> arguments,
                const Environment& environment, Streams streams, Actions actions);

// The same for main(): standard streams, this process' variables, and argv[0]'s last part as the
// name when `program` has none.
int run_program(Program program, int argc, const char* const* argv, Actions actions);

// What `config print` prints: a config file with every used option.
std::string print_options(const Options& options);

}  // namespace socketcluster::config
