// SPDX-License-Identifier: MIT
// Character classes of RFC 9110 section 5.6.2 and RFC 9112, as table look-ups. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace socketcluster::http {

enum CharacterClass : std::uint8_t {
  kToken = 1,       // tchar: methods and field names
  kFieldValue = 2,  // HTAB, SP, VCHAR, obs-text
  kVisible = 4,     // VCHAR: 0x21-0x7e
  kHex = 8,
  kHost = 16,  // what a Host field may hold (RFC 3986 section 3.2.2 and the port)
};

constexpr std::array<std::uint8_t, 256> make_character_table() {
  constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
  constexpr std::string_view kHostMarks = "-._~%!$&'()*+,;=:[]";
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const char ch = static_cast<char>(c);
    unsigned bits = 0;
    if (digit || letter || kTokenMarks.find(ch) != kTokenMarks.npos) bits |= kToken;
    if (digit || letter || kHostMarks.find(ch) != kHostMarks.npos) bits |= kHost;
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) bits |= kFieldValue;
    if (c > 0x20 && c < 0x7f) bits |= kVisible;
    if (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHex;
    table[c] = static_cast<std::uint8_t>(bits);
  }
  table[0] = 0;  // find() of NUL in a literal must not count
  return table;
}

inline constexpr std::array<std::uint8_t, 256> kCharacterTable = make_character_table();

constexpr bool is_in_class(char c, CharacterClass which) {
  return (kCharacterTable[static_cast<unsigned char>(c)] & which) != 0;
}

constexpr bool all_in_class(std::string_view text, CharacterClass which) {
  for (const char c : text) {
    if (!is_in_class(c, which)) return false;
  }
  return true;
}

// REQUIRES: is_in_class(c, kHex).
constexpr unsigned hex_digit_value(char c) {
  return c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

}  // namespace socketcluster::http
