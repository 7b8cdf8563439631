// SPDX-License-Identifier: MIT
// Writes values as JavaScript's JSON.stringify does, but for integers, which keep all of their
// digits. Thread rule: pure.
#pragma once

#include <string>

#include <socketcluster/json.h>

namespace socketcluster::json {

// Appends `value` as JSON text without blanks; numbers in the form of json::append_js_number(), NaN
// and infinity as null. Bytes above 127 are copied as they are, also those that are no UTF-8.
void append_value(std::string& out, const Json& value);

}  // namespace socketcluster::json
