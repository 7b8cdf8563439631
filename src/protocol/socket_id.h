// SPDX-License-Identifier: MIT
// The id of a connection: 15 bytes that clients see as 20 characters of base64url.
//
//   | 11 random bytes | 32-bit counter, big endian |
//
// Unique in a process by the counter, everywhere else by chance; not to be guessed, but no secret.
// Kept as bytes, because a server holds one per connection and seldom needs the text.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::base {
class RandomSource;
}

namespace socketcluster::protocol {

class SocketId {
 public:
  static constexpr std::size_t kBytes = 15;
  static constexpr std::size_t kTextLength = 20;

  SocketId() = default;
  explicit SocketId(const std::array<std::uint8_t, kBytes>& bytes) : bytes_(bytes) {}

  // The id with that text, for looking up what somebody has written; nothing when it cannot be one.
  static std::optional<SocketId> parse(std::string_view text);

  std::string text() const;
  void write_text(char (&out)[kTextLength]) const;
  const std::array<std::uint8_t, kBytes>& bytes() const { return bytes_; }

  friend auto operator<=>(const SocketId&, const SocketId&) = default;

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

// Makes the ids of one worker. `random` must outlive it. Thread rule: one thread.
class SocketIdSource {
 public:
  explicit SocketIdSource(base::RandomSource& random, std::uint32_t first_count = 0)
      : random_(&random), count_(first_count) {}
  SocketId next();

 private:
  base::RandomSource* random_;
  std::uint32_t count_;
};

}  // namespace socketcluster::protocol

template <>
struct std::hash<socketcluster::protocol::SocketId> {
  std::size_t operator()(const socketcluster::protocol::SocketId& id) const noexcept {
    std::uint64_t random = 0;  // the first bytes are as good as any hash
    for (std::size_t i = 0; i < 8; ++i) random = random << 8 | id.bytes()[i];
    return static_cast<std::size_t>(random);
  }
};
