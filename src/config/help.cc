// SPDX-License-Identifier: MIT
#include "config/help.h"

#include <fmt/format.h>

#include "config/option_table.h"
#include "config/option_value.h"

namespace socketcluster::config {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kTextColumn = 40;

std::string flag_text(const OptionSpec& spec) {
  const std::string short_form =
      spec.short_flag == 0 ? "    " : fmt::format("-{}, ", spec.short_flag);
  if (spec.type == Type::kBool) return fmt::format("  {}--[no-]{}", short_form, long_flag(spec));
  return fmt::format("  {}--{} {}", short_form, long_flag(spec), value_word(spec));
}

// Choices take the place of a description of the value.
std::string help_text(const OptionSpec& spec) {
  std::string text(spec.help);
  if (!spec.alias.empty()) text += fmt::format("; also --{}", spec.alias);
  for (std::size_t i = 0; i < spec.choices.size(); ++i) {
    text += i == 0 ? ": " : ", ";
    text += spec.choices[i];
  }
  return text;
}

std::string short_default(const OptionSpec& spec) {
  std::string text = default_text(spec);
  if (spec.type != Type::kBool) return text;
  return text == "true" ? "on" : "off";
}

std::string option_line(const OptionSpec& spec) {
  return fmt::format("{:<{}}{} [{}]\n", flag_text(spec), kTextColumn, help_text(spec),
                     short_default(spec));
}

bool is_shown(const OptionSpec& spec) {
  return spec.support == Support::kUsed && !is_member(spec);
}

std::string group_lines(Group group) {
  std::string lines;
  for (const OptionSpec& spec : option_table()) {
    if (spec.group == group && is_shown(spec)) lines += option_line(spec);
  }
  return lines.empty() ? lines : fmt::format("{}:\n{}\n", group_title(group), lines);
}

// Flags that have no effect yet, as running text.
std::string unused_flags() {
  std::string text;
  std::string line = " ";
  for (const OptionSpec& spec : option_table()) {
    if (is_shown(spec) || is_member(spec)) continue;
    const std::string word = spec.alias.empty()
                                 ? " --" + long_flag(spec)
                                 : fmt::format(" --{} (--{})", long_flag(spec), spec.alias);
    if (line.size() + word.size() > kColumns) {
      text += line + "\n";
      line = " ";
    }
    line += word;
  }
  return text + line + "\n";
}

constexpr std::string_view kStartIntroduction =
    R"(Usage: {0} start [options]

Starts the server, which runs until Ctrl-C or SIGTERM. Without any option it serves SocketCluster
clients on port 8000. Defaults are in [brackets]. Times are in ms, or such as 10s or 5min; sizes are
in bytes, or such as 64KiB or 1MiB.

Each option can also be set
  in the config file, by its name:      {{ "pingInterval": 8000 }}        (--ping-interval)
  by an environment variable:           SOCKETCLUSTER_PING_INTERVAL=8000
  in one variable, as a JSON object:    SOCKETCLUSTER_OPTIONS='{{"pingInterval": 8000}}'
The later in this order wins: defaults, config file, variables, flags, SOCKETCLUSTER_OPTIONS.

General:
  -c, --config FILE                     JSON file with options; variable SOCKETCLUSTER_CONFIG [none]
  -h, --help                            print this page

)";

constexpr std::string_view kStartExamples =
    R"(Examples:
  {0} start                                        port 8000 on all interfaces
  {0} start -p 9000 --public public                also serve the files in ./public
  {0} start -c server.json --log-level 3           options from a file, one overridden
  {0} start --origins 'example.com:443' --no-allow-client-publish
  SOCKETCLUSTER_PORT=9000 {0} start                as in a container
  {0} config check -c server.json                  find mistakes without starting

Ranges, variables and all the rest: docs/configuration.md, or '{0} config reference'.
)";

std::string start_page(const Program& program) {
  std::string page = fmt::format(fmt::runtime(kStartIntroduction), program.name);
  for (int group = 0; group < kGroupCount; ++group) page += group_lines(static_cast<Group>(group));
  page += "Not used by this version (a line tells so, and what to do instead):\n";
  page += unused_flags();
  return page + "\n" + fmt::format(fmt::runtime(kStartExamples), program.name);
}

std::string program_page(const Program& program) {
  return fmt::format(
      R"(Realtime HTTP and WebSocket server with publish/subscribe channels.

Usage: {0} <command> [options]

Commands:
  start              start the server{1}
  status             show the processes of a server that runs, and what they do
  config check       tell what is wrong with the options, without starting
  config print       print the options that are in effect, as a config file
  config reference   print the reference of all options (Markdown)
  version            print the version (also -v, --version)
  help [command]     print the page of a command (also -h, --help)

Try:
  {0} start -p 8000
  {0} start --help
)",
      program.name, program.starts_without_command ? " (also when there is no command)" : "");
}

std::string config_page(const Program& program) {
  return fmt::format(
      R"(Usage: {0} config check [FILE] [options]
       {0} config print [FILE] [options]
       {0} config reference

  check      tell what is wrong with the options, without starting; exit code 0 if nothing is
  print      print the options that are in effect, as a config file; secrets are left out
  reference  print the reference of all options (Markdown)

FILE is the config file, as with --config. Options and environment variables are those of
'{0} start --help'; they count here as they do there.

Examples:
  {0} config check server.json
  SOCKETCLUSTER_PORT=9000 {0} config print server.json --log-level 3
)",
      program.name);
}

std::string status_page(const Program& program) {
  return fmt::format(
      R"(Usage: {0} status [options]

Shows the processes of the servers that this user runs on this machine: a line for each, with its
memory, its share of a CPU core, the clients and channels that it has, and messages per second.
Exit code 0 if a server runs, 1 if none does.

Options:
  -n, --app-name NAME                   only the server that was started with this name
      --socket-root DIR                 where it was started with --socket-root
  -c, --config FILE                     config file that says so
      --json                            print JSON, one object for each server
  -h, --help                            print this page

Environment variables count as they do for '{0} start'.

What the columns mean:
  PROCESS   master, worker or broker; workers serve the clients, brokers own the channels
  STATE     starting, serving, or ending (being replaced or stopped)
  RESTARTS  how often a new process took the place of one that had ended by itself
  CPU       percent of one core
  IN/S      messages received per second: from clients (worker), from workers (broker)
  OUT/S     messages sent per second, one for each receiver
  HTTP/MIN  HTTP requests per minute
  WS/MIN    WebSocket connections and messages of clients per minute
Rates and CPU are those of the last 10 s (option workerStatusInterval). - stands for what a process
has not, or has not told.

Examples:
  {0} start -n chat -w 4 -b 2
  {0} status -n chat
  {0} status --json
)",
      program.name);
}

}  // namespace

std::string help_page(const Program& program, std::string_view topic) {
  if (topic == "start") return start_page(program);
  if (topic == "status") return status_page(program);
  if (topic == "config") return config_page(program);
  if (topic == "version")
    return fmt::format("Usage: {} version\n\nPrints the version, such as v1.2.3.\n", program.name);
  return program_page(program);
}

}  // namespace socketcluster::config
