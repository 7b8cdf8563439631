// SPDX-License-Identifier: MIT
// Frames of a server in words, for tests that play the client.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace socketcluster::websocket::test {

inline std::string describe_server_frame(unsigned first_byte, const std::string& payload) {
  switch (first_byte) {
    case 0x81:
      return payload;
    case 0xC1:
      return "compressed:" + payload;
    case 0x82:
      return "binary:" + payload;
    case 0x8A:
      return "pong:" + payload;
    case 0x88:
      break;
    default:
      return "unexpected first byte " + std::to_string(first_byte);
  }
  if (payload.empty()) return "close:-:";
  const int code =
      static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  return "close:" + std::to_string(code) + ":" + payload.substr(2);
}

// Takes a complete frame off the front of `bytes`: the payload of a text message as it is, or
// "compressed:<payload>", "binary:<payload>", "pong:<payload>", "close:<code>:<reason>". False when
// there is none.
inline bool take_server_frame(std::string& bytes, std::string& item) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return false;
  const std::size_t announced = at(1);
  EXPECT_LT(announced, 128U) << "a server does not mask";
  const std::size_t header = announced < 126 ? 2 : announced == 126 ? 4 : 10;
  if (bytes.size() < header) return false;
  std::size_t length = announced < 126 ? announced : 0;
  for (std::size_t i = 2; i < header; ++i) length = length << 8 | at(i);
  if (bytes.size() < header + length) return false;
  item = describe_server_frame(at(0), bytes.substr(header, length));
  bytes.erase(0, header + length);
  return true;
}

}  // namespace socketcluster::websocket::test
