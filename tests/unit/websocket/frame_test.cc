// SPDX-License-Identifier: MIT
#include "websocket/frame.h"

#include <gtest/gtest.h>

#include <string>

namespace socketcluster::websocket {
namespace {

std::string header(Opcode opcode, std::size_t size, Final final = Final::kYes,
                   Compressed compressed = Compressed::kNo) {
  char bytes[kMaxHeaderBytes];
  const std::size_t written = encode_header(bytes, opcode, size, final, compressed);
  EXPECT_EQ(written, header_size(size));
  return {bytes, written};
}

std::string of(std::initializer_list<int> bytes) {
  std::string result;
  for (const int byte : bytes) result += static_cast<char>(byte);
  return result;
}

// RFC 6455 section 5.7.
TEST(Frame, EncodesTheExamplesOfTheRfc) {
  EXPECT_EQ(make_frame(Opcode::kText, "Hello").view(), of({0x81, 0x05}) + "Hello");
  EXPECT_EQ(header(Opcode::kText, 3, Final::kNo), of({0x01, 0x03}));
  EXPECT_EQ(header(Opcode::kContinuation, 2), of({0x80, 0x02}));
  EXPECT_EQ(make_frame(Opcode::kPing, "Hello").view(), of({0x89, 0x05}) + "Hello");
  EXPECT_EQ(header(Opcode::kBinary, 256), of({0x82, 0x7E, 0x01, 0x00}));
  EXPECT_EQ(header(Opcode::kBinary, 65536), of({0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(Frame, UsesTheShortestLength) {
  EXPECT_EQ(header(Opcode::kText, 0), of({0x81, 0}));
  EXPECT_EQ(header(Opcode::kText, 125), of({0x81, 125}));
  EXPECT_EQ(header(Opcode::kText, 126), of({0x81, 126, 0, 126}));
  EXPECT_EQ(header(Opcode::kText, 127), of({0x81, 126, 0, 127}));
  EXPECT_EQ(header(Opcode::kText, 65535), of({0x81, 126, 0xFF, 0xFF}));
  EXPECT_EQ(header(Opcode::kText, 65536), of({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
}

// RFC 6455 section 5.1.
TEST(Frame, IsNeverMasked) {
  for (const std::size_t size : {0U, 125U, 126U, 65535U, 65536U}) {
    EXPECT_EQ(static_cast<unsigned char>(header(Opcode::kBinary, size)[1]) & 0x80U, 0U);
  }
}

TEST(Frame, MarksCompressedMessages) {
  EXPECT_EQ(header(Opcode::kText, 7, Final::kYes, Compressed::kYes), of({0xC1, 0x07}));
}

TEST(Frame, EncodesAnEmptyMessage) {
  EXPECT_EQ(make_frame(Opcode::kText, "").view(), of({0x81, 0}));
}

TEST(CloseFrame, CarriesCodeAndReason) {
  EXPECT_EQ(make_close_frame(4001, "gone").view(), of({0x88, 6, 0x0F, 0xA1}) + "gone");
  EXPECT_EQ(make_close_frame(1000).view(), of({0x88, 2, 0x03, 0xE8}));
}

TEST(CloseFrame, IsEmptyWithoutStatus) {
  EXPECT_EQ(make_close_frame(CloseCode::kNoStatus, "dropped").view(), of({0x88, 0}));
}

TEST(CloseFrame, CutsTheReasonAtTheLimit) {
  EXPECT_EQ(make_close_frame(1000, std::string(123, 'r')).size(), 127U);
  EXPECT_EQ(make_close_frame(1000, std::string(124, 'r')).size(), 127U);
}

TEST(CloseFrame, CutsTheReasonBetweenCharacters) {
  const std::string reason = std::string(121, 'r') + "\xE2\x82\xAC";  // its last byte is number 124
  EXPECT_EQ(make_close_frame(1000, reason).size(), 2U + 2U + 121U);
  const std::string fits = std::string(120, 'r') + "\xE2\x82\xAC";
  EXPECT_EQ(make_close_frame(1000, fits + "more").view().substr(4), fits);
}

TEST(CloseCode, MayBeSentWhenDefined) {
  for (unsigned code = 0; code <= 0xFFFF; ++code) {
    const bool defined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                         (code >= 3000 && code <= 4999);
    EXPECT_EQ(is_valid_close_code(static_cast<std::uint16_t>(code)), defined) << code;
  }
}

}  // namespace
}  // namespace socketcluster::websocket
