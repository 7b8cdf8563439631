// SPDX-License-Identifier: MIT
#include "codec/msgpack_reader.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>

#include "base/base64.h"
#include "base/utf8.h"
#include "json/number.h"
#include "json/text.h"

namespace socketcluster::codec {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

struct Survey {
  bool is_ascii;
  bool needs_escapes;
};

// Sets the high bit of (at least) every byte that JSON does not let stand in a string. The lowest
// bit that is set is right; a byte above it may be wrong because of a borrow, which does no harm
// where only "any" is asked.
std::uint64_t special_bytes(std::uint64_t word) {
  const std::uint64_t controls = word - kOnes * 0x20;
  const std::uint64_t quotes = (word ^ kOnes * '"') - kOnes;
  const std::uint64_t backslashes = (word ^ kOnes * '\\') - kOnes;
  return (controls | quotes | backslashes) & ~word & kHighBits;
}

Survey survey(std::string_view text) {
  std::uint64_t seen = 0;
  std::uint64_t special = 0;
  const auto look = [&](std::uint64_t word) {
    seen |= word;
    special |= special_bytes(word);
  };
  std::uint64_t word = 0;
  for (; text.size() >= sizeof(word); text.remove_prefix(sizeof(word))) {
    std::memcpy(&word, text.data(), sizeof(word));
    look(word);
  }
  word = kOnes * 'x';
  std::memcpy(&word, text.data(), text.size());
  look(word);
  return {(seen & kHighBits) == 0, special != 0};
}

// Numbers that are not finite have no JSON; the caller has dealt with them.
void append_number(std::string& out, double number) {
  constexpr double kExact = 9007199254740992;
  if (std::abs(number) <= kExact && std::trunc(number) == number) {
    json::append_integer(out, static_cast<std::int64_t>(number));
  } else {
    json::append_js_number(out, number);
  }
}

}  // namespace

MsgpackReader::MsgpackReader(  // NOLINT(cppcoreguidelines-pro-type-member-init): see levels_
    std::string_view message, const ReadLimits& limits, std::string& out)
    : rest_(message),
      max_depth_(std::min(limits.max_depth, kGreatestDepth)),
      max_output_bytes_(limits.max_output_bytes),
      out_(out) {}

bool MsgpackReader::fits(std::size_t more) const {
  return out_.size() <= max_output_bytes_ && more <= max_output_bytes_ - out_.size();
}

bool MsgpackReader::take_big_endian(std::size_t bytes, std::uint64_t& value) {
  if (rest_.size() < bytes) return false;
  value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value = value << 8U | static_cast<unsigned char>(rest_[i]);
  }
  rest_.remove_prefix(bytes);
  return true;
}

bool MsgpackReader::take_bytes(std::uint64_t size, MsgpackHead& head) {
  if (size > rest_.size()) return false;
  head.bytes = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(static_cast<std::size_t>(size));
  return true;
}

// A head with its length in 2^width_log2 bytes.
bool MsgpackReader::take_counted(unsigned width_log2, MsgpackType type, MsgpackHead& head) {
  head.type = type;
  if (!take_big_endian(std::size_t{1} << width_log2, head.bits)) return false;
  if (type == MsgpackType::kString || type == MsgpackType::kBinary) {
    return take_bytes(head.bits, head);
  }
  return head.bits <= (type == MsgpackType::kMap ? rest_.size() / 2 : rest_.size());
}

bool MsgpackReader::take_head(MsgpackHead& head) {
  if (rest_.empty()) return false;
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  if (first < 0x80) {
    head.type = MsgpackType::kUnsigned;
    head.bits = first;
    return true;
  }
  if (first >= 0xe0) {
    head.type = MsgpackType::kSigned;
    head.bits = first | ~std::uint64_t{0xff};
    return true;
  }
  if (first >= 0xc0) return take_wide_head(first, head);
  if (first >= 0xa0) {
    head.type = MsgpackType::kString;
    return take_bytes(first & 0x1fU, head);
  }
  head.type = first < 0x90 ? MsgpackType::kMap : MsgpackType::kArray;
  head.bits = first & 0x0fU;
  return head.bits <= (first < 0x90 ? rest_.size() / 2 : rest_.size());
}

// 0xc0 to 0xdf. The names are those of the specification.
bool MsgpackReader::take_wide_head(unsigned char first, MsgpackHead& head) {
  switch (first) {
    case 0xc0:
      head.type = MsgpackType::kNil;
      return true;
    case 0xc2:
      head.type = MsgpackType::kFalse;
      return true;
    case 0xc3:
      head.type = MsgpackType::kTrue;
      return true;
    case 0xc4:  // bin 8, bin 16, bin 32
    case 0xc5:
    case 0xc6:
      return take_counted(first - 0xc4U, MsgpackType::kBinary, head);
    case 0xca:  // float 32
      head.type = MsgpackType::kFloat;
      if (!take_big_endian(4, head.bits)) return false;
      head.number = std::bit_cast<float>(static_cast<std::uint32_t>(head.bits));
      return true;
    case 0xcb:  // float 64
      head.type = MsgpackType::kFloat;
      if (!take_big_endian(8, head.bits)) return false;
      head.number = std::bit_cast<double>(head.bits);
      return true;
    case 0xcc:  // uint 8, uint 16, uint 32, uint 64
    case 0xcd:
    case 0xce:
    case 0xcf:
      head.type = MsgpackType::kUnsigned;
      return take_big_endian(std::size_t{1} << (first - 0xccU), head.bits);
    case 0xd0:  // int 8, int 16, int 32, int 64
    case 0xd1:
    case 0xd2:
    case 0xd3: {
      head.type = MsgpackType::kSigned;
      const std::size_t width = std::size_t{1} << (first - 0xd0U);
      if (!take_big_endian(width, head.bits)) return false;
      const std::size_t unused = 64 - 8 * width;
      head.bits =
          static_cast<std::uint64_t>(static_cast<std::int64_t>(head.bits << unused) >> unused);
      return true;
    }
    case 0xd9:  // str 8, str 16, str 32
    case 0xda:
    case 0xdb:
      return take_counted(first - 0xd9U, MsgpackType::kString, head);
    case 0xdc:  // array 16, array 32
    case 0xdd:
      return take_counted(first - 0xdcU + 1, MsgpackType::kArray, head);
    case 0xde:  // map 16, map 32
    case 0xdf:
      return take_counted(first - 0xdeU + 1, MsgpackType::kMap, head);
    default:  // 0xc1, which is never used, and the ext family
      return false;
  }
}

