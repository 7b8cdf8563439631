// SPDX-License-Identifier: MIT
// The asking side of status_endpoint.h: finds the instances of this user that run, and asks them.
//
// Blocks; for a program that does nothing else.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <socketcluster/json.h>

#include "base/result.h"

namespace socketcluster::supervisor {

struct StatusQuery {
  std::string app_name;     // empty: any
  std::string socket_root;  // the option; empty: below `temporary_directory`
  std::string temporary_directory;
  std::chrono::milliseconds patience{5000};
};

struct StatusAnswers {
  std::vector<JsonObject> reports;
  std::vector<std::string> problems;  // one line each, of instances that run and do not answer
};

// What has no master is passed over.
StatusAnswers ask_for_status(const StatusQuery& query);

}  // namespace socketcluster::supervisor
