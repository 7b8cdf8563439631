// SPDX-License-Identifier: MIT
#include "http/byte_range.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace socketcluster::http {
namespace {

constexpr std::uint64_t kWholeSize = 1000;

// "whole", "416", or the Content-Range of the part.
std::string outcome(std::string_view header, std::uint64_t whole = kWholeSize) {
  const RangeChoice choice = choose_range(header, whole);
  switch (choice.kind) {
    case RangeChoice::Kind::kWhole:
      return "whole";
    case RangeChoice::Kind::kPart:
    case RangeChoice::Kind::kUnsatisfiable:
      return content_range(choice, whole);
  }
  return "";
}

TEST(ByteRange, GivesAPart) {
  EXPECT_EQ(outcome("bytes=0-0"), "bytes 0-0/1000");
  EXPECT_EQ(outcome("bytes=0-499"), "bytes 0-499/1000");
  EXPECT_EQ(outcome("bytes=999-999"), "bytes 999-999/1000");
  EXPECT_EQ(outcome("bytes=500-"), "bytes 500-999/1000");
  EXPECT_EQ(outcome("Bytes=0-499"), "bytes 0-499/1000");
  EXPECT_EQ(outcome("bytes= 0-499"), "bytes 0-499/1000");
}

TEST(ByteRange, EndsWithTheWhole) {
  EXPECT_EQ(outcome("bytes=0-1000"), "bytes 0-999/1000");
  EXPECT_EQ(outcome("bytes=900-99999999999999999999999"), "bytes 900-999/1000");
}

TEST(ByteRange, GivesTheLastBytes) {
  EXPECT_EQ(outcome("bytes=-1"), "bytes 999-999/1000");
  EXPECT_EQ(outcome("bytes=-1000"), "bytes 0-999/1000");
  EXPECT_EQ(outcome("bytes=-1001"), "bytes 0-999/1000");
  EXPECT_EQ(outcome("bytes=-99999999999999999999999"), "bytes 0-999/1000");
}

TEST(ByteRange, SaysThatNothingOfItExists) {
  EXPECT_EQ(outcome("bytes=1000-"), "bytes */1000");
  EXPECT_EQ(outcome("bytes=1000-2000"), "bytes */1000");
  EXPECT_EQ(outcome("bytes=99999999999999999999999-"), "bytes */1000");
  EXPECT_EQ(outcome("bytes=-0"), "bytes */1000");
  EXPECT_EQ(outcome("bytes=0-", 0), "bytes */0");
  EXPECT_EQ(outcome("bytes=-5", 0), "whole");
}

TEST(ByteRange, TakesTheWholeForWhatItCannotRead) {
  for (const std::string_view header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-", "bytes=1-a", "bytes=5-4", "bytes=1 - 2",
        "bytes=+1-2", "bytes=0x1-2", "items=0-1", "bytes=0-1,5-6", "bytes=-1,-2", "bytes=--1",
        "bytes=1", "bytes =0-1"}) {
    EXPECT_EQ(outcome(header), "whole") << header;
  }
}

}  // namespace
}  // namespace socketcluster::http
