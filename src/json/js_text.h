// SPDX-License-Identifier: MIT
// What JavaScript's own conversions make of a JSON value. Error texts of the original contain
// values that a client sent, converted by string concatenation: "the a,b channel", "the undefined
// channel". REQUIRES everywhere: the scanner has accepted the value. Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <string>

#include "json/raw_value.h"

namespace socketcluster::json {

// `if (value)`: false for absent, null, false, "" and every number that is zero as a double.
bool is_truthy(const RawValue& value);

inline constexpr std::size_t kDefaultJsTextBytes = 1024;

// `${value}` as plain text (WTF-8, see text.h): strings as they are, null and undefined by name,
// arrays joined by commas (null in them is empty), objects as "[object Object]". Cut behind
// `max_bytes`: `{}` becomes fifteen characters, so that an answer would be longer than its request.
std::string js_text(const RawValue& value, std::size_t max_bytes = kDefaultJsTextBytes);

}  // namespace socketcluster::json
