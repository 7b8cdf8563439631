// SPDX-License-Identifier: MIT
// The only translation unit that knows CLI11. It splits the words and finds the flags; values are
// checked by the option table, so that they are judged alike wherever they come from.
#include "config/command_line.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/printable.h"
#include "config/command_table.h"
#include "config/quantity.h"
#include "config/run_words.h"
#include "config/suggest.h"

namespace socketcluster::config {
namespace {

using base::Failure;
using base::Result;

constexpr std::size_t kShownBytes = 60;
constexpr std::int64_t kMaxTimeoutMs = 3'600'000;
// The options that say which instance is meant, and where a server listens.
constexpr std::array<std::string_view, 2> kStatusOptions = {"appName", "socketRoot"};
constexpr std::array<std::string_view, 2> kHealthOptions = {"host", "port"};

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// One use of CLI11: its declarations and what they fill.
class Parser {
 public:
  // `first` is the first word: CLI11 takes a millisecond for all options of one command, so only
  // the command that is meant gets them.
  Parser(const Program& program, std::string_view first) : program_(program) {
    prepare(app_);
    app_.add_flag("-v,--version", wants_version_);
    for (const std::string_view name : command_names(program)) add_command(app_, name);
    if (first == "create" && is_stock_program(program)) add_create_words();
    command("help")->add_option("topic", line_.help_topic);
    command("completion")->add_option("shell", line_.topic);
    command("man")->add_option("section", line_.topic);
    if (first == "start") add_options(*command("start"));
    if (first == "status") add_status_options(*command("status"));
    if (first == "health") add_health_options(*command("health"));
    if (first == "config") add_config_commands(*command("config"));
  }

  Result<CommandLine> parse(const std::vector<std::string>& arguments) {
    arguments_ = arguments;
    try {
      // CLI11 takes the words from the back.
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& error) {
      return explain(error);
    }
    return result();
  }

 private:
  void prepare(CLI::App& app) {
    app.set_help_flag();
    app.add_flag("-h,--help", wants_help_);
    app.allow_extras();
    app.require_subcommand(0, 1);
  }

  CLI::App* add_command(CLI::App& parent, std::string_view name) {
    CLI::App* const command = parent.add_subcommand(std::string(name));
    prepare(*command);
    return command;
  }

  CLI::App* command(std::string_view name) { return app_.get_subcommand(std::string(name)); }

  void add_create_words() {
    command("create")->add_option("appname", line_.create.app_name);
    command("create")->add_flag("-f,--force", line_.create.force);
  }

  void add_status_options(CLI::App& status) {
    status.add_option("-c,--config", config_file_)->take_last();
    status.add_flag("--json", line_.wants_json);
    for (const std::string_view name : kStatusOptions) add_option(status, *find_option(name));
  }

  void add_health_options(CLI::App& health) {
    health.add_option("-c,--config", config_file_)->take_last();
    health.add_option("--url", line_.health.url)->take_last();
    health.add_option("--timeout", timeout_)->take_last();
    health.add_option("--ca", line_.health.ca)->take_last();
    health.add_option("--cert", line_.health.cert)->take_last();
    health.add_option("--key", line_.health.key)->take_last();
    health.add_flag("--insecure", line_.health.is_insecure);
    for (const std::string_view name : kHealthOptions) add_option(health, *find_option(name));
  }

  void add_config_commands(CLI::App& config) {
    for (const std::string_view name : words_after("config")) {
      CLI::App* const command = add_command(config, name);
      if (name == "reference") continue;
      command->add_option("file", config_file_);
      add_options(*command);
    }
  }

  void add_options(CLI::App& app) {
    app.add_option("-c,--config", config_file_)->take_last();
    for (const OptionSpec& spec : option_table()) {
      if (!is_member(spec)) add_option(app, spec);
    }
  }

  void add_option(CLI::App& app, const OptionSpec& spec) {
    const std::string flag = long_flag(spec);
    std::string names = "--" + flag;
    if (spec.short_flag != 0) names += fmt::format(",-{}", spec.short_flag);
    if (flag != spec.name) names += fmt::format(",--{}", spec.name);
    if (!spec.alias.empty()) names += fmt::format(",--{}", spec.alias);
    const auto accept = [](const CLI::results_t&) { return true; };
    const bool stands_alone =
        spec.type == Type::kBool || spec.type == Type::kDeflate || spec.type == Type::kAny;
    CLI::Option* const option = app.add_option(names, accept);
    option->expected(stands_alone ? 0 : 1, 1)->take_last();
    meanings_[option] = {&spec, {}};
    if (spec.type != Type::kBool) return;
    CLI::Option* const negation = app.add_flag_callback("--no-" + flag, [] {});
    negation->take_last();
    meanings_[negation] = {&spec, "false"};
  }

  CLI::App& deepest() {
    CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return *app;
  }

  // The command that the user is at, as in "see 'socketcluster start --help'".
  std::string topic() {
    const auto commands = app_.get_subcommands();
    if (commands.empty() || commands.front() == command("help")) return {};
    return commands.front()->get_name();
  }

