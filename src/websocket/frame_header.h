// SPDX-License-Identifier: MIT
// Headers of frames as a server receives them: always masked (RFC 6455 section 5.2). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "websocket/frame.h"
#include "websocket/mask.h"

namespace socketcluster::websocket {

inline constexpr std::size_t kMaxClientHeaderBytes = 14;

struct FrameHeader {
  std::uint64_t payload_size = 0;
  MaskKey mask = 0;
  Opcode opcode = Opcode::kContinuation;
  Final final = Final::kYes;
  Compressed compressed = Compressed::kNo;
  std::uint8_t size = 0;  // of the header itself
};

enum class HeaderScan : std::uint8_t { kComplete, kIncomplete, kInvalid };

// Reads the header at `bytes`. Whatever is wrong is reported with the byte that shows it, so that
// the result depends on the bytes alone and not on how they were cut. `*error` is set when
// kInvalid. Rules that depend on earlier frames or on negotiation are the caller's.
HeaderScan scan_header(const char* bytes, std::size_t size, FrameHeader* header,
                       std::string_view* error);

}  // namespace socketcluster::websocket
