// SPDX-License-Identifier: MIT
// The command `status`.
#pragma once

#include <socketcluster/options.h>

#include "config/program.h"

namespace socketcluster::app {

// Prints the reports of the running instances that `options` mean (appName, socketRoot). Returns
// the exit code: failure when there is none.
int show_status(const Options& options, config::StatusFormat format, config::Streams streams);

}  // namespace socketcluster::app
