// SPDX-License-Identifier: MIT
// The commands of the program, for what lists them: help, mistyped words, completion, manual.
//
// Immutable; may be read from any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "config/command_line.h"

namespace socketcluster::config {

// Who offers a command.
enum class Offer {
  kEveryProgram,
  kStockProgram,  // one that has no code of a user
};

struct CommandInfo {
  std::string_view name;                           // "start"
  std::string_view word = {};                      // second word, where it chooses what is done
  std::string_view argument = {};                  // what else may follow, for people
  std::string_view summary = {};                   // one line
  std::span<const std::string_view> choices = {};  // for the argument
  Offer offer = Offer::kEveryProgram;
};

// What this program offers, in the order in which it is shown. Commands with a second word have a
// row for each.
std::vector<CommandInfo> command_table(const Program& program = {});

// First words, each once.
std::vector<std::string_view> command_names(const Program& program = {});
// Second words of a command: of its rows, or the choices of its argument.
std::vector<std::string_view> words_after(std::string_view command);

}  // namespace socketcluster::config
