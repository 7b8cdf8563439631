// SPDX-License-Identifier: MIT
#include "protocol/socket_id.h"

#include <span>

#include "base/random.h"

namespace socketcluster::protocol {
namespace {

// RFC 4648 section 5.
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

void SocketId::write_text(char (&out)[kTextLength]) const {
  for (std::size_t group = 0; group < kBytes / 3; ++group) {
    const std::uint8_t* bytes = bytes_.data() + group * 3;
    const std::uint32_t bits = static_cast<std::uint32_t>(bytes[0]) << 16 |
                               static_cast<std::uint32_t>(bytes[1]) << 8 | bytes[2];
    for (std::size_t i = 0; i < 4; ++i) out[group * 4 + i] = kAlphabet[bits >> (18 - 6 * i) & 63];
  }
}

std::string SocketId::text() const {
  char characters[kTextLength];
  write_text(characters);
  return {characters, kTextLength};
}

std::optional<SocketId> SocketId::parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  SocketId id;
  for (std::size_t group = 0; group < kBytes / 3; ++group) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t value = kAlphabet.find(text[group * 4 + i]);
      if (value == std::string_view::npos) return std::nullopt;
      bits = bits << 6 | static_cast<std::uint32_t>(value);
    }
    for (std::size_t i = 0; i < 3; ++i) {
      id.bytes_[group * 3 + i] = static_cast<std::uint8_t>(bits >> (16 - 8 * i));
    }
  }
  return id;
}

SocketId SocketIdSource::next() {
  std::array<std::uint8_t, SocketId::kBytes> bytes;
  random_->fill(std::span(bytes).first<11>());
  for (std::size_t i = 0; i < 4; ++i)
    bytes[11 + i] = static_cast<std::uint8_t>(count_ >> (24 - 8 * i));
  ++count_;
  return SocketId(bytes);
}

}  // namespace socketcluster::protocol
