// SPDX-License-Identifier: MIT
// The value of a JSON number, and the form in which JavaScript prints it.
// REQUIRES everywhere: the text has the grammar of a number. Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace socketcluster::json {

// The nearest double, as JavaScript reads it: infinite when too great, 0 when too small.
double to_double(std::string_view number);

// Whether every parser can be expected to make the right number of it: it is finite as a double,
// its exponent has at most kMaxExponentDigits digits (without leading zeros), and no more than two
// when the rest is zero: Boost.JSON computes 0e309 as zero times infinity and gets NaN.
bool is_portable_number(std::string_view number);
inline constexpr int kMaxExponentDigits = 6;

// As Number::toString of ECMA-262: 1.50 as 1.5, 1e21 as 1e+21, -0 as 0.
void append_js_number(std::string& out, std::string_view number);
void append_js_number(std::string& out, double number);  // REQUIRES: not NaN

// The same into a buffer with room for kMaxNumberChars; returns the end. REQUIRES: not NaN.
char* write_js_number(char* out, double number);
inline constexpr std::size_t kMaxNumberChars = 32;

}  // namespace socketcluster::json
