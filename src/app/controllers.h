// SPDX-License-Identifier: MIT
// The controllers of a process: those of the program, and those in the files that the options name.
// A file takes the place of the program's own controller; that of `initController` is called before
// either.
//
// Thread rule: main thread, before there are others.
#pragma once

#include <socketcluster/options.h>
#include <socketcluster/run.h>

#include "base/log.h"
#include "base/result.h"

namespace socketcluster::app {

// For one kind of process each. `own` must outlive what is returned.
base::Result<Controllers> worker_controllers(const Options& options, const Controllers& own);
base::Result<Controllers> broker_controllers(const Options& options, const Controllers& own);
base::Result<Controllers> master_controllers(const Options& options, const Controllers& own);

// Waits until all files are there, for at most `controllerBootTimeout`: a volume may be mounted
// later than the container starts. SIGTERM and SIGINT end the wait with a failure.
base::Status await_controller_files(const Options& options, base::Log& log);

}  // namespace socketcluster::app
