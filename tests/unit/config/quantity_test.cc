// SPDX-License-Identifier: MIT
#include "config/quantity.h"

#include <gtest/gtest.h>

namespace socketcluster::config {
namespace {

TEST(Quantity, ReadsPlainNumbersInEveryUnit) {
  for (const Unit unit : {Unit::kNone, Unit::kMilliseconds, Unit::kSeconds, Unit::kBytes}) {
    EXPECT_EQ(parse_quantity("0", unit), 0);
    EXPECT_EQ(parse_quantity("-5", unit), -5);
    EXPECT_EQ(parse_quantity("9223372036854775807", unit), 9223372036854775807);
  }
}

TEST(Quantity, ReadsSuffixesOfItsUnitOnly) {
  EXPECT_EQ(parse_quantity("500ms", Unit::kMilliseconds), 500);
  EXPECT_EQ(parse_quantity("10 s", Unit::kMilliseconds), 10'000);
  EXPECT_EQ(parse_quantity("2min", Unit::kMilliseconds), 120'000);
  EXPECT_EQ(parse_quantity("1H", Unit::kMilliseconds), 3'600'000);
  EXPECT_EQ(parse_quantity("1d", Unit::kSeconds), 86'400);
  EXPECT_EQ(parse_quantity("64KiB", Unit::kBytes), 65'536);
  EXPECT_EQ(parse_quantity("1m", Unit::kBytes), 1'048'576);
  EXPECT_EQ(parse_quantity("2GiB", Unit::kBytes), 2'147'483'648);
  EXPECT_EQ(parse_quantity("10s", Unit::kBytes), std::nullopt);
  EXPECT_EQ(parse_quantity("10s", Unit::kNone), std::nullopt);
  EXPECT_EQ(parse_quantity("1KiB", Unit::kMilliseconds), std::nullopt);
}

TEST(Quantity, RefusesEverythingElse) {
  for (const char* text : {"", " ", "x", "1.5", "1e3", "+1", "0x10", " 1", "1 ", "10 ss", "ms",
                           "9223372036854775808"}) {
    EXPECT_EQ(parse_quantity(text, Unit::kMilliseconds), std::nullopt) << text;
  }
}

TEST(Quantity, RefusesWhatOverflowsOnlyWithItsSuffix) {
  EXPECT_EQ(parse_quantity("8589934591GiB", Unit::kBytes), 9223372035781033984);
  EXPECT_EQ(parse_quantity("8589934592GiB", Unit::kBytes), std::nullopt);
  EXPECT_EQ(parse_quantity("-8589934592GiB", Unit::kBytes), std::nullopt);
}

TEST(Quantity, WritesWhatPeopleRead) {
  EXPECT_EQ(format_quantity(8000, Unit::kMilliseconds), "8000 ms");
  EXPECT_EQ(format_quantity(1'048'576, Unit::kBytes), "1 MiB");
  EXPECT_EQ(format_quantity(16'384, Unit::kBytes), "16 KiB");
  EXPECT_EQ(format_quantity(1000, Unit::kBytes), "1000 bytes");
  EXPECT_EQ(format_quantity(0, Unit::kBytes), "0 bytes");
}

}  // namespace
}  // namespace socketcluster::config
