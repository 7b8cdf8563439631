// SPDX-License-Identifier: MIT
// Expected indices were printed by the package sc-hasher 1.0.1 for these counts of brokers.
#include "broker/shard.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "json/scanner.h"

namespace socketcluster::broker {
namespace {

constexpr std::array<std::size_t, 6> kCounts{1, 2, 3, 4, 7, 64};
using Indices = std::vector<std::size_t>;

Indices shards_of(std::string_view name) {
  Indices indices;
  for (const std::size_t count : kCounts) indices.push_back(shard_of(name, count));
  return indices;
}

Indices shards_of_key(std::string_view json) {
  json::Scanner scanner(json);
  json::RawValue key;
  EXPECT_TRUE(scanner.take_value(key) && scanner.at_end()) << json;
  Indices indices;
  for (const std::size_t count : kCounts) indices.push_back(shard_of_key(key, count));
  return indices;
}

TEST(Shard, AgreesWithTheOriginalOnChannelNames) {
  EXPECT_EQ(shards_of(""), (Indices{0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(shards_of("a"), (Indices{0, 1, 1, 1, 6, 33}));
  EXPECT_EQ(shards_of("news"), (Indices{0, 1, 1, 3, 4, 19}));
  EXPECT_EQ(shards_of("user/42"), (Indices{0, 0, 2, 2, 1, 62}));
  EXPECT_EQ(shards_of(std::string(1000, 'x')), (Indices{0, 0, 1, 0, 2, 0}));
  EXPECT_EQ(shards_of("AaAaAaAa"), (Indices{0, 0, 2, 0, 0, 0}));
}

TEST(Shard, HashesUtf16CodeUnits) {
  EXPECT_EQ(shards_of("ключ"), (Indices{0, 0, 0, 2, 4, 58}));
  EXPECT_EQ(shards_of("日本語"), (Indices{0, 1, 2, 3, 5, 23}));
  EXPECT_EQ(shards_of("😀"), (Indices{0, 1, 1, 3, 2, 35}));
  EXPECT_EQ(shards_of("\xed\xa0\xbd"), (Indices{0, 1, 1, 1, 1, 61}));   // a high surrogate alone
  EXPECT_EQ(shards_of("\xed\xb0\x80x"), (Indices{0, 0, 1, 0, 2, 56}));  // a low one
}

TEST(Shard, TakesTheLeastHashAsPositive) {
  EXPECT_EQ(shards_of("polygenelubricants"), (Indices{0, 0, 2, 0, 2, 0}));  // -2147483648
}

TEST(Shard, AgreesWithTheOriginalOnKeys) {
  EXPECT_EQ(shards_of_key(R"("news")"), (Indices{0, 1, 1, 3, 4, 19}));
  EXPECT_EQ(shards_of_key(R"("\ud83d\ude00")"), (Indices{0, 1, 1, 3, 2, 35}));
  EXPECT_EQ(shards_of_key("7"), (Indices{0, 1, 1, 3, 0, 7}));
  EXPECT_EQ(shards_of_key("-7"), (Indices{0, 1, 1, 3, 0, 7}));
  EXPECT_EQ(shards_of_key("2147483648"), (Indices{0, 0, 2, 0, 2, 0}));
  EXPECT_EQ(shards_of_key("1e3"), (Indices{0, 0, 1, 0, 6, 40}));
  EXPECT_EQ(shards_of_key("0.0"), (Indices{0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(shards_of_key("null"), (Indices{0, 1, 2, 3, 3, 7}));
  EXPECT_EQ(shards_of_key("true"), (Indices{0, 0, 1, 2, 4, 14}));
  EXPECT_EQ(shards_of_key(R"({"a":1})"), (Indices{0, 0, 1, 2, 0, 2}));
}

TEST(Shard, TakesTheFirstElementOfAnArrayKey) {
  EXPECT_EQ(shards_of_key(R"(["a","b"])"), (Indices{0, 1, 1, 1, 6, 33}));
  EXPECT_EQ(shards_of_key(R"([ "\u0041" ])"), (Indices{0, 1, 2, 1, 2, 1}));
  EXPECT_EQ(shards_of_key("[]"), (Indices{0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(shards_of_key("[5]"), (Indices{0, 1, 2, 1, 4, 53}));  // as the string "5"
  EXPECT_EQ(shards_of_key("[1.50]"), (Indices{0, 0, 1, 0, 2, 56}));
  EXPECT_EQ(shards_of_key("[1e21]"), (Indices{0, 0, 1, 2, 2, 22}));
  EXPECT_EQ(shards_of_key("[[1,2]]"), (Indices{0, 1, 0, 1, 2, 33}));
  EXPECT_EQ(shards_of_key("[null]"), (Indices{0, 1, 2, 3, 3, 7}));
}

TEST(Shard, CutsFractionsAndTakesTheGreatestNumber) {
  EXPECT_EQ(shards_of_key("6.9"), shards_of_key("6"));
  EXPECT_EQ(shards_of_key("1.7976931348623157e308"), (Indices{0, 0, 2, 0, 5, 0}));
}

}  // namespace
}  // namespace socketcluster::broker
