// SPDX-License-Identifier: MIT
// The words after the program's name: commands and flags, made from the option table.
//
// Pure; may be called from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/loader.h"

namespace socketcluster::config {

enum class Command {
  kCreate,
  kRun,
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
inline bool is_stock_program(const Program& program) {
  return !program.starts_without_command;
}

// Which server is asked how it is. Without a URL, the one that the options describe.
struct HealthQuestion {
  std::string url;
  std::chrono::milliseconds timeout{3000};  // for all of it
  // Of TLS; `ca`, `cert` and `key` are names of PEM files. `key` empty: it is in `cert`.
  std::string ca;
  std::string cert;
  std::string key;
  bool is_insecure = false;  // the server's certificate is not verified
};

// kCreate: what is to be made.
struct CreateWords {
  std::string app_name;
  bool force = false;
};

// kRun: how an app is built and started.
struct RunWords {
  bool watch = false;
  std::vector<std::string> arguments = {};  // of its own `start`
};

struct CommandLine {
  Command command = Command::kNone;
  std::string help_topic;  // kHelp: a command, or "" for all
  std::string topic;       // kCompletion: the shell; kManual: the section
  HealthQuestion health;
  CreateWords create;
  RunWords run;
  std::optional<std::string> config_file;
  std::vector<FlagValue> flags;
  bool wants_json = false;  // kStatus
};

// `arguments` are those after the program's name. The failure is one line with the way to help.
base::Result<CommandLine> parse_command_line(const Program& program,
                                             std::vector<std::string> arguments);

// Failures that begin with it are the original's, and are printed without the program's name.
inline constexpr std::string_view kErrorMark = "[Error] ";

// " (see 'socketcluster start --help')"
std::string help_hint(const Program& program, std::string_view topic);

}  // namespace socketcluster::config
