// SPDX-License-Identifier: MIT
#include "json/scanner.h"

#include <cstring>

#include "json/number.h"

namespace socketcluster::json {
namespace {

// So few characters without an exponent are below 10^308.
constexpr std::size_t kShortNumber = 300;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

const char* after_digits(const char* at, const char* end) {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

}  // namespace

void Scanner::skip_whitespace_run() {
  while (cursor_ != end_ &&
         (*cursor_ == ' ' || *cursor_ == '\n' || *cursor_ == '\r' || *cursor_ == '\t')) {
    ++cursor_;
  }
}

// The last 15 bytes of the text: one load that ends at the text's end, when it has 16 bytes at all.
const char* Scanner::find_string_special_near_end(const char* from) const {
#if defined(__SSE2__)
  if (end_ - begin_ >= 16) {
    const std::uint32_t mask = detail::string_special_mask(end_ - 16) >> (16 - (end_ - from));
    return mask != 0 ? from + __builtin_ctz(mask) : end_;
  }
#endif
  while (from != end_ && *from != '"' && *from != '\\' &&
         static_cast<unsigned char>(*from) > 0x1f) {
    ++from;
  }
  return from;
}

// Null when it is no escape of RFC 8259 section 7.
const char* Scanner::after_escape(const char* backslash, const char* end) {
  if (end - backslash < 2) return nullptr;
  switch (backslash[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return backslash + 2;
    case 'u':
      if (end - backslash < 6) return nullptr;
      for (int i = 2; i < 6; ++i) {
        if (!is_hex_digit(backslash[i])) return nullptr;
      }
      return backslash + 6;
    default:
      return nullptr;
  }
}

bool Scanner::take_number() {
  const char* at = cursor_;
  if (at != end_ && *at == '-') ++at;
  if (at == end_ || !is_digit(*at)) return false;
  at = *at == '0' ? at + 1 : after_digits(at, end_);
  if (at != end_ && *at == '.') {
    const char* fraction = at + 1;
    at = after_digits(fraction, end_);
    if (at == fraction) return false;
  }
  const bool has_exponent = at != end_ && (*at == 'e' || *at == 'E');
  if (has_exponent) {
    const char* exponent = at + 1;
    if (exponent != end_ && (*exponent == '+' || *exponent == '-')) ++exponent;
    at = after_digits(exponent, end_);
    if (at == exponent) return false;
  }
  const std::string_view number(cursor_, static_cast<std::size_t>(at - cursor_));
  if ((has_exponent || number.size() > kShortNumber) && !is_portable_number(number)) return false;
  cursor_ = at;
  return true;
}

bool Scanner::take_literal(std::string_view literal) {
  if (static_cast<std::size_t>(end_ - cursor_) < literal.size()) return false;
  if (std::memcmp(cursor_, literal.data(), literal.size()) != 0) return false;
  cursor_ += literal.size();
  return true;
}

bool Scanner::take_scalar(RawValue& out) {
  switch (peek()) {
    case '"':
      out.type = Type::kString;
      return take_plain_string(out.has_escapes);
    case 't':
      out.type = Type::kTrue;
      return take_literal("true");
    case 'f':
      out.type = Type::kFalse;
      return take_literal("false");
    case 'n':
      out.type = Type::kNull;
      return take_literal("null");
    default:
      out.type = Type::kNumber;
      return take_number();
  }
}

// `"name" :` inside of an object, up to the value.
bool Scanner::take_name() {
  bool has_escapes = false;
  if (!take_plain_string(has_escapes)) return false;
  skip_whitespace();
  if (!take(':')) return false;
  skip_whitespace();
  return true;
}

// A whole array or object. `closers` holds what must close each open one: a stack of our own
// instead of the call stack, because the peer chooses how deep it goes.
bool Scanner::take_container() {
  char closers[kGreatestMaxDepth];
  std::size_t depth = 0;
  RawValue ignored;
  for (;;) {
    const char opener = peek();  // at a value
    if (opener == '{' || opener == '[') {
      if (depth == depth_left_) {
        too_deep_ = true;
        return false;
      }
      const bool is_object = opener == '{';
      closers[depth++] = is_object ? '}' : ']';
      ++cursor_;
      skip_whitespace();
      if (peek() != closers[depth - 1]) {
        if (is_object && !take_name()) return false;
        continue;
      }
    } else {
      if (!take_scalar(ignored)) return false;
      skip_whitespace();
    }
    for (;;) {  // behind a value, or at the closer of an empty container
      const char closer = closers[depth - 1];
      if (take(',')) {
        skip_whitespace();
        if (closer == '}' && !take_name()) return false;
        break;
      }
      if (!take(closer)) return false;
      if (--depth == 0) return true;
      skip_whitespace();
    }
  }
}

bool Scanner::take_value(RawValue& out) {
  const char* from = cursor_;
  const char first = peek();
  out = {};
  bool ok = false;
  if (first == '{' || first == '[') {
    out.type = first == '{' ? Type::kObject : Type::kArray;
    ok = take_container();
  } else {
    ok = take_scalar(out);
  }
  out.text = {from, static_cast<std::size_t>(cursor_ - from)};
  return ok;
}

}  // namespace socketcluster::json
