// SPDX-License-Identifier: MIT
// The key-value store against the original's: every answer that data_commands/record.mjs wrote
// down.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "broker/data_commands.h"

namespace socketcluster::broker {
namespace {

using boost::json::value;

constexpr std::int64_t kStart = 1'600'000'000'000;

value read_table() {
  std::ifstream file(SC_SOURCE_DIR "/tests/unit/broker/data_commands/table.json");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return boost::json::parse(text);
}

// As text, because the order of entries counts.
std::string text_of(const value* json) {
  return json != nullptr ? boost::json::serialize(*json) : "undefined";
}

class Replay {
 public:
  void step(const boost::json::object& step) {
    if (const value* now = step.if_contains("now")) {
      now_ms_ = now->to_number<std::int64_t>();
      if (!step.contains("sweep")) return;
      EXPECT_FALSE(store_.sweep(now_ms_));
      return;
    }
    const value& request = step.at("request");
    const CommandResult result = store_.execute(request, now_ms_);
    EXPECT_EQ(result.error, "") << request;
    EXPECT_EQ(text_of(result.value ? &*result.value : nullptr), text_of(step.if_contains("value")))
        << request;
  }

  // Everything that was charged is given back.
  void finish() {
    store_.execute({{"action", "removeAll"}}, now_ms_);
    while (store_.sweep(INT64_MAX / 2)) {
    }
    EXPECT_EQ(store_.used_bytes(), 0U);
  }

 private:
  DataCommands store_;
  std::int64_t now_ms_ = kStart;
};

TEST(DataTable, AnswersLikeTheOriginal) {
  const value table = read_table();
  ASSERT_GT(table.as_array().size(), 50U);
  for (const value& entry : table.as_array()) {
    SCOPED_TRACE(std::string(entry.at("name").as_string()));
    Replay replay;
    std::size_t number = 0;
    for (const value& step : entry.at("steps").as_array()) {
      SCOPED_TRACE(number++);
      replay.step(step.as_object());
      // One departure makes all that follows depart.
      if (testing::Test::HasFailure()) return;
    }
    replay.finish();
  }
}

}  // namespace
}  // namespace socketcluster::broker
