// SPDX-License-Identifier: MIT
#include "codec/msgpack_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>
#include <vector>

#include "base/base64.h"
#include "json/number.h"
#include "json/raw_value.h"
#include "json/scanner.h"
#include "json/text.h"

namespace socketcluster::codec {
namespace {

// The first byte of each form with a length; the next greater ones follow it.
constexpr unsigned char kBin8 = 0xc4;
constexpr unsigned char kFloat64 = 0xcb;
constexpr unsigned char kUint8 = 0xcc;
constexpr unsigned char kUint64 = 0xcf;
constexpr unsigned char kInt8 = 0xd0;
constexpr unsigned char kInt64 = 0xd3;
constexpr unsigned char kStr8 = 0xd9;
constexpr unsigned char kArray16 = 0xdc;
constexpr unsigned char kMap16 = 0xde;
constexpr unsigned char kFixMap = 0x80;
constexpr unsigned char kFixArray = 0x90;
constexpr std::size_t kMaxFixElements = 15;

void append_byte(std::string& out, std::uint64_t byte) {
  out.push_back(static_cast<char>(byte & 0xffU));
}

char* write_big_endian(char* out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) *out++ = static_cast<char>(value >> (8 * i) & 0xffU);
  return out;
}

// `first`, and the value in `bytes` bytes.
void append_wide(std::string& out, unsigned char first, std::uint64_t value, std::size_t bytes) {
  std::array<char, 9> head;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  head[0] = static_cast<char>(first);
  write_big_endian(head.data() + 1, value, bytes);
  out.append(head.data(), 1 + bytes);
}

// `first` for a value of one byte, `first + 1` for two, `first + 2` for four.
void append_sized(std::string& out, unsigned char first, std::uint64_t value) {
  if (value <= 0xff) {
    append_wide(out, first, value, 1);
  } else if (value <= 0xffff) {
    append_wide(out, first + 1, value, 2);
  } else {
    append_wide(out, first + 2, value, 4);
  }
}

void append_int32(std::string& out, std::int32_t value) {
  const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  if (value >= -32 && value <= 127) {
    append_byte(out, bits);
  } else if (value > 0) {
    append_sized(out, kUint8, bits);
  } else if (value >= std::numeric_limits<std::int8_t>::min()) {
    append_wide(out, kInt8, bits, 1);
  } else if (value >= std::numeric_limits<std::int16_t>::min()) {
    append_wide(out, kInt8 + 1, bits, 2);
  } else {
    append_wide(out, kInt8 + 2, bits, 4);
  }
}

bool is_int32(double number) {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max() && std::trunc(number) == number;
}

void append_double(std::string& out, double number) {
  if (is_int32(number)) {
    append_int32(out, static_cast<std::int32_t>(number));
  } else {
    append_wide(out, kFloat64, std::bit_cast<std::uint64_t>(number), 8);
  }
}

// The whole of `text` as an integer, if it is one and fits.
template <typename T>
std::optional<T> whole_integer(std::string_view text) {
  T value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

// Whether a double prints as the same digits again.
bool survives_as_double(std::string_view integer, double number) {
  constexpr double kExact = 9007199254740992;
  if (std::abs(number) < kExact) return true;
  std::string printed;
  json::append_js_number(printed, number);
  return printed == integer;
}

void append_number(std::string& out, std::string_view text) {
  const std::optional<std::int64_t> integer = whole_integer<std::int64_t>(text);
  if (integer.has_value() && *integer == static_cast<std::int32_t>(*integer)) {
    append_int32(out, static_cast<std::int32_t>(*integer));
    return;
  }
  const double number = json::to_double(text);
  if (integer.has_value() && !survives_as_double(text, number)) {
    append_wide(out, kInt64, static_cast<std::uint64_t>(*integer), 8);
    return;
  }
  if (!integer.has_value()) {
    const std::optional<std::uint64_t> large = whole_integer<std::uint64_t>(text);
    if (large.has_value() && !survives_as_double(text, number)) {
      append_wide(out, kUint64, *large, 8);
      return;
    }
  }
  append_double(out, number);
}

// WTF-8 has surrogates without a partner as ED A0..BF 80..BF, as long as U+FFFD.
void replace_surrogates(std::string& text) {
  for (std::size_t at = text.find('\xed'); at != std::string::npos;
       at = text.find('\xed', at + 3)) {
    if (static_cast<unsigned char>(text[at + 1]) >= 0xa0) text.replace(at, 3, "\xef\xbf\xbd");
  }
}

class Transcoder {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): see levels_
  Transcoder(std::string& out, std::string_view json)
      : out_(out), json_(json), scanner_(json, json::Scanner::kGreatestMaxDepth) {}

  bool run() {
    scanner_.skip_whitespace();
    if (!take_value()) return false;
    scanner_.skip_whitespace();
    if (!scanner_.at_end()) return false;
    if (!large_.empty()) widen_heads();
    return true;
  }

 private:
  struct Level {
    std::size_t head;      // where its first byte stands
    std::size_t elements;  // members, in a map
    bool is_map;

    char closing() const { return is_map ? '}' : ']'; }
  };

  bool take_value();
  bool take_blob();
  bool take_scalar();
  bool open(char bracket);
  void close();
  bool begin_element();
  bool take_separators();
  void append_string(const json::RawValue& value);
  void widen_heads();

  std::string& out_;
  std::string_view json_;
  json::Scanner scanner_;
  std::string scratch_;
  std::vector<Level> large_;
  std::size_t depth_ = 0;
  // Filled up to the depth reached, otherwise never written, for the sake of short messages.
  std::array<Level, json::Scanner::kGreatestMaxDepth> levels_;
};

void Transcoder::append_string(const json::RawValue& value) {
  const std::string_view text = json::string_value(value, scratch_);
  if (value.has_escapes) replace_surrogates(scratch_);
  append_str(out_, text);
}

// Only the text that the reader makes is recognised; anything else that looks alike is an object.
bool Transcoder::take_blob() {
  constexpr std::string_view kBegin = R"({"base64":true,"data":")";
  const std::string_view rest(
      scanner_.position(),
      static_cast<std::size_t>(json_.data() + json_.size() - scanner_.position()));
  if (!rest.starts_with(kBegin)) return false;
  const std::size_t end = rest.find('"', kBegin.size());
  if (end == std::string_view::npos || !rest.substr(end).starts_with("\"}")) return false;
  const std::optional<std::string> bytes =
      base::base64_decode(rest.substr(kBegin.size(), end - kBegin.size()));
  if (!bytes.has_value()) return false;
  json::RawValue object;
  if (!scanner_.take_value(object)) return false;
  append_sized(out_, kBin8, bytes->size());
  out_.append(*bytes);
  return true;
}

