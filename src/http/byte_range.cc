// SPDX-License-Identifier: MIT
#include "http/byte_range.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "base/ascii.h"

namespace socketcluster::http {
namespace {

// 1*DIGIT; a number that is too large counts as the largest.
std::optional<std::uint64_t> number(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
}

// "-500": the last bytes.
RangeChoice suffix(std::string_view text, std::uint64_t whole) {
  const std::optional<std::uint64_t> wanted = number(text);
  if (!wanted) return {};
  if (*wanted == 0) return {.kind = RangeChoice::Kind::kUnsatisfiable};
  if (whole == 0) return {};  // the whole is what is wanted, and no Content-Range could say so
  const std::uint64_t size = std::min(*wanted, whole);
  return {.kind = RangeChoice::Kind::kPart, .first = whole - size, .size = size};
}

}  // namespace

RangeChoice choose_range(std::string_view header, std::uint64_t whole) {
  constexpr std::string_view kUnit = "bytes=";
  if (!base::equals_ignoring_case(header.substr(0, kUnit.size()), kUnit)) return {};
  const std::string_view range = base::trim(header.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return {};
  if (dash == 0) return suffix(range.substr(1), whole);
  const std::optional<std::uint64_t> first = number(range.substr(0, dash));
  const std::string_view rest = range.substr(dash + 1);
  const std::optional<std::uint64_t> last =
      rest.empty() ? std::numeric_limits<std::uint64_t>::max() : number(rest);
  if (!first || !last || *last < *first) return {};
  if (*first >= whole) return {.kind = RangeChoice::Kind::kUnsatisfiable};
  const std::uint64_t size = std::min(*last, whole - 1) - *first + 1;
  return {.kind = RangeChoice::Kind::kPart, .first = *first, .size = size};
}

std::string content_range(const RangeChoice& choice, std::uint64_t whole) {
  std::string text = "bytes ";
  if (choice.kind == RangeChoice::Kind::kPart) {
    text += std::to_string(choice.first) + '-' + std::to_string(choice.first + choice.size - 1);
  } else {
    text += '*';
  }
  return text + '/' + std::to_string(whole);
}

}  // namespace socketcluster::http
