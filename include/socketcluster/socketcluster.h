// SPDX-License-Identifier: MIT
// Everything that an application needs. Start with worker.h and socket.h.
#pragma once

#include <socketcluster/auth.h>
#include <socketcluster/broker.h>
#include <socketcluster/codec.h>
#include <socketcluster/coroutine.h>
#include <socketcluster/data_store.h>
#include <socketcluster/error.h>
#include <socketcluster/exchange.h>
#include <socketcluster/http.h>
#include <socketcluster/json.h>
#include <socketcluster/master.h>
#include <socketcluster/middleware.h>
#include <socketcluster/options.h>
#include <socketcluster/run.h>
#include <socketcluster/server.h>
#include <socketcluster/socket.h>
#include <socketcluster/tls.h>
#include <socketcluster/version.h>
#include <socketcluster/worker.h>
