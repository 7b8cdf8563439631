// SPDX-License-Identifier: MIT
#include "websocket/mask.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketcluster::websocket {
namespace {

using Unmask = Charset (*)(char*, std::size_t, MaskKey);

class UnmaskTest : public testing::TestWithParam<Unmask> {};

INSTANTIATE_TEST_SUITE_P(Versions, UnmaskTest, testing::Values(&unmask, &unmask_portable));

constexpr char kKey[] = "\x12\xF4\x56\x9A";

std::string masked(const std::string& plain, std::size_t position = 0) {
  std::string result = plain;
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<char>(result[i] ^ kKey[(position + i) % 4]);
  }
  return result;
}

std::string sample(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('!' + i % 90);
  return text;
}

TEST_P(UnmaskTest, RestoresEverySizeAndAlignment) {
  for (std::size_t size = 0; size <= 400; ++size) {
    const std::string plain = sample(size);
    for (std::size_t alignment = 0; alignment < 16; ++alignment) {
      alignas(16) char bytes[512];
      std::fill(std::begin(bytes), std::end(bytes), '~');
      masked(plain).copy(bytes + alignment, size);
      EXPECT_EQ(GetParam()(bytes + alignment, size, load_mask_key(kKey)), Charset::kAscii);
      ASSERT_EQ(std::string_view(bytes + alignment, size), plain) << size << ' ' << alignment;
      for (std::size_t i = 0; i < alignment; ++i) ASSERT_EQ(bytes[i], '~');
      for (std::size_t i = alignment + size; i < sizeof bytes; ++i) ASSERT_EQ(bytes[i], '~');
    }
  }
}

TEST_P(UnmaskTest, NoticesANonAsciiByteAtEveryPosition) {
  for (std::size_t size = 1; size <= 330; ++size) {
    for (std::size_t position = 0; position < size; ++position) {
      std::string plain = sample(size);
      plain[position] = '\x80';
      std::string bytes = masked(plain);
      ASSERT_EQ(GetParam()(bytes.data(), size, load_mask_key(kKey)), Charset::kOther);
      ASSERT_EQ(bytes, plain);
    }
  }
}

TEST_P(UnmaskTest, GoesOnAtEveryPosition) {
  const std::string plain = sample(600);
  for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
    std::string bytes = masked(plain);
    const MaskKey key = load_mask_key(kKey);
    GetParam()(bytes.data(), cut, key);
    GetParam()(bytes.data() + cut, bytes.size() - cut, advance_mask_key(key, cut));
    ASSERT_EQ(bytes, plain) << cut;
  }
}

}  // namespace
}  // namespace socketcluster::websocket
