// SPDX-License-Identifier: MIT
#include "json/value_writer.h"

#include <algorithm>
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

// Whether one of the next kBlock bytes is special.
bool has_special(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  const auto found =
      (block < (Block{} + 0x20)) | (block == (Block{} + '"')) | (block == (Block{} + '\\'));
  std::uint64_t halves[2];
  static_assert(sizeof halves == sizeof found);
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

// In blocks: what a string holds as it is is copied, and only a block with something special in it
// is looked at byte by byte.
void append_quoted(std::string& out, std::string_view text) {
  constexpr std::size_t kLongestEscape = 6;
  out.push_back('"');
  while (!text.empty()) {
    std::size_t run = 0;
    while (text.size() - run >= kBlock && !has_special(text.data() + run)) run += kBlock;
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    // A block with something special in it, or the last one.
    char room[kBlock * kLongestEscape];
    char* end = room;
    const std::size_t size = std::min(text.size(), kBlock);
    for (const char c : text.substr(0, size)) {
      if (is_special(c)) {
        end = write_escape(end, c);
      } else {
        *end++ = c;
      }
    }
    out.append(room, static_cast<std::size_t>(end - room));
    text.remove_prefix(size);
  }
  out.push_back('"');
}

void append_double(std::string& out, double number) {
  std::isfinite(number) ? append_js_number(out, number) : static_cast<void>(out.append("null"));
}

void append_array(std::string& out, const JsonArray& array) {
  char before = '[';
  for (const Json& element : array) {
    out.push_back(before);
    append_value(out, element);
    before = ',';
  }
  out.append(before == '[' ? "[]" : "]");
}

void append_object(std::string& out, const JsonObject& object) {
  char before = '{';
  for (const auto& member : object) {
    out.push_back(before);
    append_quoted(out, member.key());
    out.push_back(':');
    append_value(out, member.value());
    before = ',';
  }
  out.append(before == '{' ? "{}" : "}");
}

}  // namespace

void append_value(std::string& out, const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out.append("null");
      return;
    case boost::json::kind::bool_:
      out.append(value.get_bool() ? "true" : "false");
      return;
    case boost::json::kind::int64:
      return append_integer(out, value.get_int64());
    case boost::json::kind::uint64:
      return append_integer(out, value.get_uint64());
    case boost::json::kind::double_:
      return append_double(out, value.get_double());
    case boost::json::kind::string:
      return append_quoted(out, value.get_string());
    case boost::json::kind::array:
      return append_array(out, value.get_array());
    case boost::json::kind::object:
      return append_object(out, value.get_object());
  }
}

}  // namespace socketcluster::json
