// SPDX-License-Identifier: MIT
// JSON objects from people: the config file and SOCKETCLUSTER_OPTIONS.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.h"

namespace socketcluster::config {

// Comments and commas before a closing bracket are welcome in a file.
enum class Dialect { kStrict, kRelaxed };

// The failure is one line that begins with `name` and tells line and column of what is wrong.
base::Result<boost::json::object> parse_object(std::string_view text, std::string_view name,
                                               Dialect dialect);

// The whole file; at most kMaxConfigFileBytes.
base::Result<std::string> read_config_file(const std::string& path);

inline constexpr std::size_t kMaxConfigFileBytes = std::size_t{1024} * 1024;

}  // namespace socketcluster::config
