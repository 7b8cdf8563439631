// SPDX-License-Identifier: MIT
// Scanner: walks over one JSON text (RFC 8259) and hands out its values as slices. Validates every
// byte that it passes, allocates nothing, never recurses.
//
// What it accepts is what JavaScript's JSON.parse accepts: any value at the top, duplicate names,
// escapes of lone surrogates; only nesting is limited. REQUIRES: the text is valid UTF-8 (the
// WebSocket layer has checked it) and outlives the scanner and all slices.
//
// All take_... functions return false when the text is not JSON at the cursor, or too deep; the
// scanner is then good for nothing but too_deep(). Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/raw_value.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace socketcluster::json {

class Scanner {
 public:
  static constexpr std::size_t kDefaultMaxDepth = 128;
  static constexpr std::size_t kGreatestMaxDepth = 1024;

  // `max_depth`: how many arrays and objects may be open at once; at most kGreatestMaxDepth.
  explicit Scanner(std::string_view text, std::size_t max_depth = kDefaultMaxDepth)
      : begin_(text.data()),
        cursor_(text.data()),
        end_(text.data() + text.size()),
        depth_left_(max_depth < kGreatestMaxDepth ? max_depth : kGreatestMaxDepth) {}

  bool at_end() const { return cursor_ == end_; }
  const char* position() const { return cursor_; }
  // True when nesting, not grammar, was the reason of a refusal.
  bool too_deep() const { return too_deep_; }
  // The next byte; NUL at the end, which JSON allows nowhere outside of a string either.
  char peek() const { return cursor_ != end_ ? *cursor_ : '\0'; }

  void skip_whitespace() {
    if (cursor_ != end_ && static_cast<unsigned char>(*cursor_) > ' ') return;
    skip_whitespace_run();
  }

  bool take(char expected) {
    if (peek() != expected) return false;
    ++cursor_;
    return true;
  }

  // Takes the value that begins at the cursor (no white space before it).
  bool take_value(RawValue& out);
  bool take_string(RawValue& out);

  // Takes the object (array) that begins at the cursor. For each member (element) the function is
  // called with the cursor at the value, which it must take: on_member(const RawValue& name),
  // on_element(), both returning false to give up.
  template <typename OnMember>
  bool take_members(OnMember&& on_member);
  template <typename OnElement>
  bool take_elements(OnElement&& on_element);

 private:
  bool enter();
  bool take_container();
  bool take_scalar(RawValue& out);
  bool take_plain_string(bool& has_escapes);
  bool take_number();
  bool take_literal(std::string_view literal);
  bool take_name();
  void skip_whitespace_run();
  const char* find_string_special(const char* from) const;
  const char* find_string_special_near_end(const char* from) const;
  static const char* after_escape(const char* backslash, const char* end);

  const char* begin_;
  const char* cursor_;
  const char* end_;
  std::size_t depth_left_;
  bool too_deep_ = false;
};

#if defined(__SSE2__)
namespace detail {
// Bit i is set when bytes[i] ends a run of ordinary string bytes: a quote, a backslash, a control.
inline std::uint32_t string_special_mask(const char* bytes) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i quotes = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslashes = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), controls)));
}
}  // namespace detail
#endif

inline const char* Scanner::find_string_special(const char* from) const {
#if defined(__SSE2__)
  while (end_ - from >= 16) {
    const std::uint32_t mask = detail::string_special_mask(from);
    if (mask != 0) return from + __builtin_ctz(mask);
    from += 16;
  }
#endif
  return find_string_special_near_end(from);
}

inline bool Scanner::take_plain_string(bool& has_escapes) {
  if (peek() != '"') return false;
  const char* at = cursor_ + 1;
  for (;;) {
    at = find_string_special(at);
    if (at == end_) return false;
    if (*at == '"') break;
    if (*at != '\\') return false;
    at = after_escape(at, end_);
    if (at == nullptr) return false;
    has_escapes = true;
  }
  cursor_ = at + 1;
  return true;
}

inline bool Scanner::take_string(RawValue& out) {
  const char* from = cursor_;
  bool has_escapes = false;
  if (!take_plain_string(has_escapes)) return false;
  out = {{from, static_cast<std::size_t>(cursor_ - from)}, Type::kString, has_escapes};
  return true;
}

inline bool Scanner::enter() {
  if (depth_left_ == 0) {
    too_deep_ = true;
    return false;
  }
  --depth_left_;
  return true;
}

template <typename OnMember>
bool Scanner::take_members(OnMember&& on_member) {
  if (peek() != '{' || !enter()) return false;
  ++cursor_;
  skip_whitespace();
  bool more = !take('}');
  while (more) {
    RawValue name;
    if (!take_string(name)) return false;
    skip_whitespace();
    if (!take(':')) return false;
    skip_whitespace();
    if (!on_member(static_cast<const RawValue&>(name))) return false;
    skip_whitespace();
    more = take(',');
    if (!more && !take('}')) return false;
    if (more) skip_whitespace();
  }
  ++depth_left_;
  return true;
}

template <typename OnElement>
bool Scanner::take_elements(OnElement&& on_element) {
  if (peek() != '[' || !enter()) return false;
  ++cursor_;
  skip_whitespace();
  bool more = !take(']');
  while (more) {
    if (!on_element()) return false;
    skip_whitespace();
    more = take(',');
    if (!more && !take(']')) return false;
    if (more) skip_whitespace();
  }
  ++depth_left_;
  return true;
}

}  // namespace socketcluster::json
