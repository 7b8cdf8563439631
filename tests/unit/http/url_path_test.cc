// SPDX-License-Identifier: MIT
#include "http/url_path.h"

#include <gtest/gtest.h>

namespace socketcluster::http {
namespace {

TEST(UrlPath, DecodesPercentOnce) {
  EXPECT_EQ(decode_percent("a%20b%2fc%2F"), "a b/c/");
  EXPECT_EQ(decode_percent("%2525"), "%25");
  EXPECT_EQ(decode_percent("a+b"), "a+b");
  EXPECT_EQ(decode_percent(""), "");
  EXPECT_EQ(decode_percent("%00")->size(), 1U);
  for (const char* broken : {"%", "%2", "%g0", "%0g", "a%", "% 0", "%-1"}) {
    EXPECT_FALSE(decode_percent(broken).has_value()) << broken;
  }
}

TEST(UrlPath, ResolvesOrdinaryPaths) {
  EXPECT_EQ(resolve_file_path("/"), "");
  EXPECT_EQ(resolve_file_path("/a"), "a");
  EXPECT_EQ(resolve_file_path("/a/"), "a/");
  EXPECT_EQ(resolve_file_path("/a/b.html"), "a/b.html");
  EXPECT_EQ(resolve_file_path("/a%20b/%C3%A4"), "a b/\xc3\xa4");
  EXPECT_EQ(resolve_file_path("/a..b/c."), "a..b/c.");
  EXPECT_EQ(resolve_file_path("/%252e%252e/x"), "%2e%2e/x");  // decoded once, an ordinary name
}

// Certificates of Let's Encrypt could not be had: hidden like every name with a dot.
TEST(UrlPath, WellKnownNamesAreNotHidden) {
  EXPECT_EQ(resolve_file_path("/.well-known/acme-challenge/x"), ".well-known/acme-challenge/x");
  EXPECT_EQ(resolve_file_path("/%2ewell-known/"), ".well-known/");
  for (const char* path : {"/.well-known/.git", "/.well-known/../x", "/a/.well-known/x",
                           "/.well-knownx", "/.Well-Known/x", "/.well-known/.well-known/x"}) {
    EXPECT_FALSE(resolve_file_path(path).has_value()) << path;
  }
}

TEST(UrlPath, RefusesTraversal) {
  for (const char* path : {"",
                           "a",
                           "*",
                           "/..",
                           "/../x",
                           "/a/../b",
                           "/a/..",
                           "/.",
                           "/./a",
                           "/a/./b",
                           "/%2e%2e/x",
                           "/%2E%2e/x",
                           "/.%2e/x",
                           "/%2e./x",
                           "/..%2fx",
                           "/..%2Fx",
                           "/%2e%2e%2fx",
                           "/a%2fb",
                           "/a%5cb",
                           "/..%5cx",
                           "/a\\b",
                           "/..\\x",
                           "/a%00",
                           "/a%00.html",
                           "/%00",
                           "//a",
                           "//",
                           "/a//b",
                           "/a//",
                           "/.git/config",
                           "/a/.env",
                           "/%2egit",
                           "/...",
                           "/..a",
                           "/a%0ab",
                           "/a%7f",
                           "/%2f",
                           "/%2fetc/passwd",
                           "/a/%2e"}) {
    EXPECT_FALSE(resolve_file_path(path).has_value()) << path;
  }
}

}  // namespace
}  // namespace socketcluster::http
