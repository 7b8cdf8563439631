// SPDX-License-Identifier: MIT
// Moves one value between its text or JSON form and the Options struct, checked against its row.
//
// Pure functions; may be called from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include <socketcluster/options.h>

#include "base/result.h"
#include "config/option_table.h"

namespace socketcluster::config {

// The text of a flag or variable as JSON: "8000" -> 8000, "10s" -> 10000, "64KiB" -> 65536, "yes"
// -> true. Text that does not fit the type becomes a JSON string, which assign() refuses in its
// usual words.
boost::json::value value_from_text(const OptionSpec& spec, std::string_view text);

// Checks `value` and stores it. null stands for the default. `place` says where the value stands,
// "--port" or "sc.json: port"; the failure is one line that names it, the value and what would be
// right.
base::Status assign(const OptionSpec& spec, const boost::json::value& value, std::string_view place,
                    Options& options);

// The stored value; null for an empty text that stands for a default.
// REQUIRES: the row has a field.
boost::json::value stored_value(const OptionSpec& spec, const Options& options);

// The default for people: "8000 ms", "1 MiB", "on", "all interfaces".
std::string default_text(const OptionSpec& spec);

// Whether `value` (not null) asks for something else than the default.
bool differs_from_default(const OptionSpec& spec, const boost::json::value& value);

// One sentence per stored value that is out of its row's range, for Options that were set in code.
void check_range(const OptionSpec& spec, const Options& options, std::vector<std::string>& errors);

// How the original words a time that its timers cannot take.
std::string time_too_long(const OptionSpec& spec);

}  // namespace socketcluster::config
