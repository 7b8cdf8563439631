// SPDX-License-Identifier: MIT
// A process that a master has started.
#pragma once

#include <socketcluster/run.h>

#include "ipc/child_role.h"

namespace socketcluster::app {

// Serves until the master says otherwise. Returns the exit code: 0 after an orderly end, 1 when it
// could not serve, which the master has been told.
int run_child(const ipc::ChildRole& role, const Controllers& controllers);

}  // namespace socketcluster::app