bool Transcoder::take_scalar() {
  json::RawValue value;
  if (!scanner_.take_value(value)) return false;
  switch (value.type) {
    case json::Type::kNull:
      append_nil(out_);
      return true;
    case json::Type::kFalse:
      append_byte(out_, 0xc2);
      return true;
    case json::Type::kTrue:
      append_byte(out_, 0xc3);
      return true;
    case json::Type::kNumber:
      append_number(out_, value.text);
      return true;
    case json::Type::kString:
      append_string(value);
      return true;
    case json::Type::kAbsent:
    case json::Type::kArray:
    case json::Type::kObject:
      break;
  }
  return false;
}

// The head has one byte until all elements are counted; those that need more are widened at the
// end, all in one go.
bool Transcoder::open(char bracket) {
  if (depth_ == levels_.size() || !scanner_.take(bracket)) return false;
  levels_[depth_++] = {out_.size(), 0, bracket == '{'};
  out_.push_back('\0');
  scanner_.skip_whitespace();
  return true;
}

void Transcoder::close() {
  const Level& level = levels_[--depth_];
  if (level.elements > kMaxFixElements) {
    large_.push_back(level);
  } else {
    const std::size_t head = (level.is_map ? kFixMap : kFixArray) | level.elements;
    out_[level.head] = static_cast<char>(head);
  }
}

bool Transcoder::begin_element() {
  Level& level = levels_[depth_ - 1];
  ++level.elements;
  if (!level.is_map) return true;
  json::RawValue key;
  if (!scanner_.take_string(key)) return false;
  append_string(key);
  scanner_.skip_whitespace();
  if (!scanner_.take(':')) return false;
  scanner_.skip_whitespace();
  return true;
}

// What stands behind a value: brackets that close, up to the next element or the end.
bool Transcoder::take_separators() {
  while (depth_ != 0) {
    scanner_.skip_whitespace();
    if (scanner_.take(',')) {
      scanner_.skip_whitespace();
      return begin_element();
    }
    if (!scanner_.take(levels_[depth_ - 1].closing())) return false;
    close();
  }
  return true;
}

bool Transcoder::take_value() {
  do {
    const char next = scanner_.peek();
    if (next == '[' || (next == '{' && !take_blob())) {
      if (!open(next)) return false;
      if (scanner_.peek() != levels_[depth_ - 1].closing()) {
        if (!begin_element()) return false;
        continue;
      }
    } else if (next != '{' && !take_scalar()) {
      return false;
    }
    if (!take_separators()) return false;
  } while (depth_ != 0);
  return true;
}

// Moves everything behind the first large head, from the end on, so that each byte moves once.
void Transcoder::widen_heads() {
  std::sort(large_.begin(), large_.end(),
            [](const Level& a, const Level& b) { return a.head < b.head; });
  const auto more_bytes = [](const Level& level) -> std::size_t {
    return level.elements <= 0xffff ? 2 : 4;
  };
  std::size_t shift = 0;
  for (const Level& level : large_) shift += more_bytes(level);
  std::size_t end = out_.size();  // of what has not moved yet
  out_.resize(end + shift);
  for (auto level = large_.rbegin(); level != large_.rend(); ++level) {
    char* const from = out_.data() + level->head + 1;
    std::copy_backward(from, out_.data() + end, out_.data() + end + shift);
    end = level->head;
    shift -= more_bytes(*level);
    const unsigned char first = level->is_map ? kMap16 : kArray16;
    char* const head = out_.data() + end + shift;
    const std::size_t width = more_bytes(*level);
    *head = static_cast<char>(width == 2 ? first : first + 1);
    write_big_endian(head + 1, level->elements, width);
  }
}

void append_head(std::string& out, unsigned char fix, unsigned char wide, std::size_t count) {
  if (count <= kMaxFixElements) {
    append_byte(out, fix | count);
  } else if (count <= 0xffff) {
    append_wide(out, wide, count, 2);
  } else {
    append_wide(out, wide + 1, count, 4);
  }
}

}  // namespace

void append_array_head(std::string& out, std::size_t elements) {
  append_head(out, kFixArray, kArray16, elements);
}

void append_map_head(std::string& out, std::size_t members) {
  append_head(out, kFixMap, kMap16, members);
}

void append_nil(std::string& out) {
  append_byte(out, 0xc0);
}

void append_str(std::string& out, std::string_view text) {
  if (text.size() <= 31) {
    append_byte(out, 0xa0 | text.size());
  } else {
    append_sized(out, kStr8, text.size());
  }
  out.append(text);
}

bool append_json(std::string& out, std::string_view json) {
  return Transcoder(out, json).run();
}

}  // namespace socketcluster::codec
