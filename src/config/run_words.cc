// SPDX-License-Identifier: MIT
#include "config/run_words.h"

#include <string_view>

#include <fmt/format.h>

#include "base/printable.h"
#include "config/option_table.h"
#include "config/suggest.h"

namespace socketcluster::config {
namespace {

constexpr std::size_t kShownBytes = 60;
constexpr std::string_view kWatch = "--watch";

// The flags of `start` come first: of two that are as near, one of them is meant.
bool is_near_watch(std::string_view flag) {
  std::vector<std::string> flags;
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec)) continue;
    flags.push_back("--" + long_flag(spec));
    flags.push_back("--" + std::string(spec.name));
  }
  flags.emplace_back(kWatch);
  const std::vector<std::string_view> names(flags.begin(), flags.end());
  return flag == "-watch" || (flag.starts_with("--") && closest(flag, names) == kWatch);
}

// The app knows what it takes, but only once it is built, which is long to wait for a typing error.
base::Status check_run_flag(const Program& program, std::string_view word) {
  const std::string_view flag = word.substr(0, word.find('='));
  if (!is_near_watch(flag)) return base::Status::ok();
  const std::string text = flag == kWatch ? fmt::format("{} takes no value", kWatch)
                                          : fmt::format("unknown flag '{}'; did you mean '{}'?",
                                                        base::printable(flag, kShownBytes), kWatch);
  return base::Failure{text + help_hint(program, "run")};
}

}  // namespace

base::Result<CommandLine> parse_run_words(const Program& program,
                                          const std::vector<std::string>& arguments) {
  CommandLine line;
  line.command = Command::kRun;
  for (auto word = arguments.begin() + 1; word != arguments.end(); ++word) {
    if (*word == "--") {
      line.run.arguments.insert(line.run.arguments.end(), word + 1, arguments.end());
      break;
    }
    if (*word == "-h" || *word == "--help") {
      line.command = Command::kHelp;
      line.help_topic = "run";
    } else if (*word == kWatch) {
      line.run.watch = true;
    } else {
      if (base::Status good = check_run_flag(program, *word); !good) return good.error();
      line.run.arguments.push_back(*word);
    }
  }
  return line;
}

}  // namespace socketcluster::config
