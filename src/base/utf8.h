// SPDX-License-Identifier: MIT
// UTF-8 validation (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF), of a whole
// text and of a text that arrives in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace socketcluster::base {

bool is_valid_utf8(std::string_view text);

// The longest prefix of `text` that has at most `max_bytes` bytes and does not cut a character.
// REQUIRES: text is valid UTF-8.
std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);

// Validates a text that is cut anywhere. Complete characters are checked in bulk; only a character
// that spans two pieces goes through the three bytes of state, so that feeding costs the same in
// any chunking.
class Utf8Validator {
 public:
  // False as soon as no continuation can make the bytes seen so far valid; false for ever after.
  bool feed(std::string_view piece);

  // What feed() would return for a piece that the caller knows to be pure ASCII.
  bool feed_ascii(std::size_t size) {
    if (size != 0 && needed_ != 0) failed_ = true;
    return !failed_;
  }

  // True when everything seen so far is valid and no character is incomplete. May be called at any
  // time.
  bool finish() const { return !failed_ && needed_ == 0; }

 private:
  bool step(unsigned char byte);

  std::uint8_t needed_ = 0;  // continuation bytes that the current character lacks
  std::uint8_t lowest_ = 0;  // range of the next one; narrower after E0, ED, F0 and F4
  std::uint8_t highest_ = 0;
  bool failed_ = false;
};

}  // namespace socketcluster::base
