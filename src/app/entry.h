// SPDX-License-Identifier: MIT
// Where every process of an instance begins: a child of a master becomes what it is told to be,
// anything else reads its command line.
#pragma once

#include <socketcluster/run.h>

#include "config/command_line.h"

namespace socketcluster::app {

// Returns the exit code. Called on the main thread, before there are others.
int enter(const config::Program& program, int argc, char** argv, const Controllers& controllers);

}  // namespace socketcluster::app
