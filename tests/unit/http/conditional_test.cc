// SPDX-License-Identifier: MIT
#include "http/conditional.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_parser.h"

namespace socketcluster::http {
namespace {

constexpr std::int64_t kModified = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT

constexpr std::int64_t kNow = 1'700'000'000;

Request request_with(std::string_view fields) {
  static constexpr RequestLimits kLimits;
  RequestParser parser(kLimits);
  const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
  EXPECT_EQ(parser.feed(bytes).outcome, RequestParser::Outcome::kComplete);
  return parser.request();
}

bool not_modified(std::string_view fields, std::string_view etag = "W/\"a\"") {
  return is_not_modified(request_with(fields), {etag, kModified}, kNow);
}

bool precondition_false(std::string_view fields, std::string_view etag = "\"a\"") {
  return is_precondition_false(request_with(fields), {etag, kModified}, kNow);
}

TEST(Conditional, UnconditionalRequestIsModified) {
  EXPECT_FALSE(not_modified(""));
}

TEST(Conditional, IfNoneMatchComparesWeakly) {
  EXPECT_TRUE(not_modified("If-None-Match: W/\"a\"\r\n"));
  EXPECT_TRUE(not_modified("If-None-Match: \"a\"\r\n"));
  EXPECT_TRUE(not_modified("If-None-Match: W/\"a\"\r\n", "\"a\""));
  EXPECT_FALSE(not_modified("If-None-Match: \"b\"\r\n"));
  EXPECT_FALSE(not_modified("If-None-Match: \"A\"\r\n"));
  EXPECT_FALSE(not_modified("If-None-Match: w/\"a\"\r\n"));
}

TEST(Conditional, IfNoneMatchReadsListsAndStar) {
  EXPECT_TRUE(not_modified("If-None-Match: *\r\n"));
  EXPECT_TRUE(not_modified("If-None-Match: \"x\", W/\"y\" , ,\"a\"\r\n"));
  EXPECT_TRUE(not_modified("If-None-Match: \"x\"\r\nIf-None-Match: \"a\"\r\n"));
  EXPECT_TRUE(not_modified("If-None-Match: \"x,y\", \"a,b\"\r\n", "\"a,b\""));
  EXPECT_FALSE(not_modified("If-None-Match: \"x,\"a\"\r\n", "\"y\""));
}

TEST(Conditional, MalformedIfNoneMatchMatchesNothing) {
  for (const char* value : {"", "a", "\"a", "W/", "W/a", "x, \"a\"", "'a'"}) {
    EXPECT_FALSE(not_modified("If-None-Match: " + std::string(value) + "\r\n")) << value;
  }
}

TEST(Conditional, IfModifiedSinceAtTheSecondAndAround) {
  EXPECT_TRUE(not_modified("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  EXPECT_TRUE(not_modified("If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n"));
  EXPECT_FALSE(not_modified("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"));
  EXPECT_TRUE(not_modified("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n"));
  EXPECT_TRUE(not_modified("If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n"));
}

TEST(Conditional, UnreadableOrRepeatedIfModifiedSinceIsIgnored) {
  EXPECT_FALSE(not_modified("If-Modified-Since: tomorrow\r\n"));
  EXPECT_FALSE(
      not_modified("If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n"
                   "If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n"));
}

TEST(Conditional, IfNoneMatchOverrulesIfModifiedSince) {
  EXPECT_FALSE(
      not_modified("If-None-Match: \"b\"\r\n"
                   "If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n"));
  EXPECT_TRUE(
      not_modified("If-None-Match: \"a\"\r\n"
                   "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"));
}

TEST(Conditional, IfMatchComparesStrongly) {
  EXPECT_FALSE(precondition_false(""));
  EXPECT_FALSE(precondition_false("If-Match: *\r\n"));
  EXPECT_FALSE(precondition_false("If-Match: *\r\n", "W/\"a\""));
  EXPECT_FALSE(precondition_false("If-Match: \"a\"\r\n"));
  EXPECT_FALSE(precondition_false("If-Match: W/\"x\", \"b\"\r\nIf-Match: \"a\"\r\n"));
  EXPECT_TRUE(precondition_false("If-Match: \"b\"\r\n"));
  EXPECT_TRUE(precondition_false("If-Match: W/\"a\"\r\n"));
  EXPECT_TRUE(precondition_false("If-Match: W/\"a\"\r\n", "W/\"a\""));
  EXPECT_TRUE(precondition_false("If-Match: \"a\"\r\n", "W/\"a\""));
  EXPECT_TRUE(precondition_false("If-Match: a\r\n"));
}

TEST(Conditional, IfUnmodifiedSinceAtTheSecondAndAround) {
  EXPECT_FALSE(precondition_false("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n"));
  EXPECT_FALSE(precondition_false("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  EXPECT_TRUE(precondition_false("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"));
  EXPECT_FALSE(precondition_false("If-Unmodified-Since: yesterday\r\n"));
}

TEST(Conditional, IfMatchOverrulesIfUnmodifiedSince) {
  const std::string older = "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n";
  EXPECT_FALSE(precondition_false("If-Match: \"a\"\r\n" + older));
  EXPECT_TRUE(
      precondition_false("If-Match: \"b\"\r\n"
                         "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n"));
}

}  // namespace
}  // namespace socketcluster::http
