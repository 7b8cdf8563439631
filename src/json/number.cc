// SPDX-License-Identifier: MIT
#include "json/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>

namespace socketcluster::json {
namespace {

// A number with more digits before its point has an exponent instead.
constexpr int kLongestInteger = 21;
constexpr int kExponentDigits = 3;

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

// Below it, integers are exact, and the shortest decimal form has no digits behind the point.
constexpr double kMaxExact = 9007199254740992;
constexpr double kMinFixed = 1e-6;

char* copy(char* out, std::string_view text) {
  return std::copy(text.begin(), text.end(), out);
}

// ECMA-262 6.1.6.1.20 from step 6 on, for numbers without a point or with an exponent: `digits` are
// the shortest decimal digits, value = 0.digits * 10^n.
char* write_digits(char* out, std::string_view digits, int n) {
  const int k = static_cast<int>(digits.size());
  if (k <= n && n <= kLongestInteger) return std::fill_n(copy(out, digits), n - k, '0');
  *out++ = digits.front();
  if (k > 1) out = copy(copy(out, "."), digits.substr(1));
  out = copy(out, n > 0 ? "e+" : "e-");
  return std::to_chars(out, out + kExponentDigits, n > 0 ? n - 1 : 1 - n).ptr;
}

// REQUIRES: greater than 0, and finite.
char* write_positive(char* out, double value) {
  // Then the shortest digits are in their places already.
  if (value >= kMinFixed && value < kMaxExact) {
    constexpr std::size_t kRoom = kMaxNumberChars - 1;  // behind the sign
    return std::to_chars(out, out + kRoom, value, std::chars_format::fixed).ptr;
  }
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  char digits[sizeof text];
  char* const digits_end = std::remove_copy(text, std::find(text, end, 'e'), digits, '.');
  const char* exponent_at = std::find(text, end, 'e') + 1;
  if (*exponent_at == '+') ++exponent_at;
  int exponent = 0;
  std::from_chars(exponent_at, end, exponent);
  return write_digits(out, {digits, digits_end}, exponent + 1);
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
  char text[kMaxNumberChars];
  out.append(text, write_js_number(text, value));
}

char* write_js_number(char* out, double value) {
  if (value == 0) return copy(out, "0");
  if (value < 0) {
    *out++ = '-';
    value = -value;
  }
  if (value > std::numeric_limits<double>::max()) return copy(out, "Infinity");
  return write_positive(out, value);
}

}  // namespace socketcluster::json
