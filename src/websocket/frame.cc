// SPDX-License-Identifier: MIT
#include "websocket/frame.h"

#include <cstring>

#include "base/assert.h"
#include "base/utf8.h"

namespace socketcluster::websocket {

bool is_valid_close_code(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  if (code < 1000 || code > 1014) return false;
  return code <= 1003 || code >= 1007;
}

std::size_t encode_header(char* out, Opcode opcode, std::size_t payload_size, Final final,
                          Compressed compressed) {
  unsigned first = static_cast<unsigned>(opcode);
  if (final == Final::kYes) first |= 0x80U;
  if (compressed == Compressed::kYes) first |= 0x40U;
  out[0] = static_cast<char>(first);
  if (payload_size <= 125) {
    out[1] = static_cast<char>(payload_size);
    return 2;
  }
  const std::size_t length_bytes = payload_size <= 0xFFFF ? 2 : 8;
  out[1] = length_bytes == 2 ? 126 : 127;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    out[2 + i] =
        static_cast<char>(std::uint64_t{payload_size} >> 8U * (length_bytes - 1 - i) & 0xFFU);
  }
  return 2 + length_bytes;
}

std::size_t encode_close(char* out, std::uint16_t code, std::string_view reason) {
  if (code == CloseCode::kNoStatus) return encode_header(out, Opcode::kClose, 0);
  SC_DCHECK(is_valid_close_code(code));
  const std::string_view text = base::truncate_utf8(reason, kMaxCloseReasonBytes);
  const std::size_t header = encode_header(out, Opcode::kClose, 2 + text.size());
  out[header] = static_cast<char>(code >> 8U);
  out[header + 1] = static_cast<char>(code & 0xFFU);
  if (!text.empty()) std::memcpy(out + header + 2, text.data(), text.size());
  return header + 2 + text.size();
}

base::SharedBytes make_frame(Opcode opcode, std::string_view payload, Compressed compressed) {
  base::SharedBytes frame =
      base::SharedBytes::allocate(header_size(payload.size()) + payload.size());
  char* out = frame.mutable_data();
  out += encode_header(out, opcode, payload.size(), Final::kYes, compressed);
  if (!payload.empty()) std::memcpy(out, payload.data(), payload.size());
  return frame;
}

base::SharedBytes make_close_frame(std::uint16_t code, std::string_view reason) {
  char buffer[kMaxControlFrameBytes];
  return base::SharedBytes::copy_of({buffer, encode_close(buffer, code, reason)});
}

}  // namespace socketcluster::websocket
