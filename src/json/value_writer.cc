// SPDX-License-Identifier: MIT
#include "json/value_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "json/number.h"
#include "json/text.h"

namespace socketcluster::json {
namespace {

constexpr std::size_t kBlock = 16;
using Block [[gnu::vector_size(kBlock)]] = unsigned char;

constexpr bool is_special(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

bool has_special(Block block) {
  const auto found =
      (block < (Block{} + 0x20)) | (block == (Block{} + '"')) | (block == (Block{} + '\\'));
  std::uint64_t halves[2];
  static_assert(sizeof halves == sizeof found);
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

// Collects the text in pieces of a few hundred bytes: to append each bracket and digit to a string
// costs more than to make it.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write_value(const Json& value);
  void flush() {
    out_.append(room_, at_);
    at_ = room_;
  }

 private:
  static constexpr std::size_t kRoom = 512;
  static constexpr std::size_t kLongestEscape = 6;

  // The place of the next `bytes`. REQUIRES: at most kRoom.
  char* next(std::size_t bytes) {
    if (static_cast<std::size_t>(room_ + kRoom - at_) < bytes) flush();
    return at_;
  }
  void put(char c) {
    *next(1) = c;
    ++at_;
  }
  void put(std::string_view literal) {
    at_ = std::copy(literal.begin(), literal.end(), next(literal.size()));
  }
  template <std::integral T>
  void write_integer(T number) {
    char* const begin = next(kMaxNumberChars);
    at_ = std::to_chars(begin, begin + kMaxNumberChars, number).ptr;
  }
  void write_double(double number) {
    if (!std::isfinite(number)) return put("null");
    at_ = write_js_number(next(kMaxNumberChars), number);
  }
  void write_string(std::string_view text);
  void write_block(Block block, std::size_t size);
  void write_array(const JsonArray& array);
  void write_object(const JsonObject& object);

  std::string& out_;
  char room_[kRoom];
  char* at_ = room_;
};

// Bytes of a block behind its size are blanks.
void Writer::write_block(Block block, std::size_t size) {
  char* to = next(kBlock * kLongestEscape);
  if (!has_special(block)) {
    std::memcpy(to, &block, sizeof block);
    at_ += size;
    return;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const auto c = static_cast<char>(block[i]);
    if (is_special(c)) {
      to = write_escape(to, c);
    } else {
      *to++ = c;
    }
  }
  at_ = to;
}

void Writer::write_string(std::string_view text) {
  put('"');
  Block block;
  for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
    std::memcpy(&block, text.data(), kBlock);
    write_block(block, kBlock);
  }
  block = Block{} + ' ';
  std::memcpy(&block, text.data(), text.size());
  write_block(block, text.size());
  put('"');
}

void Writer::write_array(const JsonArray& array) {
  char before = '[';
  for (const Json& element : array) {
    put(before);
    write_value(element);
    before = ',';
  }
  before == '[' ? put("[]") : put(']');
}

void Writer::write_object(const JsonObject& object) {
  char before = '{';
  for (const auto& member : object) {
    put(before);
    write_string(member.key());
    put(':');
    write_value(member.value());
    before = ',';
  }
  before == '{' ? put("{}") : put('}');
}

void Writer::write_value(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return put("null");
    case boost::json::kind::bool_:
      return put(value.get_bool() ? std::string_view("true") : "false");
    case boost::json::kind::int64:
      return write_integer(value.get_int64());
    case boost::json::kind::uint64:
      return write_integer(value.get_uint64());
    case boost::json::kind::double_:
      return write_double(value.get_double());
    case boost::json::kind::string:
      return write_string(value.get_string());
    case boost::json::kind::array:
      return write_array(value.get_array());
    case boost::json::kind::object:
      return write_object(value.get_object());
  }
}

}  // namespace

void append_value(std::string& out, const Json& value) {
  Writer writer(out);
  writer.write_value(value);
  writer.flush();
}

}  // namespace socketcluster::json
