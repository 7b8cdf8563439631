// SPDX-License-Identifier: MIT
#include "json/js_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

#include "json/scanner.h"
#include "json/text.h"

namespace socketcluster::json {
namespace {

// Whether a number too great or too small for a double is the latter: looks at the power of ten of
// its first digit that is not 0.
bool is_underflow(std::string_view number) {
  const std::size_t e = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, e);
  const bool negative_exponent =
      e != std::string_view::npos && e + 1 < number.size() && number[e + 1] == '-';
  if (e == std::string_view::npos) return mantissa.find_first_of("123456789") > mantissa.find('.');
  std::string_view digits = number.substr(e + 1);
  if (digits.front() == '-' || digits.front() == '+') digits.remove_prefix(1);
  std::int64_t exponent = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc()) {
    return negative_exponent;  // beyond 64 bits: no mantissa of a message outweighs it
  }
  exponent = std::min(exponent, std::int64_t{1} << 40);  // no message is that long
  if (negative_exponent) exponent = -exponent;
  const std::size_t first = mantissa.find_first_of("123456789");
  const std::size_t point =
      mantissa.find('.') == std::string_view::npos ? mantissa.size() : mantissa.find('.');
  return exponent + static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) < 0;
}

// The nearest double, as JavaScript reads it: infinite when too great, 0 when too small.
double to_double(std::string_view number) {
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec == std::errc()) return value;
  if (is_underflow(number)) return 0;
  const double infinity = std::numeric_limits<double>::infinity();
  return number.front() == '-' ? -infinity : infinity;
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

// Appends an array's text. Arrays in arrays only add commas, so that one pass over the bytes, which
// takes every object in one step, does without a stack.
class ArrayText {
 public:
  ArrayText(std::string& out, std::string_view array, std::size_t max_bytes)
      : out_(out), scanner_(array, Scanner::kGreatestMaxDepth), max_bytes_(max_bytes) {}

  void append() {
    while (!scanner_.at_end() && out_.size() < max_bytes_) {
      scanner_.skip_whitespace();
      if (scanner_.take('[') || scanner_.take(']')) continue;
      if (scanner_.take(',')) {
        out_.push_back(',');
        continue;
      }
      append_element();
    }
  }

 private:
  void append_element() {
    RawValue element;
    if (!scanner_.take_value(element)) {  // only white space was left
      max_bytes_ = 0;
    } else if (element.type != Type::kNull) {
      out_.append(js_text(element, max_bytes_));
    }
  }

  std::string& out_;
  Scanner scanner_;
  std::size_t max_bytes_;
};

// Not in the middle of a character.
void cut(std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xc0) == 0x80) --max_bytes;
  text.resize(max_bytes);
}

}  // namespace

bool is_truthy(const RawValue& value) {
  switch (value.type) {
    case Type::kAbsent:
    case Type::kNull:
    case Type::kFalse:
      return false;
    case Type::kTrue:
    case Type::kArray:
    case Type::kObject:
      return true;
    case Type::kString:
      return !value.contents().empty();
    case Type::kNumber:
      return to_double(value.text) != 0;
  }
  return false;
}

void append_js_number(std::string& out, std::string_view number) {
  double value = to_double(number);
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

std::string js_text(const RawValue& value, std::size_t max_bytes) {
  std::string out;
  switch (value.type) {
    case Type::kAbsent:
      out = "undefined";
      break;
    case Type::kNull:
    case Type::kFalse:
    case Type::kTrue:
      out = value.text;
      break;
    case Type::kNumber:
      append_js_number(out, value.text);
      break;
    case Type::kString:
      append_unescaped(out, value.contents());
      break;
    case Type::kArray:
      ArrayText(out, value.text, max_bytes).append();
      break;
    case Type::kObject:
      out = "[object Object]";
      break;
  }
  cut(out, max_bytes);
  return out;
}

}  // namespace socketcluster::json
