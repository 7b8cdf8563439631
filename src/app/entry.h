// SPDX-License-Identifier: MIT
// Where every process of an instance begins: a child of a master becomes what it is told to be,
// anything else reads its command line.
#pragma once

#include <socketcluster/run.h>

#include "config/program.h"

namespace socketcluster::app {

// Returns the exit code. Called on the main thread, before there are others. `app`: of the stock
// program.
int enter(const config::Program& program, int argc, char** argv, const Controllers& controllers,
          config::AppActions app = {});

}  // namespace socketcluster::app
