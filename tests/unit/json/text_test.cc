// SPDX-License-Identifier: MIT
#include "json/text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/scanner.h"

namespace socketcluster::json {
namespace {

RawValue string_of(std::string_view text) {
  Scanner scanner(text);
  RawValue value;
  EXPECT_TRUE(scanner.take_string(value) && scanner.at_end()) << text;
  return value;
}

std::string unescaped(std::string_view text) {
  std::string scratch;
  return std::string(string_value(string_of(text), scratch));
}

std::string escaped(std::string_view plain) {
  std::string out;
  append_string(out, plain);
  return out;
}

TEST(JsonText, UnescapesEveryEscape) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u20AC")", "A\xc3\xa9\xe2\x82\xac"},
      {R"("\u0000")", std::string(1, '\0')},
      {R"("\u007f\u0080\u07ff\u0800\uffff")", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"},
      {R"("\ud83d\ude00")", "\xf0\x9f\x98\x80"},
      {R"("\uD800\uDC00")", "\xf0\x90\x80\x80"},
      {R"("\uDBFF\uDFFF")", "\xf4\x8f\xbf\xbf"},
      {R"("a\nb\nc")", "a\nb\nc"},
  };
  for (const auto& [text, plain] : cases) EXPECT_EQ(unescaped(text), plain) << text;
}

TEST(JsonText, KeepsLoneSurrogatesApart) {
  EXPECT_EQ(unescaped(R"("\ud800")"), "\xed\xa0\x80");
  EXPECT_EQ(unescaped(R"("\udfff")"), "\xed\xbf\xbf");
  EXPECT_EQ(unescaped(R"("\ud800x\udc00")"), "\xed\xa0\x80x\xed\xb0\x80");
  EXPECT_EQ(unescaped(R"("\ud800\ud83d\ude00")"), "\xed\xa0\x80\xf0\x9f\x98\x80");
  EXPECT_EQ(unescaped(R"("\udc00\ud800")"), "\xed\xb0\x80\xed\xa0\x80");
  EXPECT_EQ(unescaped(R"("\ud800\u0041")"),
            "\xed\xa0\x80"
            "A");
  EXPECT_EQ(unescaped(R"("\ud800\n")"), "\xed\xa0\x80\n");
}

TEST(JsonText, CopiesNothingWithoutEscapes) {
  const std::string text = "\"abc\"";
  std::string scratch = "untouched";
  EXPECT_EQ(string_value(string_of(text), scratch).data(), text.data() + 1);
  EXPECT_EQ(scratch, "untouched");
}

TEST(JsonText, ComparesTheValueNotTheSpelling) {
  EXPECT_TRUE(string_equals(string_of(R"("event")"), "event"));
  EXPECT_TRUE(string_equals(string_of(R"("\u0065v\u0065nt")"), "event"));
  EXPECT_FALSE(string_equals(string_of(R"("\u0065ven")"), "event"));
  EXPECT_FALSE(string_equals(string_of(R"("\u0065vents")"), "event"));
  EXPECT_FALSE(string_equals(string_of(R"("\u0066vent")"), "event"));
  EXPECT_TRUE(string_equals(string_of(R"("")"), ""));
  EXPECT_FALSE(string_equals(string_of(R"("\n")"), ""));
}

TEST(JsonText, EscapesAsJsonStringifyDoes) {
  EXPECT_EQ(escaped(""), R"("")");
  EXPECT_EQ(escaped("a\"b\\c/"), R"("a\"b\\c/")");
  EXPECT_EQ(escaped("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(escaped(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(escaped("\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80"),
            "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\"");
  EXPECT_EQ(escaped("\xed\xa0\x80 \xed\xbf\xbf"), R"("\ud800 \udfff")");
}

TEST(JsonText, ReplacesWhatIsNotText) {
  const std::string replaced = "\"\xef\xbf\xbd\"";
  EXPECT_EQ(escaped("\x80"), replaced);
  EXPECT_EQ(escaped("\xff"), replaced);
  EXPECT_EQ(escaped("\xc3"), replaced);
  EXPECT_EQ(escaped("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");  // overlong
  EXPECT_EQ(escaped("\xe0\x80\xaf").size(), 2u + 9u);              // overlong
  EXPECT_EQ(escaped("\xf0\x80\x80\xaf").size(), 2u + 12u);         // overlong
  EXPECT_EQ(escaped("\xf4\x90\x80\x80").size(), 2u + 12u);         // above U+10FFFF
  EXPECT_EQ(escaped("\xe2\x82z"), "\"\xef\xbf\xbd\xef\xbf\xbdz\"");
}

// Whatever the bytes are, the result must be JSON that a strict parser takes.
TEST(JsonText, EscapedTextIsAlwaysValidJson) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char bytes[] = {static_cast<char>(first), static_cast<char>(second), 'a'};
      const std::string json = escaped({bytes, sizeof(bytes)});
      boost::json::error_code error;
      boost::json::parse(json, error);
      ASSERT_FALSE(error) << first << ' ' << second << ' ' << json;
    }
  }
}

TEST(JsonText, EscapingAndUnescapingAreInverse) {
  for (std::uint32_t unit = 0; unit < 0x10000; ++unit) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string text = "\"\\u";
    for (int shift = 12; shift >= 0; shift -= 4) text.push_back(kHex[unit >> shift & 15]);
    text += "z\"";
    const std::string plain = unescaped(text);
    ASSERT_EQ(unescaped(escaped(plain)), plain) << text;
  }
}

TEST(JsonText, AppendsIntegers) {
  std::string out;
  append_integer(out, 0);
  append_integer(out, -5);
  append_integer(out, std::numeric_limits<std::uint64_t>::max());
  append_integer(out, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(out, "0-518446744073709551615-9223372036854775808");
}

TEST(TakeCodePoint, TakesSurrogatesAloneAndReplacesOtherBytes) {
  std::string_view rest("a\xd0\xba\xf0\x9f\x98\x80\xed\xa0\xbd\xff\xe2\x82");
  std::u32string points;
  while (!rest.empty()) points.push_back(take_code_point(rest));
  const std::u32string expected{0x61, 0x43a, 0x1f600, 0xd83d, 0xfffd, 0xfffd, 0xfffd};
  EXPECT_EQ(points, expected);
}

}  // namespace
}  // namespace socketcluster::json
