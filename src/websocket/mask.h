// SPDX-License-Identifier: MIT
// Unmasking of a client's payload (RFC 6455 section 5.3), in place: byte i of the payload is
// combined with byte (i modulo 4) of the key. Works for any alignment, size and starting position.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace socketcluster::websocket {

// The four key bytes in wire order, loaded as they lie in memory.
using MaskKey = std::uint32_t;

inline MaskKey load_mask_key(const char* four_bytes) {
  MaskKey key = 0;
  std::memcpy(&key, four_bytes, sizeof key);
  return key;
}

// The key to go on with behind `position` bytes of the payload.
constexpr MaskKey advance_mask_key(MaskKey key, std::size_t position) {
  const int bits = static_cast<int>(position % 4 * 8);
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

enum class Charset : bool { kAscii, kOther };

// Unmasks `size` bytes whose first one belongs to the first byte of `key`, and tells whether the
// result is pure ASCII: that comes for free here and spares most texts the UTF-8 validation.
Charset unmask(char* bytes, std::size_t size, MaskKey key);

// The same for processors without a specialised version. Public for the tests.
Charset unmask_portable(char* bytes, std::size_t size, MaskKey key);

}  // namespace socketcluster::websocket
