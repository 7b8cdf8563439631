// SPDX-License-Identifier: MIT
// What the table of the original's answers does not say: limits, hostile requests, and each row of
// docs/differences.md.
#include "broker/data_commands.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <string>

namespace socketcluster::broker {
namespace {

constexpr std::int64_t kNow = 1'600'000'000'000;

class DataCommandsTest : public testing::Test {
 protected:
  // The answer as text: a value, "undefined", or "error: " and its text.
  std::string run(const char* request) { return answer(boost::json::parse(request)); }
  std::string answer(const boost::json::value& request) {
    const CommandResult result = store_.execute(request, kNow);
    if (!result.error.empty()) return "error: " + result.error;
    return result.value ? boost::json::serialize(*result.value) : "undefined";
  }
  std::string all() { return run(R"({"action":"getAll"})"); }

  DataCommands store_{{.memory_bytes = 100'000, .depth = 5, .answer_bytes = 2'000}};
};

constexpr const char* kBadKey =
    "error: A key must be a string, a number or an array of them that is not empty";

TEST_F(DataCommandsTest, RefusesWhatIsNoCommand) {
  for (const char* request : {"null", "[]", "\"get\"", "{}", R"({"action":1})"}) {
    EXPECT_EQ(run(request), "error: A command must be an object with an action");
  }
  for (const char* action : {"", "exec", "run", "query", "registerDeathQuery", "constructor"}) {
    EXPECT_EQ(answer({{"action", action}, {"key", "a"}}), "error: The broker has no such action");
  }
}

TEST_F(DataCommandsTest, RefusesWhatIsNoKey) {
  for (const char* key : {"null", "true", "{}", "[]", "[[]]", R"(["a",null])", R"(["a",["b"]])"}) {
    for (const char* action : {"set", "get", "getRange", "count", "hasKey", "add", "concat",
                               "remove", "removeRange", "splice", "pop", "getExpiry"}) {
      EXPECT_EQ(answer({{"action", action}, {"key", boost::json::parse(key)}}), kBadKey);
      EXPECT_EQ(answer({{"action", action}}), kBadKey);
    }
  }
  EXPECT_EQ(run(R"({"action":"get","key":["1","2","3","4","5","6"]})"),
            "error: A key may have 5 elements at most");
  EXPECT_EQ(all(), "{}");
}

TEST_F(DataCommandsTest, TakesNamesOfJavaScriptForNamesLikeAnyOther) {
  for (const char* name : {"length", "constructor", "__proto__", "hasOwnProperty", "push", ""}) {
    EXPECT_EQ(answer({{"action", "hasKey"}, {"key", name}}), "false");
    EXPECT_EQ(answer({{"action", "set"}, {"key", {"o", name}}, {"value", 1}}), "undefined");
    EXPECT_EQ(answer({{"action", "get"}, {"key", {"o", name}}}), "1");
  }
  EXPECT_EQ(run(R"({"action":"count","key":"o"})"), "6");
  run(R"({"action":"set","key":"p","value":{"constructor":"x","a":1}})");
  EXPECT_EQ(run(R"({"action":"get","key":["p","a"]})"), "1");
}

TEST_F(DataCommandsTest, ReadsNoRangeOfAString) {
  run(R"({"action":"set","key":"s","value":"text"})");
  EXPECT_EQ(run(R"({"action":"getRange","key":"s","fromIndex":1})"), "{}");
  EXPECT_EQ(run(R"({"action":"removeRange","key":"s","fromIndex":1,"getValue":1})"), "{}");
  EXPECT_EQ(all(), R"({"s":"text"})");
}

TEST_F(DataCommandsTest, TakesWholeNumbersForBoundsOfLists) {
  run(R"({"action":"set","key":"l","value":[0,1,2,3]})");
  EXPECT_EQ(run(R"({"action":"getRange","key":"l","fromIndex":1.9,"toIndex":3.9})"), "[1,2]");
  EXPECT_EQ(run(R"({"action":"getRange","key":"l","fromIndex":null})"), "[]");
  EXPECT_EQ(run(R"({"action":"getRange","key":"l","fromIndex":"a","toIndex":"b"})"), "[]");
  EXPECT_EQ(run(R"({"action":"removeRange","key":"l","fromIndex":null,"toIndex":2,"getValue":1})"),
            "[]");
  EXPECT_EQ(run(R"({"action":"splice","key":"l","index":"1"})"), "error: 'index' must be a number");
  EXPECT_EQ(run(R"({"action":"splice","key":"l","count":[]})"), "error: 'count' must be a number");
}

TEST_F(DataCommandsTest, ComparesBoundsOfObjectsAsText) {
  run(R"({"action":"set","key":"o","value":{"05":1,"x":2}})");
  EXPECT_EQ(run(R"({"action":"getRange","key":"o","fromIndex":5})"), "{}");
  EXPECT_EQ(run(R"({"action":"getRange","key":"o","fromIndex":"05"})"), R"({"05":1,"x":2})");
}

TEST_F(DataCommandsTest, RemovesNoMoreThanTheRange) {
  EXPECT_EQ(run(R"({"action":"removeRange","key":["a","b"],"fromIndex":0,"getValue":1})"), "{}");
  EXPECT_EQ(all(), "{}");
  // A list with a hole stays a list, though its parent lost an entry.
  run(R"({"action":"set","key":"l","value":[[1,2],5]})");
  run(R"({"action":"remove","key":["l",0,0]})");
  run(R"({"action":"removeRange","key":"l","fromIndex":1})");
  run(R"({"action":"set","key":["l",0,0],"value":9})");
  EXPECT_EQ(run(R"({"action":"get","key":"l"})"), "[[9,2]]");
}

TEST_F(DataCommandsTest, ReachesIntoAllSplicedItems) {
  run(R"({"action":"set","key":"l","value":[]})");
  run(R"({"action":"splice","key":"l","items":[0,{"a":1}]})");
  EXPECT_EQ(run(R"({"action":"get","key":["l",1,"a"]})"), "1");
}

TEST_F(DataCommandsTest, KeepsNumbersWithoutTextAsNull) {
  boost::json::value request{{"action", "set"}, {"key", "n"}, {"getValue", true}};
  request.get_object()["value"] = {HUGE_VAL, -HUGE_VAL, NAN};
  EXPECT_EQ(answer(request), "[null,null,null]");
  EXPECT_EQ(all(), R"({"n":[null,null,null]})");
  request.get_object()["key"] = HUGE_VAL;
  EXPECT_EQ(answer(request), kBadKey);
}

// The whole depth is that of the path and the value together.
TEST_F(DataCommandsTest, BoundsTheDepth) {
  const std::string too_deep =
      "error: The value would be nested too deeply: key and value may have 5 levels together";
  EXPECT_EQ(run(R"({"action":"set","key":["a","b","c","d","e"],"value":1})"), "undefined");
  EXPECT_EQ(run(R"({"action":"set","key":["a","b","c","d","e"],"value":[]})"), too_deep);
  EXPECT_EQ(run(R"({"action":"set","key":"s","value":[[[[]]]]})"), "undefined");
  EXPECT_EQ(run(R"({"action":"set","key":"s","value":[[[[[]]]]]})"), too_deep);
  EXPECT_EQ(run(R"({"action":"add","key":"l","value":[[[]]]})"), "0");
  EXPECT_EQ(run(R"({"action":"add","key":"l","value":[[[[]]]]})"), too_deep);
  EXPECT_EQ(run(R"({"action":"concat","key":"l","value":[[[[]]]]})"), too_deep);
  EXPECT_EQ(run(R"({"action":"splice","key":"l","items":[[[[]]]]})"), "undefined");
  EXPECT_EQ(run(R"({"action":"splice","key":"l","items":[1,[[[[]]]]]})"), too_deep);
  EXPECT_EQ(run(R"({"action":"count","key":"l"})"), "2");
}

TEST_F(DataCommandsTest, BoundsTheMemory) {
  const std::string full = "error: The key-value store is full: brokerDataLimit is 100000 bytes";
  const std::string big(60'000, 'x');
  EXPECT_EQ(answer({{"action", "set"}, {"key", "a"}, {"value", big}}), "undefined");
  const std::size_t used = store_.used_bytes();
  for (const char* action : {"set", "add", "concat"}) {
    EXPECT_EQ(answer({{"action", action}, {"key", "b"}, {"value", big}}), full);
  }
  EXPECT_EQ(answer({{"action", "set"}, {"key", {"c", big}}, {"value", 1}}), full);
  EXPECT_EQ(answer({{"action", "expire"}, {"keys", {"d", big}}, {"value", 1}}), full);
  EXPECT_EQ(store_.used_bytes(), used);
  EXPECT_EQ(run(R"({"action":"hasKey","key":"b"})"), "false");
  EXPECT_EQ(run(R"({"action":"getExpiry","key":"d"})"), "undefined");
  // What takes the place of as much is no more.
  EXPECT_EQ(answer({{"action", "set"}, {"key", "a"}, {"value", big}}), "undefined");
  EXPECT_EQ(store_.used_bytes(), used);
  run(R"({"action":"remove","key":"a"})");
  EXPECT_EQ(store_.used_bytes(), 0U);
  EXPECT_EQ(answer({{"action", "set"}, {"key", "b"}, {"value", big}}), "undefined");
}

TEST_F(DataCommandsTest, FillsTheMemoryToTheLastByte) {
  run(R"({"action":"set","key":"k","value":"0123456789abcdef"})");
  const std::size_t needed = store_.used_bytes();
  for (const std::size_t limit : {needed, needed - 1}) {
    DataCommands store({.memory_bytes = limit});
    const auto request =
        boost::json::parse(R"({"action":"set","key":"k","value":"0123456789abcdef"})");
    EXPECT_EQ(store.execute(request, kNow).error.empty(), limit == needed);
    EXPECT_EQ(store.used_bytes(), limit == needed ? needed : 0);
  }
}

TEST_F(DataCommandsTest, BoundsAnAnswerAndChangesNothing) {
  const std::string too_long = "error: The answer would be too long: read the value in parts";
  const std::string text(900, 'x');
  for (int i = 0; i < 3; ++i) answer({{"action", "add"}, {"key", "l"}, {"value", text}});
  for (const char* action : {"get", "remove", "removeRange", "splice", "getRange"}) {
    EXPECT_EQ(
        answer({{"action", action}, {"key", "l"}, {"getValue", 1}, {"index", 0}, {"fromIndex", 0}}),
        too_long);
  }
  EXPECT_EQ(all(), too_long);
  EXPECT_EQ(run(R"({"action":"count","key":"l"})"), "3");
  EXPECT_EQ(run(R"({"action":"getRange","key":"l","fromIndex":-1000000000})"), too_long);
  EXPECT_EQ(run(R"({"action":"set","key":["far",4294967294],"value":1})"), "undefined");
  EXPECT_EQ(run(R"({"action":"splice","key":"far","index":0,"getValue":1})"), too_long);
  EXPECT_EQ(run(R"({"action":"splice","key":"far","index":0,"count":0,"items":[1]})"),
            "error: Invalid array length");
  EXPECT_EQ(run(R"({"action":"splice","key":"far","index":0})"), "undefined");
  EXPECT_EQ(run(R"({"action":"get","key":"far"})"), "{}");
  // Without the value there is no limit.
  EXPECT_EQ(run(R"({"action":"remove","key":"l"})"), "undefined");
  EXPECT_EQ(run(R"({"action":"hasKey","key":"l"})"), "false");
}

TEST_F(DataCommandsTest, RefusesAnExpiryThatIsNone) {
  for (const char* keys : {"null", "\"a\"", "{}"}) {
    for (const char* action : {"expire", "unexpire"}) {
      EXPECT_EQ(answer({{"action", action}, {"keys", boost::json::parse(keys)}, {"value", 1}}),
                "error: 'keys' must be an array of keys");
    }
  }
  EXPECT_EQ(run(R"({"action":"expire","keys":["a",null],"value":1})"), kBadKey);
  for (const char* seconds : {"null", "\"5\"", "[]"}) {
    EXPECT_EQ(
        answer({{"action", "expire"}, {"keys", {"a"}}, {"value", boost::json::parse(seconds)}}),
        "error: The expiry must be a number of seconds");
  }
}

TEST_F(DataCommandsTest, KnowsAKeyInEitherSpelling) {
  run(R"({"action":"expire","keys":[["a"]],"value":1})");
  EXPECT_EQ(run(R"({"action":"getExpiry","key":"a"})"), "1600000001");
  run(R"({"action":"expire","keys":["a"],"value":2})");
  EXPECT_EQ(run(R"({"action":"getExpiry","key":["a"]})"), "1600000002");
}

// The original stops looking at the first deadline that lies ahead, and has fractions at the end.
TEST_F(DataCommandsTest, SweepsInTheOrderOfTime) {
  run(R"({"action":"set","key":"a","value":1})");
  run(R"({"action":"set","key":"b","value":1})");
  run(R"({"action":"expire","keys":["a"],"value":100})");
  run(R"({"action":"expire","keys":["b"],"value":1.5})");
  EXPECT_FALSE(store_.sweep(kNow + 2'000));
  EXPECT_EQ(all(), R"({"a":1})");
}

TEST_F(DataCommandsTest, SweepsABoundedNumberOfKeysAtOnce) {
  DataCommands store;
  const std::size_t keys = 2 * DataCommands::kSweepKeys + 1;
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string key = "key" + std::to_string(i);
    store.execute({{"action", "set"}, {"key", key}, {"value", 1}}, kNow);
    store.execute({{"action", "expire"}, {"keys", {key}}, {"value", 1}}, kNow);
  }
  EXPECT_FALSE(store.sweep(kNow));
  EXPECT_TRUE(store.sweep(kNow + 1'000));
  EXPECT_EQ(store.expirer().size(), DataCommands::kSweepKeys + 1);
  EXPECT_TRUE(store.sweep(kNow + 1'000));
  EXPECT_FALSE(store.sweep(kNow + 1'000));
  EXPECT_EQ(store.used_bytes(), 0U);
}

}  // namespace
}  // namespace socketcluster::broker
