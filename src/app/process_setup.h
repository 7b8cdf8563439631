// SPDX-License-Identifier: MIT
// What every process that serves does first. Call these before there are threads.
#pragma once

#include <cstddef>

#include <socketcluster/options.h>
#include <socketcluster/run.h>

#include "auth/token_keys.h"
#include "base/log.h"
#include "base/result.h"
#include "server/worker_core.h"

namespace socketcluster::app {

// Raises the descriptor limit as far as allowed.
void raise_descriptor_limit();

// How many connections of clients fit: `maxConnections`, or what the descriptor limit allows; a
// warning when that is less.
std::size_t connection_limit(const Options& options, base::Log& log);

// Becomes the user of the option `downgradeToUser`, for good, if there is one.
base::Status downgrade(const Options& options);

base::Result<auth::TokenKeys> load_token_keys(const Options& options);

// Serves `public`, and lets the worker controller add the rest. The failure has the text of what
// the controller has thrown.
base::Status call_worker_controller(const Controllers& controllers, server::WorkerCore& worker);

}  // namespace socketcluster::app
