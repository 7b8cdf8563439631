// SPDX-License-Identifier: MIT
#include "auth/timespan.h"

#include <gtest/gtest.h>

#include <string>

namespace socketcluster::auth {
namespace {

TEST(Timespan, ReadsNumbersWithoutUnitAsMilliseconds) {
  EXPECT_EQ(timespan_ms("10"), 10);
  EXPECT_EQ(timespan_ms("0"), 0);
  EXPECT_EQ(timespan_ms("-7"), -7);
  EXPECT_EQ(timespan_ms("60 "), 60);
}

TEST(Timespan, ReadsEverySpellingOfEveryUnit) {
  const struct {
    const char* names;
    double ms;
  } rows[] = {{"ms msec msecs millisecond milliseconds", 1},
              {"s sec secs second seconds", 1000},
              {"m min mins minute minutes", 60000},
              {"h hr hrs hour hours", 3600000},
              {"d day days", 86400000},
              {"w week weeks", 604800000},
              {"y yr yrs year years", 31557600000}};
  for (const auto& row : rows) {
    std::string names = row.names;
    for (std::size_t begin = 0; begin < names.size();) {
      const std::size_t end = std::min(names.find(' ', begin), names.size());
      const std::string name = names.substr(begin, end - begin);
      EXPECT_EQ(timespan_ms("2" + name), 2 * row.ms) << name;
      EXPECT_EQ(timespan_ms("-3   " + name), -3 * row.ms) << name;
      begin = end + 1;
    }
  }
}

TEST(Timespan, IgnoresCase) {
  EXPECT_EQ(timespan_ms("1 Day"), 86400000);
  EXPECT_EQ(timespan_ms("1H"), 3600000);
  EXPECT_EQ(timespan_ms("5 MSecs"), 5);
}

TEST(Timespan, ReadsFractions) {
  EXPECT_EQ(timespan_ms("1.5h"), 5400000);
  EXPECT_EQ(timespan_ms(".5 s"), 500);
  EXPECT_EQ(timespan_ms("-.5h"), -1800000);
  EXPECT_EQ(timespan_ms("-1.25d"), -108000000);
}

TEST(Timespan, RefusesOtherTexts) {
  for (const char* text :
       {"",    " ",    "-",     ".",    "1.",       "1.h",  "h",    "1 fortnight",
        "1hh", "1h ",  " 1h",   "+1h",  "1e3",      "1e3s", "0x10", "1.2.3",
        "--1", "1,5h", "1h30m", "1\th", "Infinity", "NaN",  "1d\n", "ten"}) {
    EXPECT_EQ(timespan_ms(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(Timespan, RefusesTextsOfMoreThanAHundredBytes) {
  EXPECT_EQ(timespan_ms(std::string(98, '0') + "7s"), 7000);
  EXPECT_EQ(timespan_ms(std::string(99, '0') + "7s"), std::nullopt);
  EXPECT_GT(timespan_ms(std::string(99, '9') + "y").value(), 1e109);
}

}  // namespace
}  // namespace socketcluster::auth
