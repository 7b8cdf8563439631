// SPDX-License-Identifier: MIT
#include "config/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace socketcluster::config {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

CommandLine parsed(const Words& words, const Program& program = {}) {
  base::Result<CommandLine> line = parse_command_line(program, words);
  EXPECT_TRUE(line) << line.error().text;
  return line ? *line : CommandLine{};
}

std::string error_of(const Words& words) {
  const base::Result<CommandLine> line = parse_command_line({}, words);
  return line ? "" : line.error().text;
}

// "name=text" of the one flag.
std::string only_flag(const Words& words) {
  const CommandLine line = parsed(words);
  EXPECT_EQ(line.flags.size(), 1U);
  return line.flags.empty() ? "" : std::string(line.flags[0].spec->name) + "=" + line.flags[0].text;
}

TEST(CommandLine, KnowsItsCommands) {
  EXPECT_EQ(parsed({"start"}).command, Command::kStart);
  EXPECT_EQ(parsed({"config", "check"}).command, Command::kConfigCheck);
  EXPECT_EQ(parsed({"config", "print"}).command, Command::kConfigPrint);
  EXPECT_EQ(parsed({"config", "reference"}).command, Command::kConfigReference);
  for (const char* word : {"version", "-v", "--version"})
    EXPECT_EQ(parsed({word}).command, Command::kVersion) << word;
}

TEST(CommandLine, FindsHelpInEveryForm) {
  for (const Words& words : {Words{"--help"}, {"-h"}, {"help"}, {"help", "help"}}) {
    EXPECT_EQ(parsed(words).command, Command::kHelp);
    EXPECT_EQ(parsed(words).help_topic, "");
  }
  for (const Words& words :
       {Words{"start", "--help"}, {"start", "-h"}, {"help", "start"}, {"start", "--wrong", "-h"}}) {
    EXPECT_EQ(parsed(words).command, Command::kHelp);
    EXPECT_EQ(parsed(words).help_topic, "start");
  }
  EXPECT_EQ(parsed({"config", "check", "--help"}).help_topic, "config");
  EXPECT_EQ(parsed({"version", "--help"}).help_topic, "version");
}

TEST(CommandLine, WithoutACommandDependsOnTheProgram) {
  EXPECT_EQ(parsed({}).command, Command::kNone);
  EXPECT_EQ(parsed({}, {.starts_without_command = true}).command, Command::kStart);
  EXPECT_EQ(parsed({"-p", "1"}).command, Command::kStart);
  EXPECT_EQ(only_flag({"-p", "1"}), "port=1");
}

TEST(CommandLine, TakesEveryFormOfAFlag) {
  for (const Words& words :
       {Words{"-p", "80"}, {"-p80"}, {"-p=80"}, {"--port", "80"}, {"--port=80"}}) {
    EXPECT_EQ(only_flag(words), "port=80");
  }
  EXPECT_EQ(only_flag({"--ping-interval=9"}), "pingInterval=9");
  EXPECT_EQ(only_flag({"--pingInterval", "9"}), "pingInterval=9");
  EXPECT_EQ(only_flag({"-p", "-1"}), "port=-1");
}

TEST(CommandLine, TakesEveryFlagOfTheTable) {
  Words long_flags{"start"};
  Words original_names{"config", "print"};
  Words aliases;
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec)) continue;
    const std::string text = "=" + std::string(spec.name);  // each flag gets its own name as value
    long_flags.push_back("--" + long_flag(spec) + text);
    original_names.push_back("--" + std::string(spec.name) + text);
    if (!spec.alias.empty()) aliases.push_back("--" + std::string(spec.alias) + text);
    if (spec.short_flag != 0) aliases.push_back(std::string("-") + spec.short_flag + text);
  }
  EXPECT_GT(long_flags.size(), 80U);
  for (const Words& words : {long_flags, original_names, aliases}) {
    const CommandLine line = parsed(words);
    const std::size_t flags = std::count_if(
        words.begin(), words.end(), [](const std::string& word) { return word.starts_with('-'); });
    EXPECT_EQ(line.flags.size(), flags);
    for (const FlagValue& value : line.flags) EXPECT_EQ(value.text, value.spec->name);
  }
}

