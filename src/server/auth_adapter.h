// SPDX-License-Identifier: MIT
// Between the public types of authentication and those of the auth layer. Thread rule: loop thread.
#pragma once

#include <memory>

#include <socketcluster/auth.h>
#include <socketcluster/socket.h>

#include "auth/auth_engine.h"
#include "server/worker_log.h"

namespace socketcluster::server {

auth::SignOptions sign_options(const AuthTokenOptions& options);

// An application's engine as the server calls it. `log` must outlive it.
std::unique_ptr<auth::AuthEngine> adapt_auth_engine(std::unique_ptr<AuthEngine> engine,
                                                    WorkerLog& log);

}  // namespace socketcluster::server
