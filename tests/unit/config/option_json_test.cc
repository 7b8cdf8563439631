// SPDX-License-Identifier: MIT
#include "config/option_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "config/option_table.h"
#include "config/option_value.h"

namespace socketcluster::config {
namespace {

using testing::HasSubstr;

// Some value that is not the default and that the row takes.
boost::json::value other_value(const OptionSpec& spec) {
  static const std::map<std::string_view, boost::json::value> kSpecial{
      {"forceKillSignal", "SIGTERM"},
      {"downgradeToUser", "www-data"},
      {"custom",
       {{"number", 0.1}, {"text", "\"quoted\""}, {"list", boost::json::array{1, nullptr}}}}};
  if (const auto found = kSpecial.find(spec.name); found != kSpecial.end()) return found->second;
  const boost::json::value now = stored_value(spec, Options{});
  switch (spec.type) {
    case Type::kBool:
      return !now.get_bool();
    case Type::kInteger:
    case Type::kMilliseconds:
    case Type::kSeconds:
    case Type::kBytes:
      return now.to_number<std::int64_t>() == spec.max ? spec.min : spec.max;
    case Type::kString:
      return "other";
    case Type::kStringList:
      return boost::json::array{"a", "b"};
    case Type::kChoice:
      if (boost::json::value(spec.choices.front()) == now)
        return boost::json::value(spec.choices.back());
      return boost::json::value(spec.choices.front());
    case Type::kDeflate:
      return true;
    case Type::kTls:
      return {{"minVersion", "TLSv1.3"}};
    case Type::kCertificates:
      return boost::json::array{{{"key", "a.key"}, {"cert", "a.pem"}}, {{"pfx", "b.pfx"}}};
    case Type::kObject:
    case Type::kSignal:
    case Type::kUser:
    case Type::kAny:
      break;
  }
  ADD_FAILURE() << "no other value for " << spec.name;
  return nullptr;
}

// As it goes through a socket.
Options round_trip(const Options& options) {
  const std::string text = boost::json::serialize(options_to_json(options));
  base::Result<Options> result = options_from_json(boost::json::parse(text).as_object());
  EXPECT_TRUE(result) << result.error().text;
  return result ? *result : Options{};
}

TEST(OptionJson, KeepsTheValueOfEveryRow) {
  for (const OptionSpec& spec : option_table()) {
    if (std::holds_alternative<std::monostate>(spec.field)) continue;
    SCOPED_TRACE(spec.name);
    Options options;
    ASSERT_TRUE(assign(spec, other_value(spec), spec.name, options));
    const Options copy = round_trip(options);
    EXPECT_TRUE(differs_from_default(spec, stored_value(spec, copy)));
    EXPECT_EQ(stored_value(spec, copy), stored_value(spec, options));
    EXPECT_EQ(options_to_json(copy), options_to_json(options));
  }
}

TEST(OptionJson, KeepsAnEmptyTextApartFromTheDefault) {
  Options options;
  options.environment.clear();
  EXPECT_EQ(round_trip(options).environment, "");
}

TEST(OptionJson, KeepsMembersOfWhatIsSwitchedOff) {
  Options options;
  options.per_message_deflate.level = 9;
  const Options copy = round_trip(options);
  EXPECT_FALSE(copy.per_message_deflate.enabled);
  EXPECT_EQ(copy.per_message_deflate.level, 9U);
}

TEST(OptionJson, RefusesWhatIsNoOption) {
  EXPECT_THAT(options_from_json({{"colour", 1}}).error().text, HasSubstr("'colour' is not"));
  EXPECT_THAT(options_from_json({{"wsEngine", "ws"}}).error().text, HasSubstr("'wsEngine' is not"));
  EXPECT_THAT(options_from_json({{"port", 65536}}).error().text, HasSubstr("port is 65536"));
}

}  // namespace
}  // namespace socketcluster::config
