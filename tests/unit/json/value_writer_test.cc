// SPDX-License-Identifier: MIT
#include "json/value_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "json/value.h"

namespace socketcluster::json {
namespace {

std::string written(const Json& value) {
  std::string text = "before ";
  append_value(text, value);
  EXPECT_TRUE(text.starts_with("before "));
  return text.substr(7);
}

// What node prints for JSON.stringify() of the same values.
TEST(ValueWriter, WritesNumbersAsJavaScriptDoes) {
  const struct {
    double number;
    const char* text;
  } cases[] = {
      {2.5, "2.5"},
      {100, "100"},
      {-0.0, "0"},
      {0.0, "0"},
      {-1, "-1"},
      {0.1, "0.1"},
      {1.0 / 3, "0.3333333333333333"},
      {123456.789, "123456.789"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {123e-6, "0.000123"},
      {1e-6, "0.000001"},
      {1e-7, "1e-7"},
      {-1.25e-9, "-1.25e-9"},
      {4294967296.5, "4294967296.5"},
      {4503599627370495.5, "4503599627370495.5"},
      {9007199254740991.0, "9007199254740991"},
      {9007199254740992.0, "9007199254740992"},
      {9007199254740994.0, "9007199254740994"},
      {123456789012345680000.0, "123456789012345680000"},
      {0.1 + 0.2, "0.30000000000000004"},
      {9.999999999999997e-7, "9.999999999999997e-7"},
      {1.0000000000000002e-6, "0.0000010000000000000002"},
      {5e-324, "5e-324"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {std::numeric_limits<double>::infinity(), "null"},
      {-std::numeric_limits<double>::infinity(), "null"},
      {std::numeric_limits<double>::quiet_NaN(), "null"},
  };
  for (const auto& [number, text] : cases) EXPECT_EQ(written(number), text);
}

TEST(ValueWriter, KeepsAllDigitsOfIntegers) {
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(ValueWriter, WritesEveryKindOfValue) {
  EXPECT_EQ(written(nullptr), "null");
  EXPECT_EQ(written(true), "true");
  EXPECT_EQ(written(false), "false");
  EXPECT_EQ(written(JsonArray{}), "[]");
  EXPECT_EQ(written(JsonObject{}), "{}");
  EXPECT_EQ(written(JsonArray{1, JsonArray{}, JsonObject{{"a", nullptr}}}), R"([1,[],{"a":null}])");
  EXPECT_EQ(written({{"b", 1}, {"a", JsonArray{"x", 2.5}}, {"", true}}),
            R"({"b":1,"a":["x",2.5],"":true})");
}

TEST(ValueWriter, EscapesStringsAndNames) {
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written("\"\\/\b\f\n\r\t\x01\x1f\x7f"),
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(written(JsonObject{{"a\"b", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"}}),
            "{\"a\\\"b\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}");
}

// Strings are looked at in blocks.
TEST(ValueWriter, FindsWhatNeedsAnEscapeAtEveryPlace) {
  for (std::size_t size = 1; size <= 50; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\n';
      const std::string expected =
          '"' + std::string(at, 'x') + "\\n" + std::string(size - at - 1, 'x') + '"';
      EXPECT_EQ(written(Json(text)), expected) << size << ' ' << at;
    }
  }
}

TEST(ValueWriter, DiffersFromBoostInDoublesOnly) {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  const Json value = {{"text", text}, {"list", JsonArray{1, -2, nullptr, true, JsonObject{}}}};
  EXPECT_EQ(written(value), boost::json::serialize(value));
  EXPECT_EQ(written(JsonArray{value, 1.5}), "[" + written(value) + ",1.5]");
  EXPECT_EQ(written({{"a", {{"b", JsonArray{1, 1e21}}}}}), R"({"a":{"b":[1,1e+21]}})");
}

// Text is collected in pieces of 512 bytes: whatever comes next finds one nearly full.
TEST(ValueWriter, WritesEverythingAtTheEndOfAPiece) {
  for (std::size_t size = 300; size <= 600; ++size) {
    for (const Json& next : {Json(nullptr), Json(false), Json(-1234567890123), Json(JsonArray{}),
                             Json(JsonObject{{"name\n", "\x01\x02"}}), Json("\"")}) {
      const JsonArray value{Json(std::string(size, 'x')), next, next};
      ASSERT_EQ(written(value), boost::json::serialize(value)) << size;
    }
    const std::string text(size, 'x');
    ASSERT_EQ(written(JsonArray{Json(text), -2.5e-300}), "[\"" + text + "\",-2.5e-300]");
  }
}

TEST(ToText, IsAlwaysValidUtf8) {
  EXPECT_EQ(to_text(JsonArray{"a\xff", 0.5}), "[\"a\xef\xbf\xbd\",0.5]");
  EXPECT_EQ(to_text(Json("\xed\xa0\x80")), R"("\ud800")");
}

}  // namespace
}  // namespace socketcluster::json