TEST(CommandLine, TakesTheFlagsOfTheOriginalsServer) {
  const Words words{"-w",
                    "1",
                    "-b",
                    "1",
                    "-p",
                    "9000",
                    "-n",
                    "app",
                    "--wc",
                    "w.so",
                    "--bc",
                    "b.so",
                    "--wcc",
                    "c.so",
                    "--cssh",
                    "state",
                    "--auto-reboot=false",
                    "--debug-workers",
                    "--debug-brokers=6858"};
  EXPECT_EQ(parsed(words).flags.size(), 11U);
}

TEST(CommandLine, TakesSwitchesInEveryForm) {
  EXPECT_EQ(only_flag({"--strict-handshake"}), "strictHandshake=");
  EXPECT_EQ(only_flag({"--strict-handshake=false"}), "strictHandshake=false");
  EXPECT_EQ(only_flag({"--strict-handshake", "false"}), "strictHandshake=false");
  EXPECT_EQ(only_flag({"--no-strict-handshake"}), "strictHandshake=false");
  EXPECT_EQ(parsed({"--strict-handshake", "-p", "1"}).flags.size(), 2U);
}

TEST(CommandLine, TheLastOfRepeatedFlagsWins) {
  EXPECT_EQ(only_flag({"-p", "1", "--port", "2"}), "port=2");
  EXPECT_EQ(parsed({"--strict-handshake", "--no-strict-handshake"}).flags.back().text, "false");
  EXPECT_EQ(parsed({"--no-strict-handshake", "--strict-handshake"}).flags.back().text, "");
  EXPECT_EQ(parsed({"--strict-handshake", "--no-strict-handshake", "--strict-handshake=yes"})
                .flags.back()
                .text,
            "yes");
}

TEST(CommandLine, FindsTheConfigFile) {
  EXPECT_EQ(parsed({"start"}).config_file, std::nullopt);
  EXPECT_EQ(parsed({"start", "-c", "a.json"}).config_file, "a.json");
  EXPECT_EQ(parsed({"start", "--config=a.json"}).config_file, "a.json");
  EXPECT_EQ(parsed({"config", "check", "a.json"}).config_file, "a.json");
  EXPECT_EQ(parsed({"config", "print", "a.json", "-p", "1"}).config_file, "a.json");
}

TEST(CommandLine, KeepsTheUsersOwnWordForAFlag) {
  EXPECT_EQ(parsed({"-p", "1"}).flags[0].flag, "-p");
  EXPECT_EQ(parsed({"--port=1"}).flags[0].flag, "--port");
  EXPECT_EQ(parsed({"--pingInterval", "1"}).flags[0].flag, "--pingInterval");
  EXPECT_EQ(parsed({"--auto-reboot=false"}).flags[0].flag, "--auto-reboot");
}

TEST(CommandLine, TellsWhatIsWrongAndWhereToLook) {
  const std::vector<std::pair<Words, std::string>> cases{
      {{"start", "--prt", "80"},
       "unknown flag '--prt'; did you mean '--port'? (see 'socketcluster start --help')"},
      {{"start", "--prt=80"},
       "unknown flag '--prt'; did you mean '--port'? (see 'socketcluster start --help')"},
      {{"start", "--colour"}, "unknown flag '--colour' (see 'socketcluster start --help')"},
      {{"--colour"}, "unknown flag '--colour' (see 'socketcluster start --help')"},
      {{"start", "-z"}, "unknown flag '-z' (see 'socketcluster start --help')"},
      {{"start", "--no-port"}, "unknown flag '--no-port' (see 'socketcluster start --help')"},
      {{"start", "-port", "80"},
       "unknown flag '-port'; did you mean '--port'? (see 'socketcluster start --help')"},
      {{"start", "-wc=x"},
       "unknown flag '-wc'; did you mean '--wc'? (see 'socketcluster start --help')"},
      {{"start", "--port"},
       "--port needs a value: a whole number from 0 to 65535 (see 'socketcluster start --help')"},
      {{"start", "--port="},
       "--port needs a value: a whole number from 0 to 65535 (see 'socketcluster start --help')"},
      {{"start", "-p"},
       "-p needs a value: a whole number from 0 to 65535 (see 'socketcluster start --help')"},
      {{"start", "--host"},
       "--host needs a value: address or path to listen on (see 'socketcluster start --help')"},
      {{"start", "-c"},
       "--config needs a value: the name of a JSON file (see 'socketcluster start --help')"},
      {{"start", "--no-strict-handshake=5"},
       "--no-strict-handshake takes no value (see 'socketcluster start --help')"},
      {{"start", "80"}, "start does not take '80' (see 'socketcluster start --help')"},
      {{"start", "version"}, "start does not take 'version' (see 'socketcluster start --help')"},
      {{"strat"},
       "[Error] 'strat' is not a valid SocketCluster command. Did you mean 'start'? (see "
       "'socketcluster --help')"},
      {{"deploy", "app"},
       "[Error] 'deploy' is not a valid SocketCluster command. (see 'socketcluster --help')"},
      {{"create", "one", "two"}, "create does not take 'two' (see 'socketcluster create --help')"},
      {{"help", "strat"},
       "unknown command 'strat'; did you mean 'start'? (see 'socketcluster --help')"},
      {{"config"},
       "config needs one of the commands check, print or reference (see 'socketcluster config "
       "--help')"},
      {{"config", "chek"},
       "unknown command 'chek'; did you mean 'check'? (see 'socketcluster config --help')"},
      {{"config", "print", "a", "b"},
       "print does not take 'b' (see 'socketcluster config --help')"},
      {{"\x1b[31m\n"},
       "[Error] '\\x1b[31m\\n' is not a valid SocketCluster command. (see 'socketcluster "
       "--help')"},
  };
  for (const auto& [words, text] : cases) EXPECT_EQ(error_of(words), text);
}

