// SPDX-License-Identifier: MIT
#include "http/conditional.h"

#include <cstddef>
#include <optional>
#include <string>

#include "base/ascii.h"
#include "http/http_date.h"

namespace socketcluster::http {
namespace {

std::string_view without_weakness(std::string_view tag) {
  if (tag.substr(0, 2) == "W/") tag.remove_prefix(2);
  return tag;
}

enum class Comparison { kStrong, kWeak };  // RFC 9110 section 8.8.3.2

// RFC 9110 section 13.1.2: "*" or a list of entity tags. A tag may contain commas, so the quotes
// lead; what cannot be read ends the list.
bool matches(std::string_view list, std::string_view etag, Comparison comparison) {
  list = base::trim(list);
  if (list == "*") return true;
  const bool takes_weak = comparison == Comparison::kWeak;
  if (takes_weak) etag = without_weakness(etag);
  while (!list.empty()) {
    if (list.front() == ',' || list.front() == ' ' || list.front() == '\t') {
      list.remove_prefix(1);
      continue;
    }
    const bool is_weak = list.starts_with("W/");
    list = without_weakness(list);
    if (list.empty() || list.front() != '"') return false;
    const std::size_t end = list.find('"', 1);
    if (end == std::string_view::npos) return false;
    if ((takes_weak || !is_weak) && list.substr(0, end + 1) == etag) return true;
    list.remove_prefix(end + 1);
  }
  return false;
}

// The date in the only field `name`.
std::optional<std::int64_t> date_in(const Request& request, std::string_view name,
                                    std::int64_t now_unix_seconds) {
  if (request.count_header(name) != 1) return std::nullopt;
  return parse_http_date(*request.header(name), now_unix_seconds);
}

}  // namespace

bool is_precondition_false(const Request& request, const Validators& current,
                           std::int64_t now_unix_seconds) {
  if (request.header("If-Match")) {
    return !matches(request.joined_header("If-Match"), current.etag, Comparison::kStrong);
  }
  const auto date = date_in(request, "If-Unmodified-Since", now_unix_seconds);
  return date && current.last_modified > *date;
}

bool is_not_modified(const Request& request, const Validators& current,
                     std::int64_t now_unix_seconds) {
  if (request.header("If-None-Match")) {
    return matches(request.joined_header("If-None-Match"), current.etag, Comparison::kWeak);
  }
  const auto date = date_in(request, "If-Modified-Since", now_unix_seconds);
  return date && current.last_modified <= *date;
}

bool may_send_range(const Request& request, const Validators& current) {
  const std::optional<std::string_view> condition = request.header("If-Range");
  if (!condition) return true;
  if (request.count_header("If-Range") != 1 || current.etag.substr(0, 2) == "W/") return false;
  return *condition == current.etag || *condition == format_http_date(current.last_modified);
}

}  // namespace socketcluster::http
