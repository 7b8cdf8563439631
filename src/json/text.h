// SPDX-License-Identifier: MIT
// Between JSON's escaped strings and plain ones.
//
// Plain strings are WTF-8: UTF-8, in which a surrogate that had no partner in its JavaScript string
// takes the three bytes ED A0..BF 80..BF. Thereby two names are equal here exactly when they are in
// JavaScript. Such bytes never leave the process: append_string() writes them as \udXXX. Thread
// rule: none, pure.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

#include "json/raw_value.h"

namespace socketcluster::json {

// Appends the value of a string from between its quotes. REQUIRES: the scanner has accepted it.
void append_unescaped(std::string& out, std::string_view contents);

// The value of a string; `scratch` is overwritten, and owns the result, only when there are
// escapes. REQUIRES: value.is_string(), and that the scanner has accepted it.
std::string_view string_value(const RawValue& value, std::string& scratch);

// Whether the value of a string equals `plain`. Allocates nothing. REQUIRES: as above.
bool string_equals(const RawValue& value, std::string_view plain);

// Appends `plain` as a JSON string with its quotes, escaped as JSON.stringify does it. Always valid
// UTF-8: bytes that are not WTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view plain);

// Writes the escape that JSON.stringify makes of `c`, at most six bytes, and returns its end.
// REQUIRES: a quote, a backslash or a control character below 0x20.
char* write_escape(char* out, char c);

// Takes the first code point of `rest` off: a lone surrogate counts as one, a byte that is not
// WTF-8 is U+FFFD. REQUIRES: rest is not empty.
char32_t take_code_point(std::string_view& rest);

template <std::integral T>
void append_integer(std::string& out, T value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

}  // namespace socketcluster::json
