// SPDX-License-Identifier: MIT
#include "project/app_name.h"

#include <algorithm>

#include "base/printable.h"

namespace socketcluster::project {
namespace {

constexpr std::size_t kMaxLength = 50;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool may_follow(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

base::Status check_app_name(std::string_view name) {
  const bool is_good = !name.empty() && name.size() <= kMaxLength && is_letter(name.front()) &&
                       std::all_of(name.begin(), name.end(), may_follow);
  if (is_good) return base::Status::ok();
  return base::Failure{"'" + base::printable(name, kMaxLength) +
                       "' is no name: it may have 1 to 50 letters, digits, - and _, and begins "
                       "with a letter"};
}

std::string app_id(std::string_view name) {
  std::string id;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    id += c == '_' ? '-' : is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (id.ends_with('-')) id.pop_back();
  return id;
}

}  // namespace socketcluster::project
