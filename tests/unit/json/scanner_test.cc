// SPDX-License-Identifier: MIT
#include "json/scanner.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketcluster::json {
namespace {

// In memory of exactly its size, so that the address sanitizer sees a read behind the end.
class ExactText {
 public:
  explicit ExactText(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    text.copy(bytes_.get(), size_);
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

bool is_json(std::string_view text, std::size_t max_depth = Scanner::kDefaultMaxDepth) {
  const ExactText exact(text);
  Scanner scanner(exact.view(), max_depth);
  scanner.skip_whitespace();
  RawValue value;
  if (!scanner.take_value(value)) return false;
  scanner.skip_whitespace();
  return scanner.at_end();
}

RawValue value_of(std::string_view text) {
  Scanner scanner(text);
  RawValue value;
  EXPECT_TRUE(scanner.take_value(value)) << text;
  return value;
}

const std::vector<std::string> kGood = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "10",
    "-17",
    "0.5",
    "1.25e10",
    "1E5",
    "1e+5",
    "1e-5",
    "123456789012345678901234567890",
    "-0.0e-0",
    R"("")",
    R"("a")",
    R"("\"")",
    R"("\\")",
    R"("\/")",
    R"("\b\f\n\r\t")",
    R"("\u0041")",
    R"("\uD83D\uDE00")",
    R"("\uabCD")",
    "\"\xc3\xa9\xf0\x9f\x98\x80\"",
    "\"\x7f\"",
    "[]",
    "[ ]",
    "[1]",
    "[1,2]",
    "[[],[[]],{}]",
    "{}",
    "{ }",
    R"({"a":1})",
    R"({"a":1,"b":[true,false,null]})",
    R"({"":""})",
    R"({"a":{"a":{"a":{}}}})",
    R"({"a":1,"a":2})",
    " \t\r\n1 \t\r\n",
    " [ 1 , 2 ] ",
    " { \"a\" : 1 , \"b\" : { } } ",
    R"(["\u0000"])",
    R"({"\u0061":[{"b":[{"c":"d"}]}]})",
    R"(["0123456789abcde"])",
    R"(["0123456789abcdef"])",
    R"(["0123456789abcdef0123456789abcdef0123456789"])",
    R"(["0123456789abcd\n0123456789abcd\u00e9"])",
};

const std::vector<std::string> kBad = {
    "",
    " ",
    "nul",
    "nulll",
    "tru",
    "True",
    "falsy",
    "undefined",
    "NaN",
    "Infinity",
    "-",
    "+1",
    "01",
    "-01",
    "00",
    "1.",
    ".5",
    "1.e5",
    "1e",
    "1e+",
    "1e-",
    "1ee5",
    "0x10",
    "1_000",
    "1 2",
    "--1",
    "-a",
    "\"",
    "\"a",
    "\"a\nb\"",
    "\"\t\"",
    std::string("\"\0\"", 3),
    "\"\x1f\"",
    R"("\")",
    R"("\x41")",
    R"("\u")",
    R"("\u12")",
    R"("\u123")",
    R"("\u123g")",
    R"("\uDX00")",
    R"("\a")",
    R"("\')",
    "'a'",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1,,2]",
    "[1 2]",
    "[1}",
    "[1]]",
    "[[1]",
    "[\"a\":1]",
    "{",
    "}",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1]",
    "{\"a\":}",
    "{:1}",
    "{\"a\":1}}",
    "{\"a\":1}{",
    "{}[]",
    "[{]}",
    "{\"a\":[}]",
    "[1]x",
    "// c\n1",
    "/**/1",
    "[1]/**/",
    "\xef\xbb\xbf{}",
    "\xc2\xa0{}",
    "\v1",
    "\f1",
    std::string("1\0", 2),
    "[true,fals]",
    "{\"a\":nul}",
    "[\"\\\"]",
    "{\"0123456789abcdef\"}",
    "[\"0123456789abcdef\x01\"]",
    "[\"0123456789abcdef\\q\"]",
};

bool boost_accepts(const std::string& text) {
  boost::json::parse_options options;
  options.max_depth = Scanner::kDefaultMaxDepth;
  boost::json::error_code error;
  boost::json::parse(text, error, {}, options);
  return !error;
}

