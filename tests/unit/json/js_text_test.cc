// SPDX-License-Identifier: MIT
#include "json/js_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/scanner.h"

namespace socketcluster::json {
namespace {

RawValue value_of(std::string_view text) {
  Scanner scanner(text);
  RawValue value;
  EXPECT_TRUE(scanner.take_value(value) && scanner.at_end()) << text;
  return value;
}

TEST(JsText, WritesValuesAsStringConcatenationDoes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([])", ""},
      {R"([1,2])", "1,2"},
      {R"(["a","b"])", "a,b"},
      {R"([null])", ""},
      {R"([null,null])", ","},
      {R"([[1,2],[3,[4]]])", "1,2,3,4"},
      {R"([{},{"a":[1,2]}])", "[object Object],[object Object]"},
      {R"([true,false])", "true,false"},
      {R"([1.50,"x,y"])", "1.5,x,y"},
      {R"([[],[]])", ","},
      {R"([ 1 , [ null ] ])", "1,"},
      {R"({})", "[object Object]"},
      {R"({"a":1})", "[object Object]"},
      {R"(null)", "null"},
      {R"(true)", "true"},
      {R"("a\nb")", "a\nb"},
      {R"(5)", "5"},
      {R"([["a"],"\u00e9"])", "a,é"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(js_text(value_of(value)), text) << value;
}

TEST(JsText, AbsentIsUndefined) {
  EXPECT_EQ(js_text({}), "undefined");
}

TEST(JsText, CutsLongTexts) {
  const std::string text = '"' + std::string(20, 'x') + '"';
  EXPECT_EQ(js_text(value_of(text), 20), std::string(20, 'x'));
  EXPECT_EQ(js_text(value_of(text), 19), std::string(19, 'x'));
  EXPECT_EQ(js_text(value_of("[{},{},{}]"), 18), "[object Object],[o");
  EXPECT_EQ(js_text(value_of("[[[[1,2],3],4]]"), 3), "1,2");
}

TEST(JsText, DoesNotCutThroughACharacter) {
  EXPECT_EQ(js_text(value_of("\"ab\xe2\x82\xac\""), 4), "ab");
  EXPECT_EQ(js_text(value_of("\"ab\xe2\x82\xac\""), 5), "ab\xe2\x82\xac");
}

TEST(JsText, TruthIsThatOfJavaScript) {
  for (const char* text : {"null", "false", "0", "-0", "0.0", "0e5", "1e-400", "\"\""}) {
    EXPECT_FALSE(is_truthy(value_of(text))) << text;
  }
  for (const char* text : {"true", "1", "-1", "0.1", "5e-324", "\"0\"", "\"a\"", "[]", "{}"}) {
    EXPECT_TRUE(is_truthy(value_of(text))) << text;
  }
  EXPECT_FALSE(is_truthy({}));
}

}  // namespace
}  // namespace socketcluster::json
