// SPDX-License-Identifier: MIT
#include "http/request.h"

#include "base/ascii.h"

namespace socketcluster::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Field& field : fields_) {
    if (base::equals_ignoring_case(at(field.name), name)) return at(field.value);
  }
  return std::nullopt;
}

std::size_t Request::count_header(std::string_view name) const {
  std::size_t count = 0;
  for (const Field& field : fields_) {
    if (base::equals_ignoring_case(at(field.name), name)) ++count;
  }
  return count;
}

std::string Request::joined_header(std::string_view name) const {
  std::string joined;
  bool first = true;
  for (const Field& field : fields_) {
    if (!base::equals_ignoring_case(at(field.name), name)) continue;
    if (!first) joined += ", ";
    joined += at(field.value);
    first = false;
  }
  return joined;
}

bool Request::header_has_token(std::string_view name, std::string_view token) const {
  for (const Field& field : fields_) {
    if (!base::equals_ignoring_case(at(field.name), name)) continue;
    std::string_view list = at(field.value);
    while (!list.empty()) {
      const std::size_t comma = list.find(',');
      if (base::equals_ignoring_case(base::trim(list.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return false;
}

}  // namespace socketcluster::http
