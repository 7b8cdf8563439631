// SPDX-License-Identifier: MIT
#include "config/command_table.h"

namespace socketcluster::config {
namespace {

constexpr std::string_view kShells[] = {"bash", "zsh"};
constexpr std::string_view kSections[] = {"1", "5"};
constexpr std::string_view kCommandNames[] = {"create", "run",        "start", "status",  "health",
                                              "config", "completion", "man",   "version", "help"};

// clang-format off
constexpr CommandInfo kRows[] = {
    {.name = "create", .argument = "APPNAME", .summary = "make the folder of a new app", .offer = Offer::kStockProgram},
    {.name = "run", .summary = "build the app in this folder and start it", .offer = Offer::kStockProgram},
    {.name = "start", .summary = "start the server"},
    {.name = "status", .summary = "show the processes of a server that runs, and what they do"},
    {.name = "health", .summary = "ask a server whether it is well; for containers"},
    {.name = "config", .word = "check", .summary = "tell what is wrong with the options, without starting"},
    {.name = "config", .word = "print", .summary = "print the options that are in effect, as a config file"},
    {.name = "config", .word = "reference", .summary = "print the reference of all options (Markdown)"},
    {.name = "completion", .argument = "SHELL", .summary = "print a script that completes commands and flags in a shell",
     .choices = kShells},
    {.name = "man", .argument = "[SECTION]", .summary = "print a page of the manual, for man -l -", .choices = kSections},
    {.name = "version", .summary = "print the version (also -v, --version)"},
    {.name = "help", .argument = "[command]", .summary = "print the page of a command (also -h, --help)",
     .choices = kCommandNames},
};
// clang-format on

}  // namespace

std::vector<CommandInfo> command_table(const Program& program) {
  std::vector<CommandInfo> rows;
  for (const CommandInfo& row : kRows) {
    if (row.offer == Offer::kEveryProgram || is_stock_program(program)) rows.push_back(row);
  }
  return rows;
}

std::vector<std::string_view> command_names(const Program& program) {
  std::vector<std::string_view> names;
  for (const CommandInfo& row : command_table(program)) {
    if (names.empty() || names.back() != row.name) names.push_back(row.name);
  }
  return names;
}

std::vector<std::string_view> words_after(std::string_view command) {
  std::vector<std::string_view> words;
  for (const CommandInfo& row : kRows) {
    if (row.name != command) continue;
    if (!row.word.empty()) words.push_back(row.word);
    words.insert(words.end(), row.choices.begin(), row.choices.end());
  }
  return words;
}

}  // namespace socketcluster::config
