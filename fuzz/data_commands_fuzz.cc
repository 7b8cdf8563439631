// SPDX-License-Identifier: MIT
// The key-value store. A text is taken for JSON, an array of commands; other bytes choose commands
// that make sense, over a few keys. Whatever they are, the store stays within its limits, answers
// with JSON that is no longer than promised, and gives back every byte that it charged.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "broker/data_commands.h"

namespace {

using namespace socketcluster;  // NOLINT: a program of one file
using boost::json::value;

constexpr std::int64_t kStart = 1'600'000'000'000;
constexpr broker::DataLimits kLimits{.memory_bytes = 20'000, .depth = 6, .answer_bytes = 1'000};

void check(bool holds) {
  if (!holds) std::abort();
}

// Chooses by bytes; zeros behind the last.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return bytes_.empty(); }
  std::size_t below(std::size_t limit) {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte % limit;
  }
  template <typename T, std::size_t kSize>
  const T& among(const T (&choices)[kSize]) {
    return choices[below(kSize)];
  }

 private:
  std::string_view bytes_;
};

constexpr const char* kNames[] = {"k",      "l",   "0",          "1",          "2",          "3",
                                  "7",      "007", "4294967294", "4294967295", "4294967296", "-1",
                                  "length", "",    "a",          "b",          "c"};
constexpr const char* kActions[] = {"set",         "get",       "getRange", "getAll", "count",
                                    "hasKey",      "add",       "add",      "concat", "remove",
                                    "removeRange", "removeAll", "splice",   "splice", "pop",
                                    "expire",      "unexpire",  "getExpiry"};

value make_number(Choices& choices) {
  static constexpr double kNumbers[] = {0,  1,   2,    3,     5,          9,           -1,
                                        -3, 0.5, 1e20, -1e20, 4294967294, 4294967295., 1e300};
  return choices.below(2) == 0 ? value(static_cast<std::int64_t>(choices.below(12)))
                               : value(choices.among(kNumbers));
}

value make_value(Choices& choices, int depth = 0) {
  switch (choices.below(depth < 8 ? 8 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return choices.below(2) == 0;
    case 2:
      return make_number(choices);
    case 3:
      return choices.among(kNames);
    case 4:
      return value(std::string(choices.below(256) * 4, '\x01'));
    case 5:
    case 6: {
      boost::json::array array;
      for (std::size_t i = choices.below(6); i > 0; --i) {
        array.push_back(make_value(choices, depth + 1));
      }
      return array;
    }
    default: {
      boost::json::object object;
      for (std::size_t i = choices.below(12); i > 0; --i) {
        object[choices.among(kNames)] = make_value(choices, depth + 1);
      }
      return object;
    }
  }
}

value make_key(Choices& choices) {
  boost::json::array path{choices.below(2) == 0 ? "k" : "l"};
  for (std::size_t i = choices.below(4); i > 0; --i) path.emplace_back(choices.among(kNames));
  return path;
}

value make_place(Choices& choices) {
  return choices.below(2) == 0 ? value(choices.among(kNames)) : make_number(choices);
}

value make_command(Choices& choices) {
  boost::json::object command{{"action", choices.among(kActions)}, {"key", make_key(choices)}};
  const std::size_t members = choices.below(256);
  if ((members & 1) != 0) command["value"] = make_value(choices);
  if ((members & 2) != 0) command["getValue"] = 1;
  if ((members & 4) != 0) command["fromIndex"] = make_place(choices);
  if ((members & 8) != 0) command["toIndex"] = make_place(choices);
  if ((members & 16) != 0) command["index"] = make_number(choices);
  if ((members & 32) != 0) command["count"] = make_number(choices);
  if ((members & 64) != 0) command["items"] = make_value(choices);
  if (command["action"] == "expire") {
    command["keys"] = boost::json::array{make_key(choices), choices.among(kNames)};
    command["value"] = make_number(choices);
  }
  return command;
}

void run(broker::DataCommands& store, const value& command, std::int64_t now_ms) {
  const std::size_t used = store.used_bytes();
  const broker::CommandResult result = store.execute(command, now_ms);
  check(store.used_bytes() <= std::max(used, kLimits.memory_bytes));
  if (!result.error.empty()) {
    check(!result.value && store.used_bytes() == used);
  } else if (result.value) {
    const std::string text = boost::json::serialize(*result.value);
    check(text.size() <= kLimits.answer_bytes);
    check(boost::json::parse(text).kind() == result.value->kind() || result.value->is_number());
  }
}

void finish(broker::DataCommands& store, std::int64_t now_ms) {
  store.execute({{"action", "removeAll"}}, now_ms);
  check(store.map().get_all().has_value());
  store.expirer().clear();
  check(store.used_bytes() == 0);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  broker::DataCommands store(kLimits);
  std::int64_t now_ms = kStart;
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 200;
  const value commands = boost::json::parse(boost::json::string_view(input.data(), input.size()),
                                            error, boost::json::storage_ptr(), options);
  if (!error && commands.is_array()) {
    for (const value& command : commands.get_array()) run(store, command, now_ms);
  } else {
    Choices choices(input);
    while (!choices.at_end()) {
      run(store, make_command(choices), now_ms);
      if (choices.below(8) == 0) store.sweep(now_ms += 1'000);
    }
  }
  finish(store, now_ms);
  return 0;
}
