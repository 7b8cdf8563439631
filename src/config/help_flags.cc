// SPDX-License-Identifier: MIT
#include "config/help_flags.h"

#include <algorithm>
#include <optional>

namespace socketcluster::config {
namespace {

constexpr std::string_view kNegation = "[no-]";

bool take(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

std::string take_word(std::string_view& rest) {
  const std::size_t size = std::min(rest.find(' '), rest.size());
  std::string word(rest.substr(0, size));
  rest.remove_prefix(size);
  return word;
}

std::optional<HelpFlag> parse_line(std::string_view line) {
  HelpFlag flag;
  if (!take(line, "  ")) return std::nullopt;
  if (line.size() > 4 && line[0] == '-' && line.substr(2, 2) == ", ") {
    flag.short_flag = line[1];
    line.remove_prefix(4);
  } else if (!take(line, "    ")) {
    return std::nullopt;
  }
  if (!take(line, "--")) return std::nullopt;
  flag.is_negatable = take(line, kNegation);
  flag.name = take_word(line);
  // One space stands before the value's word, several before the text.
  if (line.size() > 1 && line[1] != ' ') {
    line.remove_prefix(1);
    flag.value = take_word(line);
  }
  flag.text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
  return flag;
}

}  // namespace

std::vector<HelpFlag> help_flags(std::string_view page) {
  std::vector<HelpFlag> flags;
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    if (auto flag = parse_line(page.substr(0, end))) flags.push_back(std::move(*flag));
    page.remove_prefix(std::min(end + 1, page.size()));
  }
  return flags;
}

}  // namespace socketcluster::config