TEST(CommandLine, CreatesAnAppByItsName) {
  const CommandLine line = parsed({"create", "--force", "chat"});
  EXPECT_EQ(line.command, Command::kCreate);
  EXPECT_EQ(line.create.app_name, "chat");
  EXPECT_TRUE(line.create.force);
  EXPECT_FALSE(parsed({"create", "chat"}).create.force);
  EXPECT_EQ(parsed({"create"}).create.app_name, "");
}

TEST(CommandLine, GivesTheWordsAfterRunToTheApp) {
  const CommandLine line = parsed({"run", "-p", "9000", "--watch", "--no-such"});
  EXPECT_EQ(line.command, Command::kRun);
  EXPECT_TRUE(line.run.watch);
  EXPECT_THAT(line.run.arguments, testing::ElementsAre("-p", "9000", "--no-such"));
  EXPECT_FALSE(parsed({"run"}).run.watch);
  EXPECT_EQ(parsed({"run", "-p", "1", "--help"}).help_topic, "run");
  const CommandLine after_dashes = parsed({"run", "-w", "2", "--", "-p", "1", "--watch", "--help"});
  EXPECT_FALSE(after_dashes.run.watch);
  EXPECT_THAT(after_dashes.run.arguments,
              testing::ElementsAre("-w", "2", "-p", "1", "--watch", "--help"));
}

TEST(CommandLine, KnowsWatchBeforeTheAppIsBuilt) {
  for (const char* word : {"--wacth", "--wathc", "--Watch", "-watch", "--wtach=1"}) {
    const std::string_view flag = std::string_view(word).substr(0, 7);
    EXPECT_EQ(error_of({"run", word}),
              "unknown flag '" + std::string(flag) +
                  "'; did you mean '--watch'? (see 'socketcluster run --help')");
  }
  EXPECT_EQ(error_of({"run", "--watch=1"}),
            "--watch takes no value (see 'socketcluster run --help')");
  for (const char* word : {"--path", "--pat=/", "--wc", "--workers", "watch", "-nwatch"}) {
    EXPECT_THAT(parsed({"run", word}).run.arguments, testing::ElementsAre(word));
  }
}

TEST(CommandLine, AUsersProgramHasNoCommandsForApps) {
  const Program chat{.name = "chat", .starts_without_command = true};
  for (const char* word : {"create", "run"}) {
    const auto line = parse_command_line(chat, {word, "app"});
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().text, "unknown command '" + std::string(word) + "' (see 'chat --help')");
  }
}

TEST(CommandLine, UsesTheProgramsOwnName) {
  const auto line = parse_command_line({.name = "chat"}, {"start", "-z"});
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error().text, HasSubstr("'chat start --help'"));
}

}  // namespace
}  // namespace socketcluster::config
