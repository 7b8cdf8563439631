// SPDX-License-Identifier: MIT
#include "supervisor/status_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace socketcluster::supervisor {
namespace {

using testing::HasSubstr;

std::vector<std::string> lines_of(const JsonObject& report) {
  std::vector<std::string> lines;
  std::istringstream stream(status_table(report));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

const Json kReport = {
    {"appName", "chat"},
    {"instanceId", "i-1"},
    {"version", "0.1.0"},
    {"port", 8000},
    {"processes",
     {{{"role", "master"}, {"pid", 40}, {"uptime", 90061.5}, {"rss", 10485760}, {"cpu", 0.25}},
      {{"role", "worker"},
       {"id", 0},
       {"pid", 41},
       {"state", "serving"},
       {"uptime", 59.9},
       {"restarts", 2},
       {"rss", 1048576},
       {"cpu", 12.34},
       {"clients", 1000},
       {"channels", 7},
       {"messagesIn", 0.26},
       {"messagesOut", 12345.6},
       {"httpRPM", 0.0},
       {"wsRPM", 61.5}}}}};

TEST(StatusTable, HasALineForEachProcess) {
  const std::vector<std::string> lines = lines_of(kReport.as_object());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "chat  port 8000  version 0.1.0  instance i-1");
  EXPECT_EQ(lines[1],
            "PROCESS   PID  STATE    UPTIME  RESTARTS    MEMORY    CPU  CLIENTS  CHANNELS  IN/S  "
            "OUT/S  HTTP/MIN  WS/MIN");
  EXPECT_EQ(lines[2],
            "master     40  -         1d 1h         -  10.0 MiB   0.2%        -         -     -  "
            "    -         -       -");
  EXPECT_EQ(lines[3],
            "worker 0   41  serving     59s         2   1.0 MiB  12.3%     1000         7   0.3  "
            "12346         0      62");
}

TEST(StatusTable, ShowsTimesInTwoUnits) {
  const auto uptime = [](double seconds) {
    const Json process{{"role", "x"}, {"uptime", seconds}};
    const std::string line = lines_of({{"processes", JsonArray{process}}})[2];
    return line.substr(line.find("-  -") + 4, 14);
  };
  EXPECT_THAT(uptime(0), HasSubstr(" 0s "));
  EXPECT_THAT(uptime(60), HasSubstr(" 1m 0s "));
  EXPECT_THAT(uptime(3599), HasSubstr(" 59m 59s "));
  EXPECT_THAT(uptime(3600), HasSubstr(" 1h 0m "));
  EXPECT_THAT(uptime(86400), HasSubstr(" 1d 0h "));
}

TEST(StatusTable, BearsAnyReport) {
  EXPECT_EQ(lines_of({}).size(), 2U);
  EXPECT_EQ(lines_of({{"processes", 7}, {"port", "\x1b[2J"}}).size(), 2U);
  const std::vector<std::string> lines =
      lines_of({{"processes", {1, {{"role", nullptr}, {"pid", "\n"}, {"rss", JsonObject{}}}}}});
  EXPECT_EQ(lines.size(), 3U);
}

}  // namespace
}  // namespace socketcluster::supervisor