TEST(Scanner, AgreesWithBoostJsonOnGoodTexts) {
  for (const std::string& text : kGood) {
    EXPECT_TRUE(is_json(text)) << text;
    EXPECT_TRUE(boost_accepts(text)) << text;
  }
}

TEST(Scanner, AgreesWithBoostJsonOnBadTexts) {
  for (const std::string& text : kBad) {
    EXPECT_FALSE(is_json(text)) << text;
    EXPECT_FALSE(boost_accepts(text)) << text;
  }
}

TEST(Scanner, AgreesWithBoostJsonOnEveryPrefixOfGoodTexts) {
  for (const std::string& text : kGood) {
    for (std::size_t length = 0; length < text.size(); ++length) {
      const std::string prefix = text.substr(0, length);
      EXPECT_EQ(is_json(prefix), boost_accepts(prefix)) << prefix;
    }
  }
}

// Every byte of every good text replaced by every ASCII byte.
TEST(Scanner, AgreesWithBoostJsonOnEverySingleByteChange) {
  for (const std::string& text : kGood) {
    const bool is_long_integer =
        text.size() > 7 && text.find_first_not_of("0123456789") == std::string::npos;
    if (text.find("\\uD83D") != std::string::npos) continue;  // would leave lone surrogates
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (static_cast<unsigned char>(text[at]) >= 0x80) continue;
      for (int byte = 0; byte < 0x80; ++byte) {
        // Known difference: a number with a great exponent, see RefusesNumbersBeyondADouble.
        if (is_long_integer && (byte == 'e' || byte == 'E')) continue;
        std::string changed = text;
        changed[at] = static_cast<char>(byte);
        if (changed.find("\\uD") != std::string::npos ||
            changed.find("\\ud") != std::string::npos) {
          continue;
        }
        ASSERT_EQ(is_json(changed), boost_accepts(changed)) << changed;
      }
    }
  }
}

TEST(Scanner, AcceptsLoneSurrogateEscapesAsJavaScriptDoes) {
  EXPECT_TRUE(is_json(R"("\ud800")"));
  EXPECT_TRUE(is_json(R"("\udc00\ud800")"));
  EXPECT_TRUE(is_json(R"(["\ud83dx"])"));
}

// JavaScript reads infinity or 0; parsers of other languages fail on some of these.
TEST(Scanner, RefusesNumbersBeyondADouble) {
  for (const std::string& number :
       {std::string("1e309"), std::string("-1e309"), std::string("1e999"), std::string("0e309"),
        std::string("1e99999999999"), std::string("1e-99999999999"), std::string(310, '9'),
        std::string(310, '9') + ".5"}) {
    EXPECT_FALSE(is_json(number)) << number;
    EXPECT_FALSE(is_json("[" + number + "]")) << number;
  }
  for (const std::string& number : {std::string("1.7976931348623157e308"), std::string("1e-400"),
                                    std::string(308, '9'), "0." + std::string(500, '1')}) {
    EXPECT_TRUE(is_json(number)) << number;
  }
}

TEST(Scanner, FindsTheEndOfStringsOfEveryLength) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string string = '"' + std::string(length, 'x') + '"';
    EXPECT_EQ(value_of(string + std::string(20, ' ')).text, string);
    EXPECT_TRUE(is_json(string));
    EXPECT_FALSE(is_json(string.substr(0, string.size() - 1)));
  }
}

TEST(Scanner, FindsControlsAndEscapesAtEveryPosition) {
  for (std::size_t length = 1; length < 50; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string with_control = '"' + std::string(length, 'x') + '"';
      with_control[1 + at] = '\x1f';
      EXPECT_FALSE(is_json(with_control));
      std::string with_escape = '"' + std::string(length, 'x') + '"';
      with_escape.insert(1 + at, "\\n");
      EXPECT_TRUE(value_of(with_escape).has_escapes);
      EXPECT_EQ(value_of(with_escape).text, with_escape);
    }
  }
}

TEST(Scanner, TellsTypes) {
  EXPECT_EQ(value_of("null").type, Type::kNull);
  EXPECT_EQ(value_of("true").type, Type::kTrue);
  EXPECT_EQ(value_of("false").type, Type::kFalse);
  EXPECT_EQ(value_of("-1.5").type, Type::kNumber);
  EXPECT_EQ(value_of("\"a\"").type, Type::kString);
  EXPECT_EQ(value_of("[1]").type, Type::kArray);
  EXPECT_EQ(value_of("{}").type, Type::kObject);
}

