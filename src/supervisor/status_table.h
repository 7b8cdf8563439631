// SPDX-License-Identifier: MIT
// A status report (status_collector.h) for people. Pure.
#pragma once

#include <string>

#include <socketcluster/json.h>

namespace socketcluster::supervisor {

// A line about the instance and a table with a line for each process. What a process has not told
// is
// "-". Ends with a newline.
std::string status_table(const JsonObject& report);

}  // namespace socketcluster::supervisor
