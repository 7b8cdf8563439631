// SPDX-License-Identifier: MIT
// Puts the options together from all places where they can be set. A later one wins:
//
//   defaults < config file < environment variables < flags < SOCKETCLUSTER_OPTIONS
//
// That the last variable beats even flags is the original's order. Nothing is skipped silently:
// what is wrong is an error, what has no effect is a notice.
//
// Pure but for reading the config file; may be called from any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <socketcluster/options.h>

#include "base/result.h"
#include "config/option_table.h"

namespace socketcluster::config {

using Environment = std::map<std::string, std::string, std::less<>>;

// The variables of this process. Call it before there are threads.
Environment current_environment();

struct FlagValue {
  const OptionSpec* spec = nullptr;
  std::string flag;  // as it was written: "--port" or "-p"
  std::string text;
};

struct Sources {
  std::optional<std::string> config_file;  // else SOCKETCLUSTER_CONFIG names it, else there is none
  Environment environment;
  std::vector<FlagValue> flags;
};

struct Loaded {
  Options options;
  std::vector<std::string> errors;   // one line each; options are unusable when there are any
  std::vector<std::string> notices;  // one line each: what was accepted without effect
};

Loaded load(const Sources& sources);

inline constexpr std::string_view kConfigVariable = "SOCKETCLUSTER_CONFIG";
inline constexpr std::string_view kOptionsVariable = "SOCKETCLUSTER_OPTIONS";

}  // namespace socketcluster::config
