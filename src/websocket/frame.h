// SPDX-License-Identifier: MIT
// Frames as a server writes them: unmasked (RFC 6455 section 5.1), minimal length encoding (5.2).
//
//    0       1               2 (or 4, 10)
//   +-+-+-+-+-------+-+-------------+------------------------------+---------+
//   |F|R|R|R|opcode |M| length      | 16 or 64 bits when length is | payload |
//   |I|S|S|S| (4)   |A|   (7)       | 126 or 127                   |         |
//   |N|1|2|3|       |S|             |                              |         |
//   +-+-+-+-+-------+-+-------------+------------------------------+---------+
//
// A complete frame is base::SharedBytes: written once, queued on any number of connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/shared_bytes.h"

namespace socketcluster::websocket {

// RFC 6455 section 5.2; every other value is reserved.
enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

constexpr bool is_control(Opcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & 0x8U) != 0;
}

// RFC 6455 section 7.4.1 and the IANA registry. Codes are plain numbers, because applications bring
// their own (SocketCluster: 4000 and up).
struct CloseCode {
  static constexpr std::uint16_t kNormal = 1000;
  static constexpr std::uint16_t kGoingAway = 1001;
  static constexpr std::uint16_t kProtocolError = 1002;
  static constexpr std::uint16_t kUnsupportedData = 1003;
  static constexpr std::uint16_t kNoStatus = 1005;  // never on the wire: the close frame was empty
  static constexpr std::uint16_t kAbnormal = 1006;  // never on the wire: there was no close frame
  static constexpr std::uint16_t kInvalidData = 1007;
  static constexpr std::uint16_t kPolicyViolation = 1008;
  static constexpr std::uint16_t kTooBig = 1009;
  static constexpr std::uint16_t kInternalError = 1011;
  static constexpr std::uint16_t kServiceRestart = 1012;
  static constexpr std::uint16_t kTryAgainLater = 1013;
};

// Whether a close frame may carry `code` (RFC 6455 section 7.4): 1004 to 1006 and 1015 have no
// place on the wire, below 1000 and 1016 to 2999 are reserved, from 5000 on nothing is defined.
bool is_valid_close_code(std::uint16_t code);

inline constexpr std::size_t kMaxHeaderBytes = 10;  // of an unmasked frame
inline constexpr std::size_t kMaxControlPayload = 125;
inline constexpr std::size_t kMaxControlFrameBytes = 2 + kMaxControlPayload;
inline constexpr std::size_t kMaxCloseReasonBytes = kMaxControlPayload - 2;

enum class Final : bool { kNo, kYes };
enum class Compressed : bool { kNo, kYes };  // RSV1 of the first frame, RFC 7692 section 6

constexpr std::size_t header_size(std::size_t payload_size) {
  if (payload_size <= 125) return 2;
  return payload_size <= 0xFFFF ? 4 : 10;
}

// The payload of a complete frame that this module has written.
inline std::string_view payload_of(std::string_view frame) {
  const auto length = static_cast<unsigned char>(frame[1]);
  return frame.substr(length <= 125 ? 2 : length == 126 ? 4 : 10);
}

// Writes the header of a frame with `payload_size` bytes of payload; returns its size.
// REQUIRES: room for kMaxHeaderBytes at `out`.
std::size_t encode_header(char* out, Opcode opcode, std::size_t payload_size,
                          Final final = Final::kYes, Compressed compressed = Compressed::kNo);

// A complete close frame; returns its size. `reason` is cut to kMaxCloseReasonBytes, at a
// character. kNoStatus makes an empty frame. REQUIRES: room for kMaxControlFrameBytes at `out`;
// reason is UTF-8; code is kNoStatus or valid on the wire.
std::size_t encode_close(char* out, std::uint16_t code, std::string_view reason);

// A complete, final frame.
base::SharedBytes make_frame(Opcode opcode, std::string_view payload,
                             Compressed compressed = Compressed::kNo);
base::SharedBytes make_close_frame(std::uint16_t code, std::string_view reason = {});

}  // namespace socketcluster::websocket
