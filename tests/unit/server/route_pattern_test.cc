// SPDX-License-Identifier: MIT
// Patterns of routes.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "server/http_routes.h"

namespace socketcluster::server {
namespace {

std::string matched(std::string_view pattern, std::string_view path) {
  const auto parsed = RoutePattern::parse(pattern);
  if (!parsed) return "invalid";
  const auto params = parsed->match(path);
  if (!params) return "no";
  std::string text = "yes";
  for (const auto& [name, value] : *params) text += " " + name + "=" + value;
  return text;
}

TEST(RoutePattern, MatchesSegmentBySegment) {
  EXPECT_EQ(matched("/", "/"), "yes");
  EXPECT_EQ(matched("/", "/a"), "no");
  EXPECT_EQ(matched("/a/b", "/a/b"), "yes");
  EXPECT_EQ(matched("/a/b", "/a/b/"), "no");
  EXPECT_EQ(matched("/a/b", "/a"), "no");
  EXPECT_EQ(matched("/a/b", "/a/b/c"), "no");
  EXPECT_EQ(matched("/a/b", "/A/b"), "no");
  EXPECT_EQ(matched("/a/", "/a/"), "yes");
  EXPECT_EQ(matched("/a", "*"), "no");
  EXPECT_EQ(matched("/a", ""), "no");
}

TEST(RoutePattern, TakesParametersDecoded) {
  EXPECT_EQ(matched("/u/:id", "/u/7"), "yes id=7");
  EXPECT_EQ(matched("/u/:id", "/u/"), "no");
  EXPECT_EQ(matched("/u/:id", "/u/a%2Fb%20c%2B"), "yes id=a/b c+");
  EXPECT_EQ(matched("/u/:id", "/u/a+b"), "yes id=a+b");
  EXPECT_EQ(matched("/u/:id", "/u/%zz"), "no");
  EXPECT_EQ(matched("/:a/x/:b", "/1/x/2"), "yes a=1 b=2");
  EXPECT_EQ(matched("/caf%C3%A9", "/caf%C3%A9"), "no");  // patterns are not encoded
  EXPECT_EQ(matched("/caf\xC3\xA9", "/caf%C3%A9"), "yes");
}

TEST(RoutePattern, TakesTheRestForAStar) {
  EXPECT_EQ(matched("/f/*", "/f/"), "yes *=");
  EXPECT_EQ(matched("/f/*", "/f/a/b%20c"), "yes *=a/b c");
  EXPECT_EQ(matched("/f/*", "/f"), "no");
  EXPECT_EQ(matched("/*", "/"), "yes *=");
  EXPECT_EQ(matched("/:a/*", "/x/y/z"), "yes a=x *=y/z");
}

TEST(RoutePattern, RefusesWhatMeansNothing) {
  for (const char* pattern : {"", "a", "/:", "/:a/:a", "/*/a", "/a*", "/:a*"}) {
    EXPECT_EQ(matched(pattern, "/"), "invalid") << pattern;
  }
}

}  // namespace
}  // namespace socketcluster::server
