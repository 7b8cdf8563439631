// SPDX-License-Identifier: MIT
#include "json/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>

#include "json/text.h"

namespace socketcluster::json {
namespace {

// For a number too great or too small for a double: whether it is the latter. Looks at the power of
// ten of the first digit that is not 0.
bool is_underflow(std::string_view number) {
  constexpr std::int64_t kBeyondAnyMessage = std::int64_t{1} << 40;
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, e);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string_view digits = number.substr(std::min(e + 1, number.size()));
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (read.ec == std::errc::result_out_of_range) exponent = kBeyondAnyMessage;
  exponent = std::min(exponent, kBeyondAnyMessage);
  return (negative ? -exponent : exponent) + static_cast<std::int64_t>(point) <
         static_cast<std::int64_t>(first);
}

// ECMA-262 6.1.6.1.20 step 6 on: `digits` are the shortest decimal digits, value = 0.digits * 10^n.
void append_digits(std::string& out, std::string_view digits, int n) {
  const int k = static_cast<int>(digits.size());
  if (k <= n && n <= 21) {
    out.append(digits).append(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    out.append(digits.substr(0, static_cast<std::size_t>(n))).push_back('.');
    out.append(digits.substr(static_cast<std::size_t>(n)));
  } else if (-6 < n && n <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-n), '0').append(digits);
  } else {
    out.push_back(digits.front());
    if (k > 1) out.append(1, '.').append(digits.substr(1));
    out.append(n > 0 ? "e+" : "e-");
    append_integer(out, n > 0 ? n - 1 : 1 - n);
  }
}

void append_finite(std::string& out, double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  std::string digits;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits.push_back(*at);
  }
  int exponent = 0;
  std::from_chars(at[1] == '+' ? at + 2 : at + 1, end, exponent);
  append_digits(out, digits, exponent + 1);
}

}  // namespace

double to_double(std::string_view number) {
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec == std::errc()) return value;
  if (is_underflow(number)) return 0;
  const double infinity = std::numeric_limits<double>::infinity();
  return number.front() == '-' ? -infinity : infinity;
}

bool is_portable_number(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  std::string_view exponent = number.substr(e);
  exponent.remove_prefix(std::min(exponent.find_first_of("123456789"), exponent.size()));
  if (exponent.size() > kMaxExponentDigits) return false;
  if (number.substr(0, e).find_first_of("123456789") == std::string_view::npos) {
    return exponent.size() <= 2;
  }
  // The usual case needs no conversion: below 10^(200+99).
  return (e <= 200 && exponent.size() <= 2) || std::isfinite(to_double(number));
}

void append_js_number(std::string& out, std::string_view number) {
  append_js_number(out, to_double(number));
}

void append_js_number(std::string& out, double value) {
  if (value == 0) {
    out.push_back('0');
    return;
  }
  if (value < 0) {
    out.push_back('-');
    value = -value;
  }
  if (value > std::numeric_limits<double>::max()) {
    out.append("Infinity");
  } else {
    append_finite(out, value);
  }
}

}  // namespace socketcluster::json
