// SPDX-License-Identifier: MIT
// What the scripts offer is what the command line takes. How shells use them:
// tests/system/completion.test.mjs.
#include "config/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/command_table.h"
#include "config/help.h"
#include "config/help_flags.h"
#include "config/option_table.h"

namespace socketcluster::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> names_of(const std::vector<HelpFlag>& flags) {
  std::vector<std::string> names;
  for (const HelpFlag& flag : flags) names.push_back(flag.name);
  return names;
}

TEST(HelpFlags, AreReadWithTheirParts) {
  const auto flags = help_flags(
      "Options:\n"
      "  -n, --app-name NAME                   only the server\n"
      "                                        of this name\n"
      "      --[no-]strict-handshake           close others [on]\n"
      "      --json                            print JSON\n"
      "Examples:\n"
      "  chat start --json\n");
  ASSERT_THAT(flags, SizeIs(3));
  EXPECT_EQ(flags[0].short_flag, 'n');
  EXPECT_EQ(flags[0].name, "app-name");
  EXPECT_EQ(flags[0].value, "NAME");
  EXPECT_EQ(flags[0].text, "only the server");
  EXPECT_TRUE(flags[1].is_negatable);
  EXPECT_EQ(flags[1].name, "strict-handshake");
  EXPECT_EQ(flags[1].value, "");
  EXPECT_EQ(flags[2].short_flag, 0);
  EXPECT_EQ(flags[2].text, "print JSON");
  EXPECT_THAT(help_flags(""), IsEmpty());
}

TEST(HelpFlags, OfTheStartPageAreAllOptionsThatAreUsed) {
  const auto names = names_of(help_flags(help_page({}, "start")));
  std::size_t used = 2;  // --config and --help
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec) || spec.support != Support::kUsed) continue;
    EXPECT_THAT(names, Contains(long_flag(spec)));
    ++used;
  }
  EXPECT_THAT(names, SizeIs(used));
}

// A flag that a page shows and the command refuses, or one without its value, would be a mistake of
// the page.
TEST(HelpFlags, AreTakenByTheirCommands) {
  for (const std::string_view command : command_names()) {
    for (const HelpFlag& flag : help_flags(help_page({}, command))) {
      std::vector<std::string> words{std::string(command), "--" + flag.name};
      if (!flag.value.empty()) words.emplace_back("1");
      const auto line = parse_command_line({}, words);
      EXPECT_TRUE(line) << command << " --" << flag.name << ": " << line.error().text;
    }
  }
}

TEST(Completion, OffersEveryCommandAndItsFlags) {
  for (const char* shell : {"bash", "zsh"}) {
    const std::string script = completion_script({}, shell);
    for (const std::string_view command : command_names()) {
      const std::size_t at = script.find("\n    " + std::string(command) + ")\n");
      ASSERT_NE(at, std::string::npos) << shell << ": " << command;
      const std::string part = script.substr(at, script.find("\n      ;;\n", at) - at);
      // `run` hands the flags of `start` on.
      std::vector<HelpFlag> flags = help_flags(help_page({}, command));
      if (command == "run") {
        const auto more = help_flags(help_page({}, "start"));
        flags.insert(flags.end(), more.begin(), more.end());
      }
      for (const HelpFlag& flag : flags) {
        EXPECT_THAT(part, HasSubstr("--" + flag.name)) << shell << ": " << command;
      }
      for (const std::string_view word : words_after(command)) {
        EXPECT_THAT(part, HasSubstr(word)) << shell << ": " << command;
      }
    }
  }
}

TEST(Completion, IsForTheProgramsOwnName) {
  EXPECT_THAT(completion_script({.name = "my-chat"}, "bash"),
              HasSubstr("\ncomplete -F _my_chat my-chat\n"));
  EXPECT_THAT(completion_script({.name = "my-chat"}, "zsh"),
              testing::StartsWith("#compdef my-chat\n"));
}

}  // namespace
}  // namespace socketcluster::config
