// SPDX-License-Identifier: MIT
// The commands of the program, for what lists them: help, mistyped words, completion, manual.
//
// Immutable; may be read from any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace socketcluster::config {

struct CommandInfo {
  std::string_view name;                           // "start"
  std::string_view word = {};                      // second word, where it chooses what is done
  std::string_view argument = {};                  // what else may follow, for people
  std::string_view summary = {};                   // one line
  std::span<const std::string_view> choices = {};  // for the argument
};

// In the order in which they are shown. Those with a second word have a row for each.
std::span<const CommandInfo> command_table();

// First words, each once.
std::vector<std::string_view> command_names();
// Second words of a command: of its rows, or the choices of its argument.
std::vector<std::string_view> words_after(std::string_view command);

}  // namespace socketcluster::config