  Failure failure(std::string_view text) {
    return Failure{fmt::format("{}{}", text, help_hint(program_, topic()))};
  }

  Failure explain(const CLI::ParseError& error) {
    const std::string_view text = error.what();
    const std::string_view flag = text.substr(0, text.find(':'));
    for (const auto& [option, meaning] : meanings_) {
      if (option->get_name() != flag || error.get_name() != "ArgumentMismatch") continue;
      if (!meaning.fixed_text.empty()) return failure(fmt::format("{} takes no value", flag));
      const OptionSpec& spec = *meaning.spec;
      return failure(
          fmt::format("{} needs a value: {}", written_as(*option),
                      spec.type == Type::kString ? std::string(spec.help) : expected_value(spec)));
    }
    if (flag == "--config") return failure("--config needs a value: the name of a JSON file");
    if (flag == "--url") return failure("--url needs a value, such as http://localhost:8000");
    if (flag == "--timeout")
      return failure("--timeout needs a value: a time in ms, or such as 10s");
    for (const std::string_view file : {"--ca", "--cert", "--key"}) {
      if (flag == file) return failure(fmt::format("{} needs a value: a PEM file", flag));
    }
    return failure(base::printable(text));
  }

  Result<CommandLine> result() {
    if (wants_help_) {
      line_.command = Command::kHelp;
      line_.help_topic = topic();
      return line_;
    }
    if (wants_version_) {
      line_.command = Command::kVersion;
      return line_;
    }
    const std::vector<std::string> extras = app_.remaining(true);
    if (!extras.empty()) return explain_extra(extras.front());
    if (base::Status status = choose_command(); !status) return status.error();
    line_.config_file = config_file_;
    if (base::Status status = take_flags(); !status) return status.error();
    return line_;
  }

  // In the order in which they were last given, so that of --x and --no-x the later one wins.
  base::Status take_flags() {
    const std::vector<CLI::Option*>& order = deepest().parse_order();
    for (auto it = order.begin(); it != order.end(); ++it) {
      const auto found = meanings_.find(*it);
      if (found == meanings_.end() || std::find(it + 1, order.end(), *it) != order.end()) continue;
      const Meaning& meaning = found->second;
      const std::string flag = written_as(**it);
      std::string text = (*it)->results().back();
      if (!meaning.fixed_text.empty()) {
        if (text != "true") return failure(fmt::format("{} takes no value", flag));
        text = meaning.fixed_text;
      }
      line_.flags.push_back({meaning.spec, flag, std::move(text)});
    }
    return base::Status::ok();
  }

  // "-p", "--port" or "--wc": messages use the user's own words.
  std::string written_as(const CLI::Option& option) const {
    for (auto word = arguments_.rbegin(); word != arguments_.rend(); ++word) {
      std::string name = word->substr(0, word->find('='));
      for (const std::string& known : option.get_lnames()) {
        if (name == "--" + known) return name;
      }
      for (const std::string& known : option.get_snames()) {
        if (word->starts_with("-" + known)) return "-" + known;
      }
    }
    return option.get_name();
  }

  base::Status choose_command() {
    const auto commands = app_.get_subcommands();
    const std::string name = commands.empty() ? "" : commands.front()->get_name();
    if (name == "create") line_.command = Command::kCreate;
    if (name == "start") line_.command = Command::kStart;
    if (name == "status") line_.command = Command::kStatus;
    if (name == "version") line_.command = Command::kVersion;
    if (name == "health") return choose_health();
    if (name == "help")
      return choose_topic(Command::kHelp, line_.help_topic, command_names(program_));
    if (name == "completion") return choose_required(Command::kCompletion, "bash or zsh");
    if (name == "man") return choose_manual();
    if (name == "config") return choose_config(*commands.front());
    return base::Status::ok();
  }

  base::Status choose_config(CLI::App& config) {
    const auto commands = config.get_subcommands();
    if (commands.empty())
      return failure("config needs one of the commands check, print or reference");
    const std::string name = commands.front()->get_name();
    line_.command = name == "check"   ? Command::kConfigCheck
                    : name == "print" ? Command::kConfigPrint
                                      : Command::kConfigReference;
    return base::Status::ok();
  }

  base::Status choose_health() {
    line_.command = Command::kHealth;
    if (!timeout_) return base::Status::ok();
    const auto value = parse_quantity(*timeout_, Unit::kMilliseconds);
    if (!value || *value < 1 || *value > kMaxTimeoutMs) {
      return failure(
          fmt::format("--timeout must be a time in ms from 1 to {}, or such as \"10s\", not '{}'",
                      kMaxTimeoutMs, base::printable(*timeout_, kShownBytes)));
    }
    line_.health.timeout = std::chrono::milliseconds(*value);
    return base::Status::ok();
  }

  base::Status choose_manual() {
    if (line_.topic.empty()) line_.topic = "1";
    return choose_topic(Command::kManual, line_.topic, words_after("man"));
  }

