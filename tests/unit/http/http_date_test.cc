// SPDX-License-Identifier: MIT
#include "http/http_date.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>
#include <string>

namespace socketcluster::http {
namespace {

constexpr std::int64_t kExample = 784111777;  // the date of RFC 9110 section 5.6.7
constexpr std::int64_t kNow = 1'700'000'000;  // 2023

TEST(HttpDate, FormatsTheExampleOfTheStandard) {
  EXPECT_EQ(format_http_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(format_http_date(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(HttpDate, ClampsYearsThatDoNotFit) {
  EXPECT_EQ(format_http_date(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(format_http_date(INT64_MIN), "Mon, 01 Jan 0001 00:00:00 GMT");
}

TEST(HttpDate, ReadsAllThreeFormats) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov 16 08:49:37 1994", kNow), kExample + 10 * 86400);
}

TEST(HttpDate, TwoDigitYearsAreAtMostFiftyYearsAhead) {
  EXPECT_EQ(
      format_http_date(*parse_http_date("Sunday, 06-Nov-73 08:49:37 GMT", kNow)).substr(12, 4),
      "2073");
  EXPECT_EQ(
      format_http_date(*parse_http_date("Sunday, 06-Nov-74 08:49:37 GMT", kNow)).substr(12, 4),
      "1974");
}

TEST(HttpDate, AgreesWithTheSystemOverTheYears) {
  for (std::int64_t second = -86400LL * 366 * 80; second < 86400LL * 366 * 200;
       second += 86400 * 13 + 3607) {
    const std::time_t time = second;
    std::tm parts{};
    ASSERT_NE(gmtime_r(&time, &parts), nullptr);
    char text[64];
    ASSERT_GT(std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts), 0U);
    ASSERT_EQ(format_http_date(second), text);
    ASSERT_EQ(parse_http_date(text, kNow), second);
  }
}

TEST(HttpDate, RefusesEverythingElse) {
  for (const char* text :
       {"", "0", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sonntag, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text, kNow).has_value()) << text;
  }
}

TEST(DateCache, FollowsTheSecond) {
  DateCache cache;
  EXPECT_EQ(cache.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(cache.at(1), "Thu, 01 Jan 1970 00:00:01 GMT");
  EXPECT_EQ(cache.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace socketcluster::http
