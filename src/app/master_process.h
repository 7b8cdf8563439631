// SPDX-License-Identifier: MIT
// The process that was started by hand, with workers and brokers below it.
#pragma once

#include <socketcluster/options.h>
#include <socketcluster/run.h>

#include "base/log.h"
#include "base/result.h"
#include "supervisor/process.h"

namespace socketcluster::app {

// Runs an instance to its end. A failure says in one line why it could not be started or did not
// last.
base::Status run_master(const Options& options, const Controllers& own,
                        const supervisor::ProcessImage& image, base::Log& log);

}  // namespace socketcluster::app
