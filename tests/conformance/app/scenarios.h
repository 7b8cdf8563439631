// SPDX-License-Identifier: MIT
// The logic of conformance_app, by scenario; tests/conformance/README.md says what each does.
#pragma once

#include <string>

#include <socketcluster/socketcluster.h>

namespace conformance {

using Scenario = void (*)(socketcluster::Worker& worker);

// Null: a scenario without logic.
Scenario find_scenario(const std::string& name);

// For tests with real clients: calls of every kind, tokens, kick-outs and ends, without middleware.
void scenario_interop(socketcluster::Worker& worker);
// The same with rules on every line of middleware.
void scenario_rules(socketcluster::Worker& worker);
// The same as the first with the codec sc-codec-min-bin.
void scenario_codec(socketcluster::Worker& worker);
// Tells clients what it knows of their encrypted connections; sockets need a certificate.
void scenario_tls(socketcluster::Worker& worker);

}  // namespace conformance
