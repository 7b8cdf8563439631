// SPDX-License-Identifier: MIT
#include "broker/data_names.h"

#include <algorithm>
#include <utility>

namespace socketcluster::broker {
namespace {

bool is_number(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

DataNames::Iterator DataNames::find(std::string_view name) const {
  if (index_.empty()) {
    return std::find_if(begin(), end(),
                        [name](const NamedValue& entry) { return entry.name == name; });
  }
  const auto found = index_.find(name);
  return found == index_.end() ? end() : found->second;
}

void DataNames::put(std::string_view name, DataValue value) {
  const Iterator old = find(name);
  if (old != end()) {
    // The list hands out a mutable place for the empty range that begins there.
    entries_.erase(old, old)->value = std::move(value);
    return;
  }
  entries_.push_back({std::string(name), std::move(value)});
  if (!is_number(name)) ++words_;
  if (!index_.empty()) {
    index_.emplace(entries_.back().name, std::prev(entries_.end()));
  } else if (entries_.size() > kPlainSize) {
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      index_.emplace(entry->name, entry);
    }
  }
}

void DataNames::erase(std::string_view name) {
  const Iterator entry = find(name);
  if (entry == end()) return;
  if (!is_number(name)) --words_;
  index_.erase(entry->name);
  if (entries_.size() <= kPlainSize / 2) index_.clear();
  entries_.erase(entry);
}

void DataNames::clear() {
  index_.clear();
  entries_.clear();
  words_ = 0;
}

}  // namespace socketcluster::broker
