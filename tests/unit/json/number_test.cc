// SPDX-License-Identifier: MIT
#include "json/number.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketcluster::json {
namespace {

// The expected texts are what V8 prints.
TEST(JsonNumber, IsWrittenAsJavaScriptDoes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0", "0"},
      {"-0", "0"},
      {"0.0", "0"},
      {"1", "1"},
      {"-1", "-1"},
      {"1.50", "1.5"},
      {"100", "100"},
      {"1e2", "100"},
      {"123456789012345680000", "123456789012345680000"},
      {"1e20", "100000000000000000000"},
      {"1e21", "1e+21"},
      {"1.5e300", "1.5e+300"},
      {"1e-6", "0.000001"},
      {"0.000001", "0.000001"},
      {"1e-7", "1e-7"},
      {"0.0000001234", "1.234e-7"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"1e309", "Infinity"},
      {"-1e309", "-Infinity"},
      {"1e-400", "0"},
      {"-1e-400", "0"},
      {"5e-324", "5e-324"},
      {"0.1", "0.1"},
      {"123.456", "123.456"},
      {"9007199254740993", "9007199254740992"},
      {"1E5", "100000"},
      {"12345678901234567890123", "1.2345678901234568e+22"},
      {"1e-999999999999999999999", "0"},
      {"1e999999999999999999999", "Infinity"},
      {"0e999", "0"},
      {"0.1e1", "1"},
      {"4.35", "4.35"},
      {"100000000000000000000000", "1e+23"},
      {"0.00001", "0.00001"},
      {"1e-5", "0.00001"},
      {"0e99999999999999999999", "0"},
      {"-0.000e-99999999999999999999", "0"},
      {std::string(400, '9'), "Infinity"},
      {"0." + std::string(400, '0') + "1", "0"},
      {std::string(400, '9') + "e-399", "10"},
      {"0." + std::string(400, '0') + "1e401", "1"},
  };
  for (const auto& [number, text] : cases) {
    std::string out;
    append_js_number(out, number);
    EXPECT_EQ(out, text) << number;
  }
}

TEST(JsonNumber, IsPortableWhileFinite) {
  for (const std::string& number :
       {std::string("0"), std::string("-1.5e10"), std::string("1.7976931348623157e308"),
        std::string("1e-400"), std::string("1e-999999"), std::string("0e99"),
        std::string("-0.0e-99"), "0." + std::string(300, '0'),
        std::string("1e00000000000000000005"), std::string(309, '1'),
        std::string(400, '9') + "e-200", std::string(200, '9') + "e99",
        "0." + std::string(400, '0') + "1e401"}) {
    EXPECT_TRUE(is_portable_number(number)) << number;
  }
  for (const std::string& number :
       {std::string("1e309"), std::string("-1e309"), std::string("1.8e308"),
        std::string("1e-1000000"), std::string("0e1000000"), std::string(310, '1'),
        std::string(200, '9') + "e109"}) {
    EXPECT_FALSE(is_portable_number(number)) << number;
  }
}

// Was accepted; Boost.JSON made NaN of it, which is not JSON any more when it is written again.
TEST(JsonNumber, ZeroWithAGreatExponentIsNotPortable) {
  for (const char* number : {"0e309", "-0e309", "0.0E+309", "0e100", "0e-999999"}) {
    EXPECT_FALSE(is_portable_number(number)) << number;
  }
}

}  // namespace
}  // namespace socketcluster::json
