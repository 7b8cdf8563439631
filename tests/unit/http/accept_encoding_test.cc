// SPDX-License-Identifier: MIT
#include "http/accept_encoding.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketcluster::http {
namespace {

// "brotli gzip identity", in thousandths.
std::string weights(std::string_view header) {
  const CodingWeights parsed = parse_accept_encoding(header);
  return std::to_string(parsed.brotli) + ' ' + std::to_string(parsed.gzip) + ' ' +
         std::to_string(parsed.identity);
}

TEST(AcceptEncoding, ReadsWhatBrowsersSend) {
  EXPECT_EQ(weights("gzip, deflate, br, zstd"), "1000 1000 1");
  EXPECT_EQ(weights("gzip"), "0 1000 1");
  EXPECT_EQ(weights("X-GZIP"), "0 1000 1");
  EXPECT_EQ(weights("identity"), "0 0 1000");
}

TEST(AcceptEncoding, ReadsWeights) {
  EXPECT_EQ(weights("br;q=0.5, gzip;q=0.25, identity;q=0.125"), "500 250 125");
  EXPECT_EQ(weights("br ; q=1.000,\tgzip;Q=0.001"), "1000 1 1");
  EXPECT_EQ(weights("gzip;q=0"), "0 0 1");
  EXPECT_EQ(weights("gzip;q=1, gzip;q=0.3"), "0 300 1");
}

TEST(AcceptEncoding, ReadsTheAsterisk) {
  EXPECT_EQ(weights("*"), "1000 1000 1");
  EXPECT_EQ(weights("*;q=0.5, br;q=0"), "0 500 1");
  EXPECT_EQ(weights("gzip, *;q=0"), "0 1000 0");
  EXPECT_EQ(weights("identity;q=0.7, *;q=0"), "0 0 700");
  EXPECT_EQ(weights("identity;q=0"), "0 0 0");
}

TEST(AcceptEncoding, SkipsWhatCannotBeRead) {
  EXPECT_EQ(weights(""), "0 0 1");
  EXPECT_EQ(weights(",,;,q=1,"), "0 0 1");
  for (const std::string_view wrong :
       {"gzip;q=2", "gzip;q=1.1", "gzip;q=1.001", "gzip;q=0.1234", "gzip;q=", "gzip;q", "gzip;q=x",
        "gzip;q=0,5", "gzip;q=-1", "gzip;level=9", "gzip;q=1x", "gzip;q=.5"}) {
    EXPECT_EQ(weights(std::string("br, ") + std::string(wrong)), "1000 0 1") << wrong;
  }
}

}  // namespace
}  // namespace socketcluster::http
