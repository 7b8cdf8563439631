// SPDX-License-Identifier: MIT
// The command `health`: one HTTP request, for the health checks of containers.
#pragma once

#include <socketcluster/options.h>

#include "config/program.h"

namespace socketcluster::app {

// Asks for /health-check and prints one line. Returns the exit code: failure unless the answer is
// 200 in time.
int check_health(const Options& options, const config::HealthQuestion& question,
                 config::Streams streams);

}  // namespace socketcluster::app
