// SPDX-License-Identifier: MIT
// Between JSON text, as it stands in packets, and values, as user code has them. Thread rule: pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <socketcluster/json.h>

namespace socketcluster::json {

// Null for an empty text ("no data"); nothing when the text cannot be represented (a lone surrogate
// escape, a number out of range).
std::optional<Json> parse_json(std::string_view text);

// As JavaScript writes it: 2.5, 1e+21, -0 as 0 (json::append_value()). So a double without a
// fraction is read as an integer again; whoever wants a number of either kind asks for to_number().
// Always valid UTF-8, whatever bytes the value's strings have: a client would close its connection
// for others (RFC 6455 section 8.1). They become what json::append_string() makes of them.
std::string to_text(const Json& value);

}  // namespace socketcluster::json
