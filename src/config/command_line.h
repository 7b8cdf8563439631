// SPDX-License-Identifier: MIT
// The words after the program's name: commands and flags, made from the option table.
//
// Pure; may be called from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/loader.h"

namespace socketcluster::config {

enum class Command {
  kStart,
  kStatus,
  kHealth,
  kConfigCheck,
  kConfigPrint,
  kConfigReference,
  kCompletion,
  kManual,
  kVersion,
  kHelp,
  kNone,
};

// What a program with this command line is called, and what it does without a command.
struct Program {
  std::string name = "socketcluster";
  // A user's own server starts when it is simply called; the stock program explains itself.
  bool starts_without_command = false;
};

// Which server is asked how it is. Without a URL, the one that the options describe.
struct HealthQuestion {
  std::string url;
  std::chrono::milliseconds timeout{3000};  // for all of it
};

struct CommandLine {
  Command command = Command::kNone;
  std::string help_topic;  // kHelp: a command, or "" for all
  std::string topic;       // kCompletion: the shell; kManual: the section
  HealthQuestion health;
  std::optional<std::string> config_file;
  std::vector<FlagValue> flags;
  bool wants_json = false;  // kStatus
};

// `arguments` are those after the program's name. The failure is one line with the way to help.
base::Result<CommandLine> parse_command_line(const Program& program,
                                             std::vector<std::string> arguments);

// " (see 'socketcluster start --help')"
std::string help_hint(const Program& program, std::string_view topic);

}  // namespace socketcluster::config
