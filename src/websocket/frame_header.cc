// SPDX-License-Identifier: MIT
#include "websocket/frame_header.h"

namespace socketcluster::websocket {
namespace {

constexpr unsigned kFinBit = 0x80;
constexpr unsigned kRsv1Bit = 0x40;
constexpr unsigned kRsv23Bits = 0x30;
constexpr unsigned kMaskBit = 0x80;
constexpr std::size_t kMaskBytes = 4;

constexpr bool is_known(unsigned opcode) {
  return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA);
}

std::uint64_t load_big_endian(const char* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Empty when the first byte obeys RFC 6455 section 5.2 and, for control frames, 5.5.
std::string_view error_in_first_byte(unsigned byte) {
  if ((byte & kRsv23Bits) != 0) return "Reserved bits must be zero";
  if (!is_known(byte & 0xFU)) return "Reserved opcode";
  const bool control = (byte & 0x8U) != 0;
  if (control && (byte & kFinBit) == 0) return "Control frames must not be fragmented";
  if (control && (byte & kRsv1Bit) != 0) return "Control frames must not be compressed";
  return {};
}

// Empty when the second byte obeys RFC 6455 sections 5.1 and 5.5.
std::string_view error_in_second_byte(unsigned byte, Opcode opcode) {
  if ((byte & kMaskBit) == 0) return "Frames from a client must be masked";
  if (is_control(opcode) && (byte & 0x7FU) > kMaxControlPayload) return "Control frame too long";
  return {};
}

// Empty when `length` is the shortest encoding and below 2^63 (RFC 6455 section 5.2).
std::string_view error_in_length(std::uint64_t length, std::size_t length_bytes) {
  if ((length >> 63U) != 0) return "Invalid payload length";
  const std::uint64_t least = length_bytes == 2 ? 126 : 0x10000;
  return length < least ? "Payload length is not minimally encoded" : std::string_view{};
}

}  // namespace

HeaderScan scan_header(const char* bytes, std::size_t size, FrameHeader* header,
                       std::string_view* error) {
  if (size == 0) return HeaderScan::kIncomplete;
  const auto first = static_cast<unsigned char>(bytes[0]);
  *error = error_in_first_byte(first);
  if (!error->empty()) return HeaderScan::kInvalid;
  if (size == 1) return HeaderScan::kIncomplete;
  header->opcode = static_cast<Opcode>(first & 0xFU);
  header->final = (first & kFinBit) != 0 ? Final::kYes : Final::kNo;
  header->compressed = (first & kRsv1Bit) != 0 ? Compressed::kYes : Compressed::kNo;

  const auto second = static_cast<unsigned char>(bytes[1]);
  *error = error_in_second_byte(second, header->opcode);
  if (!error->empty()) return HeaderScan::kInvalid;
  header->payload_size = second & 0x7FU;
  std::size_t position = 2;
  if (header->payload_size >= 126) {
    const std::size_t length_bytes = header->payload_size == 126 ? 2 : 8;
    if (size < position + length_bytes) return HeaderScan::kIncomplete;
    header->payload_size = load_big_endian(bytes + position, length_bytes);
    *error = error_in_length(header->payload_size, length_bytes);
    if (!error->empty()) return HeaderScan::kInvalid;
    position += length_bytes;
  }
  if (size < position + kMaskBytes) return HeaderScan::kIncomplete;
  header->mask = load_mask_key(bytes + position);
  header->size = static_cast<std::uint8_t>(position + kMaskBytes);
  return HeaderScan::kComplete;
}

}  // namespace socketcluster::websocket
