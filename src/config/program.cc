// SPDX-License-Identifier: MIT
#include "config/program.h"

#include <iostream>

#include <fmt/format.h>
#include <socketcluster/version.h>

#include "base/console_log.h"
#include "base/printable.h"
#include "base/random.h"
#include "config/completion.h"
#include "config/generated_options.h"
#include "config/help.h"
#include "config/manual.h"
#include "config/option_value.h"
#include "json/value.h"

namespace socketcluster::config {
namespace {

// What the original says in its own words begins as it does there.
void print_error(const Program& program, std::ostream& err, std::string_view text) {
  if (text.starts_with(kErrorMark)) {
    err << base::printable(text) << std::endl;
    return;
  }
  err << fmt::format("{}: {}\n", program.name, base::printable(text)) << std::flush;
}

int print_errors(const Program& program, std::ostream& err, const Loaded& loaded,
                 std::string_view topic) {
  for (const std::string& error : loaded.errors)
    print_error(program, err, error + help_hint(program, topic));
  return kExitUsage;
}

int start_server(const Program& program, const Loaded& loaded, std::ostream& err,
                 StartFunction& start) {
  const bool json = loaded.options.log_format == LogFormat::kJson;
  const char* const origin = loaded.options.workers == 0 ? "worker 0" : "master";
  base::ConsoleLog log(
      err, {.level = static_cast<int>(loaded.options.log_level), .json = json, .origin = origin});
  for (const std::string& notice : loaded.notices) log.info(notice);
  Options options = loaded.options;
  base::SystemRandom random;
  fill_generated(options, random);
  const base::Status status = start(options, log);
  if (status) return kExitOk;
  print_error(program, err, status.error().text);
  return kExitFailure;
}

void print_notices(const Program& program, std::ostream& err, const Loaded& loaded) {
  for (const std::string& notice : loaded.notices) print_error(program, err, "note: " + notice);
}

// Secrets must not end up in a terminal's history or a ticket.
void note_secrets(const Program& program, std::ostream& err, const Options& options) {
  for (const OptionSpec& spec : option_table()) {
    if (spec.secrecy != Secrecy::kSecret || stored_value(spec, options).is_null()) continue;
    print_error(program, err,
                fmt::format("note: {} is set, and left out here because it is secret", spec.name));
  }
}

int run_loaded(const Program& program, const CommandLine& line, const Environment& environment,
               Streams streams, StartFunction& start) {
  const Loaded loaded = load({line.config_file, environment, line.flags});
  if (!loaded.errors.empty()) return print_errors(program, streams.err, loaded, "start");
  if (line.command == Command::kStart) return start_server(program, loaded, streams.err, start);
  print_notices(program, streams.err, loaded);
  if (line.command == Command::kConfigPrint) {
    note_secrets(program, streams.err, loaded.options);
    streams.out << print_options(loaded.options) << std::flush;
  } else {
    streams.out << "The configuration is valid.\n" << std::flush;
  }
  return kExitOk;
}

// For commands that look at a server which runs.
int run_query(const Program& program, const CommandLine& line, const Environment& environment,
              Streams streams, Actions& actions) {
  const bool is_health = line.command == Command::kHealth;
  const Loaded loaded = load({line.config_file, environment, line.flags});
  if (!loaded.errors.empty())
    return print_errors(program, streams.err, loaded, is_health ? "health" : "status");
  if (is_health) return actions.health(loaded.options, line.health, streams);
  return actions.status(loaded.options,
                        line.wants_json ? StatusFormat::kJson : StatusFormat::kTable, streams);
}

int print(std::ostream& out, const std::string& text) {
  out << text << std::flush;
  return kExitOk;
}

std::string last_part(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

int run_program(const Program& program, std::vector<std::string> arguments,
                const Environment& environment, Streams streams, Actions actions) {
  const base::Result<CommandLine> line = parse_command_line(program, std::move(arguments));
  if (!line) {
    print_error(program, streams.err, line.error().text);
    return kExitUsage;
  }
  switch (line->command) {
    case Command::kCreate:
      return actions.app.create(line->create);
    case Command::kRun:
      return actions.app.run(line->run);
    case Command::kStatus:
    case Command::kHealth:
      return run_query(program, *line, environment, streams, actions);
    case Command::kStart:
    case Command::kConfigCheck:
    case Command::kConfigPrint:
      return run_loaded(program, *line, environment, streams, actions.start);
    case Command::kConfigReference:
      return print(streams.out, reference_page());
    case Command::kCompletion:
      return print(streams.out, completion_script(program, line->topic));
    case Command::kManual:
      return print(streams.out, manual_page(program, line->topic));
    case Command::kVersion:
      return print(streams.out, fmt::format("v{}\n", SOCKETCLUSTER_VERSION_STRING));
    case Command::kHelp:
      return print(streams.out, help_page(program, line->help_topic));
    case Command::kNone:
      streams.err << help_page(program, "") << std::flush;
      return kExitUsage;
  }
  return kExitUsage;
}

int run_program(Program program, int argc, const char* const* argv, Actions actions) {
  if (program.name.empty()) program.name = argc > 0 ? last_part(argv[0]) : "socketcluster";
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  return run_program(program, arguments, current_environment(), {std::cout, std::cerr},
                     std::move(actions));
}

std::string print_options(const Options& options) {
  std::string text;
  for (const OptionSpec& spec : option_table()) {
    const bool stored = !std::holds_alternative<std::monostate>(spec.field);
    if (!stored || is_member(spec) || spec.secrecy == Secrecy::kSecret) continue;
    text += fmt::format("{}  \"{}\": {}", text.empty() ? "" : ",\n", spec.name,
                        json::to_text(stored_value(spec, options)));
  }
  return "{\n" + text + "\n}\n";
}

}  // namespace socketcluster::config
