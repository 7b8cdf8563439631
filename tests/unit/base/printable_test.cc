// SPDX-License-Identifier: MIT
#include "base/printable.h"

#include <gtest/gtest.h>

namespace socketcluster::base {
namespace {

using std::string_literals::operator""s;

TEST(Printable, KeepsOrdinaryText) {
  EXPECT_EQ(printable("hello \"w\\orld\" ~"), "hello \"w\\orld\" ~");
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(printable("\0\x01\x7f"s), "\\x00\\x01\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");  // C1: a terminal's other escape character
}

TEST(Printable, EscapesWhatReordersOrBreaksALine) {
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u202e");
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u2028");
  EXPECT_EQ(printable("\xe2\x81\xa6"), "\\u2066");
}

TEST(Printable, KeepsLineBreaksOnRequestOnly) {
  EXPECT_EQ(printable("a\nb\r", LineBreaks::kKeep), "a\nb\\r");
}

TEST(Printable, EscapesEveryByteThatIsNotUtf8) {
  EXPECT_EQ(printable("a\xff"
                      "b"),
            "a\\xffb");
  EXPECT_EQ(printable("\xc3"), "\\xc3");                             // cut short
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");                    // cut short
  EXPECT_EQ(printable("\xc0\x8a"), "\\xc0\\x8a");                    // overlong newline
  EXPECT_EQ(printable("\xe0\x80\x8a"), "\\xe0\\x80\\x8a");           // overlong newline
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
  EXPECT_EQ(printable("\xf0\x80\x80\x8a"), "\\xf0\\x80\\x80\\x8a");
}

TEST(Printable, CutsAtACharacterBoundary) {
  const std::string text =
      "ab\xe2\x82\xac"
      "d";  // 6 bytes
  EXPECT_EQ(printable(text, 6), text);
  EXPECT_EQ(printable(text, 5), "ab\xe2\x82\xac...");
  EXPECT_EQ(printable(text, 4), "ab...");
  EXPECT_EQ(printable(text, 3), "ab...");
  EXPECT_EQ(printable(text, 2), "ab...");
  EXPECT_EQ(printable(text, 0), "...");
}

}  // namespace
}  // namespace socketcluster::base