  base::Status choose_required(Command command, std::string_view wanted) {
    const std::string name = app_.get_subcommands().front()->get_name();
    if (line_.topic.empty()) return failure(fmt::format("{} needs a word: {}", name, wanted));
    return choose_topic(command, line_.topic, words_after(name));
  }

  // Of a fixed list; no word at all stands for everything.
  base::Status choose_topic(Command command, std::string& topic,
                            const std::vector<std::string_view>& known) {
    line_.command = command;
    const bool is_known = std::find(known.begin(), known.end(), topic) != known.end();
    if (!topic.empty() && !is_known) {
      if (command == Command::kHelp) return unknown_command(topic, known);
      return failure(fmt::format("there is no '{}'{}", base::printable(topic, kShownBytes),
                                 suggestion(topic, known)));
    }
    if (topic == "help") topic.clear();
    return base::Status::ok();
  }

  Failure unknown_command(std::string_view word, std::span<const std::string_view> known) {
    return failure(fmt::format("unknown command '{}'{}", base::printable(word, kShownBytes),
                               suggestion(word, known)));
  }

  Failure invalid_command(std::string_view word) {
    if (!is_stock_program(program_)) return unknown_command(word, command_names(program_));
    const std::string meant = suggestion(word, command_names(program_));
    return failure(fmt::format("{}'{}' is not a valid SocketCluster command.{}", kErrorMark,
                               base::printable(word, kShownBytes),
                               meant.empty() ? "" : " Did" + meant.substr(sizeof("; did") - 1)));
  }

  Failure explain_extra(std::string_view word) {
    if (word.starts_with('-') && word.size() > 1)
      return unknown_flag(word.substr(0, word.find('=')));
    if (&deepest() == &app_) return invalid_command(word);
    if (&deepest() == command("config")) return unknown_command(word, words_after("config"));
    return failure(fmt::format("{} does not take '{}'", deepest().get_name(),
                               base::printable(word, kShownBytes)));
  }

  Failure unknown_flag(std::string_view flag) {
    const std::vector<std::string> known = flag_names(deepest());
    const std::vector<std::string_view> names(known.begin(), known.end());
    const std::string meant = flag.size() < 4 ? std::string() : suggestion(flag, names);
    return failure(fmt::format("unknown flag '{}'{}", base::printable(flag, kShownBytes), meant));
  }

  struct Meaning {
    const OptionSpec* spec = nullptr;
    std::string fixed_text;  // of a "--no-" flag
  };

  const Program& program_;
  CLI::App app_;
  std::map<const CLI::Option*, Meaning> meanings_;
  bool wants_help_ = false;
  bool wants_version_ = false;
  std::optional<std::string> config_file_;
  std::optional<std::string> timeout_;
  std::vector<std::string> arguments_;
  CommandLine line_;
};

// "-p=9000" as the original's parser took it; CLI11 would take the value as "=9000".
void join_short_flags(std::vector<std::string>& arguments) {
  for (std::string& word : arguments) {
    if (word.size() > 2 && word[0] == '-' && word[1] != '-' && word[2] == '=') word.erase(2, 1);
  }
}

// "-port 80" would be taken as "-p ort" and leave "80" over: the flag that was meant, or empty.
std::string_view flag_with_one_dash(const std::vector<std::string>& arguments) {
  for (const std::string_view word : arguments) {
    if (word.size() < 3 || word[0] != '-' || word[1] == '-') continue;
    const std::string_view name = word.substr(1, word.find('=') - 1);
    for (const OptionSpec& spec : option_table()) {
      if (!is_member(spec) && (name == spec.name || name == spec.alias || name == long_flag(spec)))
        return word.substr(0, name.size() + 1);
    }
  }
  return {};
}

// `program -p 9000` starts, as `node server.js -p 9000` did.
void add_implied_start(const Program& program, std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    if (program.starts_without_command) arguments.emplace_back("start");
    return;
  }
  for (const std::string_view own : {"-h", "--help", "-v", "--version"}) {
    if (arguments.front() == own) return;
  }
  if (arguments.front().starts_with('-')) arguments.insert(arguments.begin(), "start");
}

}  // namespace

Result<CommandLine> parse_command_line(const Program& program, std::vector<std::string> arguments) {
  add_implied_start(program, arguments);
  const std::string_view mistyped = flag_with_one_dash(arguments);
  if (!mistyped.empty()) {
    return Failure{fmt::format("unknown flag '{0}'; did you mean '-{0}'?{1}", mistyped,
                               help_hint(program, "start"))};
  }
  join_short_flags(arguments);
  if (is_stock_program(program) && !arguments.empty() && arguments.front() == "run") {
    return parse_run_words(program, arguments);
  }
  return Parser(program, arguments.empty() ? "" : arguments.front()).parse(arguments);
}

std::string help_hint(const Program& program, std::string_view topic) {
  return fmt::format(" (see '{} {}{}--help')", program.name, topic, topic.empty() ? "" : " ");
}

}  // namespace socketcluster::config
