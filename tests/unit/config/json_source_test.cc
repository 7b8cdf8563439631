// SPDX-License-Identifier: MIT
#include "config/json_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace socketcluster::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(std::string_view text, Dialect dialect = Dialect::kStrict) {
  const auto object = parse_object(text, "name", dialect);
  return object ? "" : object.error().text;
}

TEST(JsonSource, TakesAnObject) {
  const auto object = parse_object("\xef\xbb\xbf {\"port\": 1}\n", "name", Dialect::kStrict);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->at("port"), 1);
}

TEST(JsonSource, TakesCommentsAndTrailingCommasInAFileOnly) {
  const std::string text = "{\n// why\n\"port\": 1, /* so */ }";
  EXPECT_EQ(error_of(text, Dialect::kRelaxed), "");
  EXPECT_THAT(error_of(text, Dialect::kStrict),
              StartsWith("name: is not valid JSON at line 2, column 1"));
}

TEST(JsonSource, TellsLineAndColumn) {
  EXPECT_THAT(error_of("{\n  \"port\": x\n}"),
              StartsWith("name: is not valid JSON at line 2, column 11: "));
  EXPECT_THAT(error_of("{} {}"), StartsWith("name: is not valid JSON at line 1, column 4: "));
  EXPECT_THAT(error_of("{\"a\":1"), StartsWith("name: is not valid JSON at line 1, column 7: "));
  EXPECT_THAT(error_of(""), StartsWith("name: is not valid JSON at line 1, column 1: "));
}

TEST(JsonSource, RefusesWhatIsNoObject) {
  EXPECT_EQ(error_of("[1]"), "name: must be a JSON object, such as {\"port\": 8000}");
  EXPECT_EQ(error_of("null"), "name: must be a JSON object, such as {\"port\": 8000}");
}

TEST(JsonSource, RefusesDeepNestingWithoutRecursing) {
  EXPECT_THAT(error_of("{\"a\":" + std::string(100'000, '[')), HasSubstr("too deep"));
}

TEST(JsonSource, TellsWhyAFileCannotBeRead) {
  EXPECT_EQ(read_config_file("/no/such/file").error().text,
            "config file /no/such/file: cannot be read: No such file or directory");
  EXPECT_EQ(read_config_file("/").error().text, "config file /: cannot be read: Is a directory");
}

TEST(JsonSource, ReadsAFileUpToItsLimit) {
  const std::string path = testing::TempDir() + "json_source_test_limit.json";
  std::ofstream(path, std::ios::binary) << std::string(kMaxConfigFileBytes, ' ');
  const auto whole = read_config_file(path);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->size(), kMaxConfigFileBytes);
  std::ofstream(path, std::ios::binary | std::ios::app) << ' ';
  EXPECT_THAT(read_config_file(path).error().text, HasSubstr("is longer than 1048576 bytes"));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace socketcluster::config
