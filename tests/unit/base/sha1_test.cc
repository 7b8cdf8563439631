// SPDX-License-Identifier: MIT
#include "base/sha1.h"

#include <gtest/gtest.h>

#include <string>

namespace socketcluster::base {
namespace {

std::string hex(std::string_view text) {
  std::string result;
  for (const unsigned char byte : sha1(text)) {
    result += "0123456789abcdef"[byte >> 4U];
    result += "0123456789abcdef"[byte & 15U];
  }
  return result;
}

// FIPS 180 examples.
TEST(Sha1, MatchesKnownDigests) {
  EXPECT_EQ(hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

// A thread keeps what it computes with; nothing of one text may get into the next.
TEST(Sha1, DoesNotDependOnWhatCameBefore) {
  const std::string first = hex(std::string(1000, 'x'));
  EXPECT_EQ(hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(std::string(1000, 'x')), first);
}

}  // namespace
}  // namespace socketcluster::base