TEST(Scanner, SlicesExactly) {
  EXPECT_EQ(value_of("[1, 2] ,3").text, "[1, 2]");
  EXPECT_EQ(value_of("{\"a\":\"}\"},").text, "{\"a\":\"}\"}");
  EXPECT_EQ(value_of("12,").text, "12");
  const RawValue string = value_of("\"a\\\"b\" ");
  EXPECT_EQ(string.text, "\"a\\\"b\"");
  EXPECT_EQ(string.contents(), "a\\\"b");
  EXPECT_TRUE(string.has_escapes);
  EXPECT_FALSE(value_of("\"ab\"").has_escapes);
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

TEST(Scanner, LimitsNesting) {
  for (const std::size_t limit : {1u, 2u, 64u, 128u, 1024u}) {
    EXPECT_TRUE(is_json(nested(limit, "[", "]"), limit));
    EXPECT_FALSE(is_json(nested(limit + 1, "[", "]"), limit));
  }
  EXPECT_TRUE(is_json(nested(127, "{\"a\":", "}").insert(127 * 5, "1")));
  EXPECT_TRUE(is_json(nested(128, "[", "]")));
  EXPECT_FALSE(is_json(nested(129, "[", "]")));
}

TEST(Scanner, NestingLimitItselfIsBounded) {
  EXPECT_TRUE(is_json(nested(1024, "[", "]"), 1 << 20));
  EXPECT_FALSE(is_json(nested(1025, "[", "]"), 1 << 20));
}

TEST(Scanner, ZeroDepthAllowsScalarsOnly) {
  EXPECT_TRUE(is_json("1", 0));
  EXPECT_FALSE(is_json("[]", 0));
}

TEST(Scanner, TellsDepthFromGrammar) {
  RawValue value;
  Scanner deep("[[[1]]]", 2);
  EXPECT_FALSE(deep.take_value(value));
  EXPECT_TRUE(deep.too_deep());
  Scanner wrong("[[1}]", 2);
  EXPECT_FALSE(wrong.take_value(value));
  EXPECT_FALSE(wrong.too_deep());
}

TEST(Scanner, MembersAndValuesShareTheDepthLimit) {
  const auto scan = [](std::string_view text, std::size_t max_depth) {
    Scanner scanner(text, max_depth);
    RawValue value;
    return scanner.take_members([&](const RawValue&) { return scanner.take_value(value); });
  };
  EXPECT_TRUE(scan("{\"a\":[[]],\"b\":[[]]}", 3));
  EXPECT_FALSE(scan("{\"a\":[[]]}", 2));
}

TEST(Scanner, HandsOutMembersInOrderWithDuplicates) {
  const std::string text = R"({ "a" : 1 , "b":[2],"a":{"c":3} })";
  Scanner scanner(text);
  std::vector<std::string> seen;
  EXPECT_TRUE(scanner.take_members([&](const RawValue& name) {
    RawValue value;
    if (!scanner.take_value(value)) return false;
    seen.push_back(std::string(name.contents()) + '=' + std::string(value.text));
    return true;
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"a=1", "b=[2]", "a={\"c\":3}"}));
  EXPECT_TRUE(scanner.at_end());
}

TEST(Scanner, HandsOutElements) {
  const std::string text = R"([ 1 ,"two",[3] ])";
  Scanner scanner(text);
  std::vector<std::string> seen;
  EXPECT_TRUE(scanner.take_elements([&] {
    RawValue value;
    if (!scanner.take_value(value)) return false;
    seen.emplace_back(value.text);
    return true;
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"1", "\"two\"", "[3]"}));
}

TEST(Scanner, StopsWhenTheCallerGivesUp) {
  Scanner scanner("[1,2]");
  EXPECT_FALSE(scanner.take_elements([] { return false; }));
}

TEST(Scanner, EmptyTextWithoutMemory) {
  Scanner scanner{std::string_view()};
  RawValue value;
  scanner.skip_whitespace();
  EXPECT_TRUE(scanner.at_end());
  EXPECT_FALSE(scanner.take_value(value));
  EXPECT_FALSE(scanner.take_string(value));
}

}  // namespace
}  // namespace socketcluster::json
