// SPDX-License-Identifier: MIT
// What the server prints on standard output when it starts, in the original's form, so that scripts
// that wait for "SocketCluster started" go on working. Nothing is printed with `logLevel` 0.
#pragma once

#include <cstdint>
#include <iosfwd>

#include <socketcluster/options.h>

namespace socketcluster::config {

// Before anything else is done.
void write_launching_banner(std::ostream& out, const Options& options);

// When clients can connect. `port` is the one that is really listened on.
void write_started_banner(std::ostream& out, const Options& options, std::uint16_t port);

}  // namespace socketcluster::config
