// SPDX-License-Identifier: MIT
#include "config/help.h"

#include <fmt/format.h>

#include "config/command_table.h"
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

std::string command_line_of(const CommandInfo& command) {
  const std::string_view after = command.word.empty() ? command.argument : command.word;
  return fmt::format("{}{}{}", command.name, after.empty() ? "" : " ", after);
}

std::string program_page(const Program& program) {
  std::string page = fmt::format(
      "Realtime HTTP and WebSocket server with publish/subscribe channels.\n\n"
      "Usage: {} <command> [options]\n\nCommands:\n",
      program.name);
  for (const CommandInfo& command : command_table(program)) {
    const bool is_implied = program.starts_without_command && command.name == "start";
    page += fmt::format("  {:<18} {}{}\n", command_line_of(command), command.summary,
                        is_implied ? " (also when there is no command)" : "");
  }
  const char* const first = is_stock_program(program) ? "  {0} create myapp\n" : "";
  return page + fmt::format(fmt::runtime(std::string("\nTry:\n") + first +
                                         "  {0} start -p 8000\n  {0} start --help\n"),
                            program.name);
}

std::string create_page(const Program& program) {
  return fmt::format(
      R"(Usage: {0} create <appname> [--force]

Makes the folder <appname> with a server in C++ (worker.cpp, broker.cpp), a page that shows it at
work, CMakeLists.txt, Dockerfile and Kubernetes manifests, and lets npm install the page's client.
The name may have 1 to 50 letters, digits, - and _, and begins with a letter.

Options:
  -f, --force                           overwrite files that are there already, without asking
  -h, --help                            print this page

Examples:
  {0} create chat
  cd chat && {0} run
)",
      program.name);
}

std::string run_page(const Program& program) {
  return fmt::format(
      R"(Usage: {0} run [--watch] [--] [options of start]

Builds the app in the working directory with CMake, into build/, and starts it: build/server start,
with all other words of the command line. Ctrl-C ends it.

Options:
      --watch                           build again when a source file changes, and replace the
                                        workers without refusing a connection; where other code
                                        than theirs has changed, start the app again. When the build
                                        fails, what runs is left as it is.
  -h, --help                            print this page

Examples:
  {0} run
  {0} run --watch -p 9000 --workers 2
  CXX=clang++ {0} run                   what CMake reads when it builds for the first time
)",
      program.name);
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

std::string health_page(const Program& program) {
  return fmt::format(
      R"(Usage: {0} health [options]

Asks a server on this machine, or the one at a URL, whether it is well: GET /health-check, which
must be answered with 200. Prints one line. Exit code 0 if it is well, 1 if it is not.

Options:
  -p, --port N                          port that it listens on [8000]
      --host ADDRESS                    address that it listens on [all interfaces]
      --url URL                         ask there instead; a path other than / takes the place of
                                        /health-check
      --timeout MS                      give up after it [3000]
      --ca FILE                         who signs the server's certificate [the system's list]
      --cert FILE                       certificate to show, if the server wants one
      --key FILE                        its key [in the same file]
      --insecure                        do not verify the server's certificate
  -c, --config FILE                     config file that says where it listens, and if with TLS
  -h, --help                            print this page

Environment variables count as they do for '{0} start'. With --url they do not matter.
With TLS the certificate is verified if there is a URL, not if it is the server of this machine.

Examples:
  {0} health
  {0} health -p 9000 --timeout 500ms
  {0} health --url https://chat.example.com
)",
      program.name);
}

std::string completion_page(const Program& program) {
  return fmt::format(
      R"(Usage: {0} completion bash
       {0} completion zsh

Prints a script that lets the shell complete the commands, flags and values of {0}.

Examples:
  source <({0} completion bash)                  for this shell
  {0} completion bash > ~/.local/share/bash-completion/completions/{0}
  {0} completion zsh > "${{fpath[1]}}/_{0}"
)",
      program.name);
}

std::string manual_help_page(const Program& program) {
  return fmt::format(
      R"(Usage: {0} man [SECTION]

Prints a page of the manual: 1, the program (default), or 5, its config file.

Examples:
  {0} man | man -l -
  {0} man 5 | man -l -
)",
      program.name);
}

}  // namespace

std::string help_page(const Program& program, std::string_view topic) {
  if (topic == "create") return create_page(program);
  if (topic == "run") return run_page(program);
  if (topic == "start") return start_page(program);
  if (topic == "status") return status_page(program);
  if (topic == "health") return health_page(program);
  if (topic == "config") return config_page(program);
  if (topic == "completion") return completion_page(program);
  if (topic == "man") return manual_help_page(program);
  if (topic == "version")
    return fmt::format("Usage: {} version\n\nPrints the version, such as v1.2.3.\n", program.name);
  return program_page(program);
}

}  // namespace socketcluster::config
