// SPDX-License-Identifier: MIT
#include "config/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config/command_table.h"
#include "config/option_table.h"

namespace socketcluster::config {
namespace {

using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& page) {
  std::vector<std::string> lines;
  std::istringstream stream(page);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string_view> topics() {
  std::vector<std::string_view> all = command_names();
  all.emplace_back("");
  return all;
}

TEST(Help, EveryCommandHasAPage) {
  for (const std::string_view command : command_names()) {
    if (command == "help") continue;
    EXPECT_THAT(help_page({}, command), HasSubstr("Usage: socketcluster " + std::string(command)));
    EXPECT_THAT(help_page({}, ""), HasSubstr("\n  " + std::string(command) + " "));
  }
}

TEST(Help, OffersAppsInTheStockProgramAlone) {
  EXPECT_THAT(help_page({}, ""), HasSubstr("\n  create APPNAME "));
  EXPECT_THAT(help_page({.name = "chat", .starts_without_command = true}, ""),
              testing::Not(HasSubstr("create")));
}

TEST(Help, MentionsEveryFlag) {
  const std::string page = help_page({}, "start");
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec)) continue;
    const bool is_switch = spec.type == Type::kBool && spec.support == Support::kUsed;
    const std::string flag = (is_switch ? "--[no-]" : "--") + long_flag(spec);
    EXPECT_THAT(page, HasSubstr(flag)) << spec.name;
    if (!spec.alias.empty()) {
      EXPECT_THAT(page, HasSubstr("--" + std::string(spec.alias)));
    }
    if (spec.short_flag != 0) {
      EXPECT_THAT(page, HasSubstr(std::string("-") + spec.short_flag + ", "));
    }
  }
}

TEST(Help, ShowsEachUsedOptionOnOneLineWithItsDefault) {
  const std::vector<std::string> lines = lines_of(help_page({}, "start"));
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec) || spec.support != Support::kUsed) continue;
    const auto is_its_line = [&](const std::string& line) {
      return (line.find("--" + long_flag(spec) + " ") == 6 ||
              line.find("--[no-]" + long_flag(spec) + " ") == 6) &&
             line.find(spec.help) == 40 && line.ends_with(']');
    };
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(), is_its_line), 1) << spec.name;
  }
}

TEST(Help, FitsAHundredColumns) {
  for (const std::string_view topic : topics()) {
    for (const std::string& line : lines_of(help_page({}, topic)))
      EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(Help, UsesTheProgramsOwnName) {
  for (const std::string_view topic : topics()) {
    const std::string page = help_page({.name = "chat"}, topic);
    EXPECT_THAT(page, HasSubstr("Usage: chat"));
    EXPECT_THAT(page, testing::Not(HasSubstr("socketcluster ")));
  }
}

TEST(Help, TheReferencePageIsUpToDate) {
  std::ifstream file(SC_SOURCE_DIR "/docs/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), reference_page())
      << "run: socketcluster config reference > docs/configuration.md";
}

TEST(Help, TheReferencePageHasEveryOption) {
  const std::string page = reference_page();
  for (const OptionSpec& spec : option_table()) {
    EXPECT_THAT(page, HasSubstr("\n| `" + std::string(spec.name) + "` | ")) << spec.name;
    if (!is_member(spec)) {
      EXPECT_THAT(page, HasSubstr("`" + env_variable(spec) + "` |"));
    }
  }
}

}  // namespace
}  // namespace socketcluster::config
