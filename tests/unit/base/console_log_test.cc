// SPDX-License-Identifier: MIT
#include "base/console_log.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace socketcluster::base {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";

std::string written(const ConsoleLogSettings& settings, LogLevel level, std::string_view text) {
  std::ostringstream stream;
  ConsoleLog log(stream, settings);
  log.write(level, text);
  return stream.str();
}

TEST(ConsoleLog, WritesOneLineOfText) {
  const std::string expected =
      std::string(kTime) + " warning worker 7 \\(PID " + std::to_string(getpid()) + "\\): slow\n";
  EXPECT_THAT(written({.origin = "worker 7"}, LogLevel::kWarning, "slow"), MatchesRegex(expected));
}

TEST(ConsoleLog, WritesOneJsonObjectPerLine) {
  const std::string expected = std::string("\\{\"time\":\"") + kTime +
                               R"(","level":"error","origin":"w","pid":)" +
                               std::to_string(getpid()) + ",\"message\":\"it failed\"\\}\n";
  EXPECT_THAT(written({.json = true, .origin = "w"}, LogLevel::kError, "it failed"),
              MatchesRegex(expected));
}

// What write_from() writes for an entry of another process.
std::string written_from(const LogOrigin& origin, const ConsoleLogSettings& settings) {
  std::ostringstream stream;
  ConsoleLog log(stream, settings);
  log.write_from(origin, LogLevel::kWarning, "slow\nvery");
  return stream.str();
}

TEST(ConsoleLog, WritesAnEntryOfAnotherProcessWithItsOwnOriginAndTime) {
  const LogOrigin origin{
      .name = "worker 3\n%v{}\"",
      .pid = 42,
      .time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1469016000123))};
  EXPECT_EQ(written_from(origin, {.origin = "master"}),
            "2016-07-20T12:00:00.123Z warning worker 3\\n%v{}\" (PID 42): slow\n    very\n");
  EXPECT_EQ(written_from(origin, {.json = true, .origin = "master"}),
            R"({"time":"2016-07-20T12:00:00.123Z","level":"warning","origin":"worker 3\\n%v{}\"",)"
            R"("pid":42,"message":"slow\nvery"})"
            "\n");
  EXPECT_EQ(written_from(origin, {.level = 1, .origin = "master"}), "");
}

// Knows nothing of origins.
class PlainLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view text) override { last = text; }
  std::string last;
};

TEST(Log, PutsTheOriginIntoTheTextWhereItHasNoOtherPlace) {
  PlainLog log;
  log.write_from({.name = "broker 1", .pid = 7, .time = {}}, LogLevel::kInfo, "up");
  EXPECT_EQ(log.last, "broker 1 (PID 7): up");
}

TEST(ConsoleLog, ShowsTheLevelsOfTheOption) {
  const auto shown = [](int level) {
    std::string levels;
    for (const LogLevel entry :
         {LogLevel::kError, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kDebug}) {
      levels += written({.level = level}, entry, "x").empty() ? '-' : 'x';
    }
    return levels;
  };
  EXPECT_EQ(shown(0), "----");
  EXPECT_EQ(shown(1), "xx--");
  EXPECT_EQ(shown(2), "xxx-");
  EXPECT_EQ(shown(3), "xxxx");
}

TEST(ConsoleLog, IndentsFurtherLinesSoThatNoneLooksLikeAnEntry) {
  const std::string forged = "name\n2016-07-20T12:00:00.123Z error worker 0 (PID 1): forged";
  EXPECT_THAT(written({}, LogLevel::kInfo, forged), HasSubstr("name\n    2016-07-20"));
}

TEST(ConsoleLog, KeepsAJsonEntryOnOneLine) {
  const std::string line = written({.json = true}, LogLevel::kInfo, "a\nb\"},{\"c\\\x1b");
  EXPECT_THAT(line, EndsWith("\"message\":\"a\\nb\\\"},{\\\"c\\\\\\\\x1b\"}\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(ConsoleLog, EscapesControlCharacters) {
  EXPECT_THAT(written({}, LogLevel::kInfo, "\x1b[2J\r"), EndsWith(": \\x1b[2J\\r\n"));
}

TEST(ConsoleLog, TakesPercentAndBracesLiterally) {
  EXPECT_THAT(written({.origin = "100%v"}, LogLevel::kInfo, "{} %v %d"),
              testing::ContainsRegex("100%v \\(PID [0-9]+\\): \\{\\} %v %d\n"));
}

}  // namespace
}  // namespace socketcluster::base
