// SPDX-License-Identifier: MIT
// Where a value lies in the key-value store: the names from the root down. Lists are addressed by
// index, written as a decimal number. Thread rule: values.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace socketcluster::broker {

// Never empty where one is asked for.
using DataKey = std::vector<std::string>;

// A number becomes the text that JavaScript makes of it; nothing for what is neither.
std::optional<std::string> to_data_name(const boost::json::value& name);

// From a string, a number or an array of them, which may have `max_depth` elements. A number
// becomes the text that JavaScript makes of it.
base::Result<DataKey> to_data_key(const boost::json::value& key, std::size_t max_depth);

}  // namespace socketcluster::broker
