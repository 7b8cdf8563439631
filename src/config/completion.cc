// SPDX-License-Identifier: MIT
#include "config/completion.h"

#include <span>
#include <vector>

#include <fmt/format.h>

#include "config/command_table.h"
#include "config/help.h"
#include "config/help_flags.h"
#include "config/option_table.h"

namespace socketcluster::config {
namespace {

// A program may be called "my-app"; a function of the shell may not.
std::string function_name(const Program& program) {
  std::string name = "_";
  for (const char c : program.name) {
    const bool is_plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    name += is_plain ? c : '_';
  }
  return name;
}

// The flags that a command takes. Those of `config` are those of `start`, as its page says; `run`
// takes them beside its own.
std::vector<HelpFlag> flags_of(const Program& program, std::string_view command) {
  std::vector<HelpFlag> flags =
      help_flags(help_page(program, command == "config" ? "start" : command));
  if (command != "run") return flags;
  for (HelpFlag& flag : flags_of(program, "start")) {
    if (flag.name != "help") flags.push_back(std::move(flag));
  }
  return flags;
}

std::span<const std::string_view> choices_of(const HelpFlag& flag) {
  for (const OptionSpec& spec : option_table()) {
    if (!is_member(spec) && long_flag(spec) == flag.name) return spec.choices;
  }
  return {};
}

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// ---- bash ----

constexpr std::string_view kBashHead = R"(# Completion for bash, made by '{0} completion bash'.
{1}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  # --flag=value comes as three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  local command="" words="" value=""
  ((COMP_CWORD == 1)) || command=${{COMP_WORDS[1]}}
  [[ $command != -* ]] || command=start
  case $command in
)";

constexpr std::string_view kBashTail = R"(  esac
  case $value in
    files) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames ;;
    directories) mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames ;;
    any) COMPREPLY=() ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}}
complete -F {1} {0}
)";

// What follows a flag: "files", "directories", "any", or the words to choose from.
std::string bash_value(const HelpFlag& flag) {
  const auto choices = choices_of(flag);
  if (!choices.empty()) return fmt::format("words='{}'", fmt::join(choices, " "));
  if (flag.value == "FILE") return "value=files";
  if (flag.value == "DIR") return "value=directories";
  return "value=any";
}

std::string bash_command(const Program& program, std::string_view command) {
  std::string words;
  std::string values;
  for (const HelpFlag& flag : flags_of(program, command)) {
    words += fmt::format(" --{}", flag.name);
    if (flag.is_negatable) words += fmt::format(" --no-{}", flag.name);
    if (flag.value.empty()) continue;
    const std::string short_form =
        flag.short_flag == 0 ? "" : fmt::format("-{} | ", flag.short_flag);
    values += fmt::format("        {}--{}) {} ;;\n", short_form, flag.name, bash_value(flag));
  }
  std::string text =
      fmt::format("    {})\n      words='{}'\n", command, words.substr(words.empty() ? 0 : 1));
  const std::vector<std::string_view> second = words_after(command);
  if (!second.empty())
    text += fmt::format("      ((COMP_CWORD > 2)) || words='{}'\n", joined(second));
  if (command == "config")
    text += "      ((COMP_CWORD == 2)) || [[ $current == -* ]] || value=files\n";
  if (!values.empty()) text += fmt::format("      case $previous in\n{}      esac\n", values);
  return text + "      ;;\n";
}

std::string bash_script(const Program& program) {
  std::string text = fmt::format(fmt::runtime(kBashHead), program.name, function_name(program));
  text += fmt::format("    '') words='{} --help --version' ;;\n", joined(command_names(program)));
  for (const std::string_view command : command_names(program))
    text += bash_command(program, command);
  return text + fmt::format(fmt::runtime(kBashTail), program.name, function_name(program));
}

// ---- zsh ----

// Inside single quotes, and inside the brackets of a description.
std::string zsh_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string zsh_value(const HelpFlag& flag) {
  const auto choices = choices_of(flag);
  if (!choices.empty()) return fmt::format(":{}:({})", flag.value, fmt::join(choices, " "));
  if (flag.value == "FILE") return ":FILE:_files";
  if (flag.value == "DIR") return ":DIR:_files -/";
  return flag.value.empty() ? "" : fmt::format(":{}: ", flag.value);
}

std::string zsh_flag(const HelpFlag& flag) {
  const std::string equals = flag.value.empty() ? "" : "=";
  const std::string text = fmt::format("[{}]{}", zsh_text(flag.text), zsh_value(flag));
  if (flag.short_flag != 0) {
    const char* const plus = flag.value.empty() ? "" : "+";
    return fmt::format("'(-{0} --{1})'{{-{0}{2},--{1}{3}}}'{4}'", flag.short_flag, flag.name, plus,
                       equals, text);
  }
  std::string spec = fmt::format("'--{}{}{}'", flag.name, equals, text);
  if (flag.is_negatable) spec += fmt::format(" '--no-{}{}'", flag.name, text);
  return spec;
}

std::string zsh_command(const Program& program, std::string_view command) {
  std::string text = fmt::format("    {})\n      _arguments", command);
  for (const HelpFlag& flag : flags_of(program, command)) text += " \\\n        " + zsh_flag(flag);
  const std::vector<std::string_view> second = words_after(command);
  if (!second.empty()) text += fmt::format(" \\\n        '1:word:({})'", joined(second));
  if (command == "config") text += " \\\n        '2:FILE:_files'";
  return text + "\n      ;;\n";
}

constexpr std::string_view kZshHead = R"(#compdef {0}
# Completion for zsh, made by '{0} completion zsh'.
{1}() {{
  local -a commands=(
{2}  )
  local command=$words[2]
  if ((CURRENT == 2)) && [[ $command != -* ]]; then
    _describe command commands
    return
  fi
  if [[ $command == -* ]]; then
    command=start
  else
    shift words
    ((CURRENT--))
  fi
  case $command in
)";

constexpr std::string_view kZshTail = R"(  esac
}}
if [[ $funcstack[1] == {1} ]]; then {1} "$@"; else compdef {1} {0}; fi
)";

std::string zsh_script(const Program& program) {
  std::string commands;
  std::string_view last;
  for (const CommandInfo& command : command_table(program)) {
    if (command.name == last) continue;
    last = command.name;
    commands += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.summary));
  }
  std::string text =
      fmt::format(fmt::runtime(kZshHead), program.name, function_name(program), commands);
  for (const std::string_view command : command_names(program))
    text += zsh_command(program, command);
  return text + fmt::format(fmt::runtime(kZshTail), program.name, function_name(program));
}

}  // namespace

std::string completion_script(const Program& program, std::string_view shell) {
  return shell == "zsh" ? zsh_script(program) : bash_script(program);
}

}  // namespace socketcluster::config
