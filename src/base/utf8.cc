// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include <simdjson.h>

namespace socketcluster::base {
namespace {

constexpr bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

// Length of the sequence that `lead` announces; 1 for bytes that cannot start a longer one.
constexpr std::size_t sequence_size(unsigned char lead) {
  if (lead >= 0xF0U) return 4;
  if (lead >= 0xE0U) return 3;
  return lead >= 0xC0U ? 2 : 1;
}

// Size of the part of `text` that ends before an incomplete last sequence.
std::size_t size_without_open_sequence(std::string_view text) {
  const std::size_t deepest = text.size() < 3 ? text.size() : 3;
  for (std::size_t back = 1; back <= deepest; ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (is_continuation(byte)) continue;
    return sequence_size(byte) > back ? text.size() - back : text.size();
  }
  return text.size();
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t size = max_bytes;
  while (size > 0 && is_continuation(static_cast<unsigned char>(text[size]))) --size;
  return text.substr(0, size);
}

bool Utf8Validator::feed(std::string_view piece) {
  if (failed_) return false;
  std::size_t head = 0;
  while (needed_ != 0 && head < piece.size()) {
    if (!step(static_cast<unsigned char>(piece[head++]))) return false;
  }
  piece.remove_prefix(head);
  const std::size_t whole = size_without_open_sequence(piece);
  if (whole != 0 && !is_valid_utf8(piece.substr(0, whole))) {
    failed_ = true;
    return false;
  }
  for (const char byte : piece.substr(whole)) {
    if (!step(static_cast<unsigned char>(byte))) return false;
  }
  return true;
}

// The table of well-formed sequences, Unicode 3.9, table 3-7.
bool Utf8Validator::step(unsigned char byte) {
  if (needed_ != 0) {
    if (byte < lowest_ || byte > highest_) failed_ = true;
    --needed_;
    lowest_ = 0x80;
    highest_ = 0xBF;
    return !failed_;
  }
  if (byte < 0x80U) return true;
  if (byte < 0xC2U || byte > 0xF4U) {
    failed_ = true;
    return false;
  }
  needed_ = static_cast<std::uint8_t>(sequence_size(byte) - 1);
  lowest_ = byte == 0xE0U ? 0xA0 : byte == 0xF0U ? 0x90 : 0x80;
  highest_ = byte == 0xEDU ? 0x9F : byte == 0xF4U ? 0x8F : 0xBF;
  return true;
}

}  // namespace socketcluster::base
