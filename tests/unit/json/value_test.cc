// SPDX-License-Identifier: MIT
#include "json/value.h"

#include <gtest/gtest.h>

#include <socketcluster/json.h>

namespace socketcluster {
namespace {

TEST(TextOf, IsTheTextOfAMember) {
  const Json data = {{"name", "ann"}, {"empty", ""}, {"number", 5}, {"none", nullptr}};
  EXPECT_EQ(text_of(data, "name"), "ann");
  EXPECT_EQ(text_of(data, "name", "other"), "ann");
  EXPECT_EQ(text_of(data, "empty", "other"), "");
}

TEST(TextOf, IsTheFallbackForEverythingElse) {
  const Json data = {{"number", 5}, {"none", nullptr}, {"list", JsonArray{"a"}}};
  for (const char* name : {"number", "none", "list", "missing", ""}) {
    EXPECT_EQ(text_of(data, name), "") << name;
    EXPECT_EQ(text_of(data, name, "other"), "other") << name;
  }
  for (const Json& no_object : {Json(), Json("name"), Json(1), Json(JsonArray{"name"})}) {
    EXPECT_EQ(text_of(no_object, "name", "other"), "other");
  }
}

}  // namespace
}  // namespace socketcluster
