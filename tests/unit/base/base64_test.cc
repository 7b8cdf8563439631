// SPDX-License-Identifier: MIT
#include "base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace socketcluster::base {
namespace {

// RFC 4648 section 10.
TEST(Base64, EncodesTheVectorsOfTheRfc) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, AppendsAndWritesInPlaceAlike) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    const std::span<const unsigned char> span(reinterpret_cast<const unsigned char*>(bytes.data()),
                                              bytes.size());
    std::string appended = "before ";
    append_base64(appended, span);
    std::string written(base64_size(bytes.size()), '!');
    EXPECT_EQ(write_base64(written.data(), span), written.data() + written.size());
    EXPECT_EQ(appended, "before " + written);
    bytes += static_cast<char>(i * 91);
  }
}

TEST(Base64, AlphabetsDifferInTwoCharacters) {
  EXPECT_EQ(base64_encode("\xFB\xEF\xFF"), "++//");
  EXPECT_EQ(base64url_encode("\xFB\xEF\xFF"), "--__");
}

TEST(Base64, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64, RefusesEveryOtherSpelling) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Z===", "====", "=", "Zm8",
                           "Zm9=", "Zm8==", "Zg==Zg==", "Zm-v", "Zm_v", "Zm9v\n", "Zm\\v"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

TEST(Base64Url, HasNoPadding) {
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foo"), "Zm9v");
}

TEST(Base64Url, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64Url, RefusesForeignCharacters) {
  for (const char* text : {"Zg==", "Zm8=", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n", "Zm\xC3\xA9"}) {
    EXPECT_FALSE(base64url_decode(text)) << text;
  }
  EXPECT_FALSE(base64url_decode(std::string("Zm\0v", 4)));
}

TEST(Base64Url, RefusesImpossibleLengths) {
  EXPECT_FALSE(base64url_decode("Z"));
  EXPECT_FALSE(base64url_decode("Zm9vY"));
}

// "Zh" would decode to the byte of "Zg": a signature must have one spelling only.
TEST(Base64Url, RefusesUnusedBitsThatAreSet) {
  EXPECT_TRUE(base64url_decode("Zg"));
  EXPECT_FALSE(base64url_decode("Zh"));
  EXPECT_TRUE(base64url_decode("Zm8"));
  EXPECT_FALSE(base64url_decode("Zm9"));
}

}  // namespace
}  // namespace socketcluster::base
