// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace socketcluster::base {
namespace {

const std::vector<std::string>& valid_texts() {
  static const std::vector<std::string> texts = {
      "",
      "ASCII only",
      std::string("\0\x7F", 2),
      "\xC2\x80\xDF\xBF",
      "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF",
      "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF",
      "mixed \xC3\xA9, \xE2\x82\xAC and \xF0\x9F\x98\x80 in a text of over 64 bytes, a vector",
  };
  return texts;
}

const std::vector<std::string>& invalid_texts() {
  static const std::vector<std::string> texts = {
      "\x80",  // continuation without a lead
      "\xBF",
      "\xC0\x80",  // overlong forms
      "\xC1\xBF",
      "\xE0\x9F\xBF",
      "\xF0\x8F\xBF\xBF",
      "\xED\xA0\x80",  // surrogates
      "\xED\xBF\xBF",
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",
      "\xFE",
      "\xFF",
      "\xC2",  // cut short
      "\xE2\x82",
      "\xF0\x9F\x98",
      "\xC2\x61",  // lead without continuation
      "\xE2\x82\x61",
      "\xE2\xE2\x82\xAC",
      "\xF0\x9F\x98\xC3",
      "\xC2\x80\x80",  // one continuation too many
      "some text before it and \xE2\x82 some text behind it, more than one vector of input in all",
  };
  return texts;
}

bool valid_in_pieces(std::string_view text, std::size_t first, std::size_t second) {
  Utf8Validator validator;
  validator.feed(text.substr(0, first));
  validator.feed(text.substr(first, second - first));
  validator.feed(text.substr(second));
  return validator.finish();
}

TEST(Utf8, AcceptsValidTexts) {
  for (const std::string& text : valid_texts()) EXPECT_TRUE(is_valid_utf8(text)) << text;
}

TEST(Utf8, RejectsInvalidTexts) {
  for (const std::string& text : invalid_texts()) EXPECT_FALSE(is_valid_utf8(text)) << text;
}

TEST(Utf8Validator, AgreesWithTheWholeTextAtEveryPairOfCuts) {
  for (const auto* texts : {&valid_texts(), &invalid_texts()}) {
    for (const std::string& text : *texts) {
      for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
          ASSERT_EQ(valid_in_pieces(text, first, second), texts == &valid_texts())
              << text << ' ' << first << ' ' << second;
        }
      }
    }
  }
}

// All sequences of up to three bytes whose first one is not ASCII, fed byte by byte.
TEST(Utf8Validator, AgreesWithTheWholeTextForAllShortSequences) {
  for (unsigned value = 0x800000; value <= 0xFFFFFF; value += 7) {
    const char bytes[] = {static_cast<char>(value >> 16U), static_cast<char>(value >> 8U & 0xFFU),
                          static_cast<char>(value & 0xFFU)};
    for (std::size_t size = 1; size <= 3; ++size) {
      Utf8Validator validator;
      for (std::size_t i = 0; i < size; ++i) validator.feed({bytes + i, 1});
      ASSERT_EQ(validator.finish(), is_valid_utf8({bytes, size})) << value;
    }
  }
}

TEST(Utf8Validator, FailsWithTheFirstByteThatCannotBeRight) {
  struct Case {
    const char* possible;
    const char* impossible;
  };
  for (const Case& test :
       {Case{"", "\x80"}, Case{"", "\xC0"}, Case{"", "\xC1"}, Case{"", "\xF5"},
        Case{"\xE0", "\x9F"}, Case{"\xED", "\xA0"}, Case{"\xF0", "\x8F"}, Case{"\xF4", "\x90"},
        Case{"\xE2\x82", "a"}, Case{"\xF0\x9F\x98", "\xC0"}}) {
    Utf8Validator apart;
    EXPECT_TRUE(apart.feed(test.possible));
    EXPECT_FALSE(apart.feed(test.impossible));
    Utf8Validator together;
    EXPECT_FALSE(together.feed(std::string(test.possible) + test.impossible));
  }
}

TEST(Utf8Validator, FinishesOnlyBetweenCharacters) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.finish());
  EXPECT_TRUE(validator.feed("\xE2\x82"));
  EXPECT_FALSE(validator.finish());
  EXPECT_TRUE(validator.feed("\xAC"));
  EXPECT_TRUE(validator.finish());
}

TEST(Utf8Validator, StaysFailed) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.feed("\xFF"));
  EXPECT_FALSE(validator.feed("fine"));
  EXPECT_FALSE(validator.feed_ascii(4));
  EXPECT_FALSE(validator.finish());
}

TEST(Utf8Validator, AsciiInsideACharacterIsInvalid) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.feed_ascii(3));
  EXPECT_TRUE(validator.feed("\xC3"));
  EXPECT_TRUE(validator.feed_ascii(0));
  EXPECT_FALSE(validator.feed_ascii(1));
}

TEST(TruncateUtf8, NeverCutsACharacter) {
  const std::string_view text = "a\xC3\xA9\xF0\x9F\x98\x80";
  EXPECT_EQ(truncate_utf8(text, 0), "");
  EXPECT_EQ(truncate_utf8(text, 1), "a");
  EXPECT_EQ(truncate_utf8(text, 2), "a");
  EXPECT_EQ(truncate_utf8(text, 3), "a\xC3\xA9");
  EXPECT_EQ(truncate_utf8(text, 6), "a\xC3\xA9");
  EXPECT_EQ(truncate_utf8(text, 7), text);
  EXPECT_EQ(truncate_utf8(text, 8), text);
}

}  // namespace
}  // namespace socketcluster::base
