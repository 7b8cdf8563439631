// SPDX-License-Identifier: MIT
#include "json/text.h"

#include <cstdint>
#include <cstring>

namespace socketcluster::json {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

bool is_high_surrogate(std::uint32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
bool is_low_surrogate(std::uint32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

std::uint32_t hex_value(char c) {
  if (c <= '9') return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
}

// REQUIRES: four hexadecimal digits at `at`.
std::uint32_t read_unit(const char* at) {
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) unit = unit << 4 | hex_value(at[i]);
  return unit;
}

char simple_escape(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;  // quote, backslash, slash
  }
}

// One code point in 1 to 4 bytes; a surrogate in 3, as any other of its range. Returns the length.
std::size_t encode(std::uint32_t code_point, char (&bytes)[4]) {
  const auto tail = [&](int shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3f));
  };
  if (code_point < 0x80) {
    bytes[0] = static_cast<char>(code_point);
    return 1;
  }
  if (code_point < 0x800) {
    bytes[0] = static_cast<char>(0xc0 | code_point >> 6);
    bytes[1] = tail(0);
    return 2;
  }
  if (code_point < 0x10000) {
    bytes[0] = static_cast<char>(0xe0 | code_point >> 12);
    bytes[1] = tail(6);
    bytes[2] = tail(0);
    return 3;
  }
  bytes[0] = static_cast<char>(0xf0 | code_point >> 18);
  bytes[1] = tail(12);
  bytes[2] = tail(6);
  bytes[3] = tail(0);
  return 4;
}

// Decodes the escape at the front of `rest` and takes it off. A surrogate pair is one code point.
std::uint32_t take_escape(std::string_view& rest) {
  const char letter = rest[1];
  if (letter != 'u') {
    rest.remove_prefix(2);
    return static_cast<unsigned char>(simple_escape(letter));
  }
  const std::uint32_t unit = read_unit(rest.data() + 2);
  rest.remove_prefix(6);
  if (!is_high_surrogate(unit) || rest.size() < 6 || rest[0] != '\\' || rest[1] != 'u') return unit;
  const std::uint32_t low = read_unit(rest.data() + 2);
  if (!is_low_surrogate(low)) return unit;
  rest.remove_prefix(6);
  return 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
}

// Calls sink(std::string_view piece) for the decoded pieces in order, until it returns false.
template <typename Sink>
void for_each_piece(std::string_view contents, Sink&& sink) {
  while (!contents.empty()) {
    const std::size_t run = contents.find('\\');
    if (run != 0 && !sink(contents.substr(0, run))) return;
    if (run == std::string_view::npos) return;
    contents.remove_prefix(run);
    char bytes[4];
    const std::size_t length = encode(take_escape(contents), bytes);
    if (!sink(std::string_view(bytes, length))) return;
  }
}

struct Decoded {
  std::uint32_t code_point;
  std::size_t length;
};

// The WTF-8 sequence at the front of `bytes`; kReplacement and length 1 when there is none.
Decoded decode(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto first = at(0);
  std::size_t length = 0;
  std::uint32_t least = 0;
  std::uint32_t value = 0;
  if (first < 0x80) return {first, 1};
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2, least = 0x80, value = first & 0x1f;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3, least = 0x800, value = first & 0x0f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4, least = 0x10000, value = first & 0x07;
  }
  if (length == 0 || bytes.size() < length) return {kReplacement, 1};
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return {kReplacement, 1};
    value = value << 6 | (at(i) & 0x3f);
  }
  if (value < least || value > 0x10ffff) return {kReplacement, 1};
  return {value, length};
}

char* write_unit_escape(char* out, std::uint32_t unit) {
  constexpr char kHex[] = "0123456789abcdef";
  *out++ = '\\';
  *out++ = 'u';
  for (const int shift : {12, 8, 4, 0}) *out++ = kHex[unit >> shift & 15];
  return out;
}

bool needs_no_escape(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

// The letter of a short escape; 0: there is none.
char escape_letter(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '"':
    case '\\':
      return c;
    default:
      return 0;
  }
}

// Takes one character that is not plain ASCII off the front of `rest`.
void append_special(std::string& out, std::string_view& rest) {
  const auto first = static_cast<unsigned char>(rest.front());
  if (first < 0x20 || first == '"' || first == '\\') {
    char bytes[6];
    out.append(bytes, write_escape(bytes, rest.front()));
    rest.remove_prefix(1);
    return;
  }
  const Decoded decoded = decode(rest);
  if (is_high_surrogate(decoded.code_point) || is_low_surrogate(decoded.code_point)) {
    char bytes[6];
    out.append(bytes, write_unit_escape(bytes, decoded.code_point));
  } else {
    char bytes[4];
    out.append(bytes, encode(decoded.code_point, bytes));
  }
  rest.remove_prefix(decoded.length);
}

}  // namespace

void append_unescaped(std::string& out, std::string_view contents) {
  for_each_piece(contents, [&](std::string_view piece) {
    out.append(piece);
    return true;
  });
}

std::string_view string_value(const RawValue& value, std::string& scratch) {
  if (!value.has_escapes) return value.contents();
  scratch.clear();
  append_unescaped(scratch, value.contents());
  return scratch;
}

bool string_equals(const RawValue& value, std::string_view plain) {
  if (!value.has_escapes) return value.contents() == plain;
  bool equal = true;
  for_each_piece(value.contents(), [&](std::string_view piece) {
    equal = plain.starts_with(piece);
    if (equal) plain.remove_prefix(piece.size());
    return equal;
  });
  return equal && plain.empty();
}

void append_string(std::string& out, std::string_view plain) {
  out.push_back('"');
  while (!plain.empty()) {
    std::size_t run = 0;
    while (run < plain.size() && needs_no_escape(static_cast<unsigned char>(plain[run]))) ++run;
    out.append(plain.substr(0, run));
    plain.remove_prefix(run);
    if (!plain.empty()) append_special(out, plain);
  }
  out.push_back('"');
}

char* write_escape(char* out, char c) {
  const char letter = escape_letter(c);
  if (letter == 0) return write_unit_escape(out, static_cast<unsigned char>(c));
  *out++ = '\\';
  *out++ = letter;
  return out;
}

char32_t take_code_point(std::string_view& rest) {
  const Decoded decoded = decode(rest);
  rest.remove_prefix(decoded.length);
  return decoded.code_point;
}

}  // namespace socketcluster::json