bool MsgpackReader::take_nil() {
  if (rest_.empty() || static_cast<unsigned char>(rest_.front()) != 0xc0) return false;
  rest_.remove_prefix(1);
  return true;
}

bool MsgpackReader::append_text(std::string_view text) {
  if (!fits(text.size() + 2)) return false;
  const auto [is_ascii, needs_escapes] = survey(text);
  if (!is_ascii && !base::is_valid_utf8(text)) return false;
  if (needs_escapes) {
    json::append_string(out_, text);
  } else {
    out_.append(1, '"').append(text).append(1, '"');
  }
  return true;
}

bool MsgpackReader::append_blob(std::string_view bytes) {
  if (!fits(bytes.size() + bytes.size() / 3)) return false;
  out_.append(R"({"base64":true,"data":")");
  base::append_base64(out_, {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  out_.append(R"("})");
  return true;
}

// REQUIRES: neither an array nor a map.
bool MsgpackReader::append_scalar(const MsgpackHead& head) {
  switch (head.type) {
    case MsgpackType::kNil:
      out_.append("null");
      return true;
    case MsgpackType::kFalse:
      out_.append("false");
      return true;
    case MsgpackType::kTrue:
      out_.append("true");
      return true;
    case MsgpackType::kUnsigned:
      json::append_integer(out_, head.bits);
      return true;
    case MsgpackType::kSigned:
      json::append_integer(out_, static_cast<std::int64_t>(head.bits));
      return true;
    case MsgpackType::kFloat:
      if (std::isfinite(head.number)) {
        append_number(out_, head.number);
      } else {
        out_.append("null");
      }
      return true;
    case MsgpackType::kString:
      return append_text(head.bytes);
    case MsgpackType::kBinary:
      return append_blob(head.bytes);
    case MsgpackType::kArray:
    case MsgpackType::kMap:
      break;
  }
  return false;
}

bool MsgpackReader::append_key(const MsgpackHead& head) {
  switch (head.type) {
    case MsgpackType::kString:
      return append_text(head.bytes);
    case MsgpackType::kFloat:
      out_.push_back('"');
      if (std::isnan(head.number)) {
        out_.append("NaN");
      } else if (std::isinf(head.number)) {
        out_.append(head.number < 0 ? "-Infinity" : "Infinity");
      } else {
        append_number(out_, head.number);
      }
      out_.push_back('"');
      return true;
    case MsgpackType::kNil:
    case MsgpackType::kFalse:
    case MsgpackType::kTrue:
    case MsgpackType::kUnsigned:
    case MsgpackType::kSigned:
      out_.push_back('"');
      append_scalar(head);
      out_.push_back('"');
      return true;
    case MsgpackType::kBinary:  // JavaScript would make all of them one and the same key
    case MsgpackType::kArray:
    case MsgpackType::kMap:
      break;
  }
  return false;
}

bool MsgpackReader::take_key() {
  MsgpackHead head;
  if (!take_head(head) || !append_key(head)) return false;
  out_.push_back(':');
  return true;
}

bool MsgpackReader::take_value(std::size_t depth) {
  std::size_t open = 0;
  for (;;) {
    MsgpackHead head;
    if (!take_head(head)) return false;
    const bool is_map = head.type == MsgpackType::kMap;
    const bool is_container = is_map || head.type == MsgpackType::kArray;
    // Bytes become an object.
    if ((is_container || head.type == MsgpackType::kBinary) && depth + open >= max_depth_) {
      return false;
    }
    if (is_container && head.bits != 0) {
      levels_[open++] = {static_cast<std::uint32_t>(head.bits), is_map};
      out_.push_back(is_map ? '{' : '[');
      if (is_map && !take_key()) return false;
      continue;
    }
    if (is_container) {
      out_.append(is_map ? "{}" : "[]");
    } else if (!append_scalar(head)) {
      return false;
    }
    while (open != 0 && --levels_[open - 1].left == 0) {
      out_.push_back(levels_[--open].is_map ? '}' : ']');
    }
    if (!fits(0)) return false;
    if (open == 0) return true;
    out_.push_back(',');
    if (levels_[open - 1].is_map && !take_key()) return false;
  }
}

}  // namespace socketcluster::codec
