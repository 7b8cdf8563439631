// SPDX-License-Identifier: MIT
#include "websocket/header_list.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"

namespace socketcluster::websocket {
namespace {

constexpr bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// The text up to the next comma, which is removed with it.
std::string_view take_element(std::string_view* list) {
  const std::size_t comma = std::min(list->find(','), list->size());
  const std::string_view element = base::trim(list->substr(0, comma));
  list->remove_prefix(std::min(comma + 1, list->size()));
  return element;
}

// Reads the grammar of RFC 6455 section 9.1 from left to right.
class ExtensionParser {
 public:
  explicit ExtensionParser(std::string_view text) : rest_(text) {}

  std::optional<std::vector<Extension>> parse() {
    std::vector<Extension> extensions;
    do {
      skip_blanks();
      if (rest_.empty() || rest_.front() == ',') continue;  // lists may have empty elements
      if (!parse_extension(&extensions.emplace_back())) return std::nullopt;
    } while (take(','));
    if (!rest_.empty() || extensions.empty()) return std::nullopt;
    return extensions;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }

  // Takes `c`, which may have blanks on both sides.
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  // Empty when there is none.
  std::string_view take_token() {
    std::size_t size = 0;
    while (size < rest_.size() && is_token_char(rest_[size])) ++size;
    const std::string_view token = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return token;
  }

  bool parse_extension(Extension* extension) {
    extension->name = take_token();
    if (extension->name.empty()) return false;
    while (take(';')) {
      ExtensionParameter& parameter = extension->parameters.emplace_back();
      parameter.name = take_token();
      if (parameter.name.empty()) return false;
      if (take('=') && !parse_value(&parameter.value.emplace())) return false;
    }
    return true;
  }

  bool parse_value(std::string* value) {
    if (!rest_.empty() && rest_.front() == '"') return parse_quoted(value);
    *value = take_token();
    return !value->empty();
  }

  bool parse_quoted(std::string* value) {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return !value->empty();
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) return false;
      if (!is_token_char(rest_[i])) return false;
      *value += rest_[i];
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool list_contains(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (base::equals_ignoring_case(take_element(&list), token)) return true;
  }
  return false;
}

std::optional<std::vector<std::string_view>> parse_unique_tokens(std::string_view list) {
  std::vector<std::string_view> tokens;
  while (!list.empty()) {
    const std::string_view element = take_element(&list);
    if (element.empty()) continue;
    if (!is_token(element)) return std::nullopt;
    tokens.push_back(element);
  }
  std::vector<std::string_view> sorted = tokens;
  std::sort(sorted.begin(), sorted.end());
  const bool repeats = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  if (tokens.empty() || repeats) return std::nullopt;
  return tokens;
}

std::optional<std::vector<Extension>> parse_extensions(std::string_view text) {
  return ExtensionParser(text).parse();
}

}  // namespace socketcluster::websocket
