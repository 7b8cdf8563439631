// SPDX-License-Identifier: MIT
// Serving as one process (`workers` is 0): descriptor limit, signals, start-up banner, a worker
// until the end.
#pragma once

#include <socketcluster/run.h>

#include "base/log.h"
#include "base/result.h"

namespace socketcluster::app {

// Runs one worker in this process until SIGTERM or SIGINT; a later one ends it at once
// (net/stop_signals.h). `options` are valid. A failure says in one line why serving was not
// possible.
base::Status serve_alone(const Options& options, const Controllers& own, base::Log& log);

}  // namespace socketcluster::app
