// SPDX-License-Identifier: MIT
#include "websocket/header_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace socketcluster::websocket {
namespace {

using ::testing::ElementsAre;

// "name;parameter;parameter=value", extensions separated by a blank.
std::string describe(std::string_view text) {
  const auto extensions = parse_extensions(text);
  if (!extensions) return "invalid";
  std::string result;
  for (const Extension& extension : *extensions) {
    if (!result.empty()) result += ' ';
    result += extension.name;
    for (const ExtensionParameter& parameter : extension.parameters) {
      result += ';' + parameter.name;
      if (parameter.value) result += '=' + *parameter.value;
    }
  }
  return result;
}

TEST(HeaderList, FindsElementsInAnyCase) {
  EXPECT_TRUE(list_contains("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(list_contains(" UPGRADE\t,x", "upgrade"));
  EXPECT_FALSE(list_contains("upgrades, up, grade", "upgrade"));
  EXPECT_FALSE(list_contains("", "upgrade"));
}

TEST(HeaderList, TakesTokensInOrder) {
  EXPECT_THAT(*parse_unique_tokens("b, a ,c"), ElementsAre("b", "a", "c"));
  EXPECT_THAT(*parse_unique_tokens(",a,, b,"), ElementsAre("a", "b"));
}

TEST(HeaderList, RefusesWhatIsNoListOfUniqueTokens) {
  for (const char* text :
       {"", ",", "a b", "a, a", "a;b", "a, \"b\"", "a\x01", "\xC3\xA9", "a,(b)"}) {
    EXPECT_FALSE(parse_unique_tokens(text)) << text;
  }
}

// RFC 6455 section 9.1, among them its own examples.
TEST(ParseExtensions, ReadsNamesAndParameters) {
  EXPECT_EQ(describe("foo"), "foo");
  EXPECT_EQ(describe("bar; baz=2"), "bar;baz=2");
  EXPECT_EQ(describe("deflate-stream"), "deflate-stream");
  EXPECT_EQ(describe("mux; max-channels=4; flow-control, deflate-stream"),
            "mux;max-channels=4;flow-control deflate-stream");
  EXPECT_EQ(describe("private-extension"), "private-extension");
  EXPECT_EQ(describe("\ta ;b = c\t,, d "), "a;b=c d");
}

TEST(ParseExtensions, ReadsQuotedTokens) {
  EXPECT_EQ(describe("a; b=\"10\""), "a;b=10");
  EXPECT_EQ(describe("a; b=\"1\\0\", c"), "a;b=10 c");
}

TEST(ParseExtensions, RefusesWhatDoesNotFollowTheGrammar) {
  for (const char* text : {"",
                           " ",
                           ",",
                           "a b",
                           "a;",
                           "a;;b",
                           ";a",
                           "a;=b",
                           "a;b=",
                           "a; b=\"",
                           "a; b=\"\"",
                           "a; b=\"c d\"",
                           "a; b=\"c,d\"",
                           "a; b=\"c\\",
                           "a; b=\"c\"d",
                           "=a",
                           "a=b",
                           "a; b=c=d",
                           "\"a\"",
                           "a\x7F"}) {
    EXPECT_EQ(describe(text), "invalid") << text;
  }
}

}  // namespace
}  // namespace socketcluster::websocket
