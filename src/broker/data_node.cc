// SPDX-License-Identifier: MIT
#include "broker/data_node.h"

#include <algorithm>

#include "base/assert.h"

namespace socketcluster::broker {
namespace {
// A list with more holes than values is scattered, unless it is short.
constexpr std::size_t kFewHoles = 16;

// REQUIRES: the value is in a list.
bool is_undefined(const DataValue& value) {
  return value.is_missing() && !value.is_hole();
}
}  // namespace

// Only what JavaScript prints for the number is the index: "7", not "07".
std::optional<std::uint32_t> DataNode::to_index(std::string_view name) {
  if (name.empty() || name.size() > 10 || (name[0] == '0' && name.size() > 1)) return std::nullopt;
  std::uint64_t index = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    index = index * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (index >= kMaxLength) return std::nullopt;
  return static_cast<std::uint32_t>(index);
}

const DataValue* DataNode::find(std::string_view name) const {
  const auto index = to_index(name);
  if (!index) {
    const auto entry = names_.find(name);
    return entry == names_.end() ? nullptr : &entry->value;
  }
  if (*index < list_.size()) return list_[*index].is_hole() ? nullptr : &list_[*index];
  const auto entry = far_.find(*index);
  return entry == far_.end() ? nullptr : &entry->second;
}

void DataNode::put(std::string_view name, DataValue value) {
  if (const auto index = to_index(name)) {
    put_index(*index, std::move(value));
  } else {
    names_.put(name, std::move(value));
  }
}

void DataNode::put_at(std::uint64_t number, DataValue value) {
  if (number < kMaxLength) {
    put_index(static_cast<std::uint32_t>(number), std::move(value));
  } else {
    names_.put(std::to_string(number), std::move(value));
  }
}

void DataNode::put_index(std::uint32_t index, DataValue value) {
  SC_ASSERT(!value.is_hole());
  length_ = std::max(length_, index + 1);
  if (index > list_.size()) {
    far_.insert_or_assign(index, std::move(value));
    return;
  }
  if (index == list_.size()) {
    list_.push_back(DataValue());
    ++holes_;
  }
  count_out(list_[index]);
  list_[index] = std::move(value);
  count_in(list_[index]);
  settle();
}

void DataNode::erase(std::string_view name) {
  if (const auto index = to_index(name)) {
    erase_index(*index);
  } else {
    names_.erase(name);
  }
}

void DataNode::erase_index(std::uint32_t index) {
  if (index >= list_.size()) {
    far_.erase(index);
    return;
  }
  count_out(list_[index]);
  list_[index] = DataValue();
  count_in(list_[index]);
  settle();
  if (holes_ > kFewHoles && holes_ > list_.size() / 2) scatter();
}

bool DataNode::is_array() const {
  return origin_ == Origin::kArray && holes_ == 0 && undefined_ == 0 && far_.empty() &&
         names_.words() == 0;
}

void DataNode::splice(std::uint32_t start, std::uint32_t removed, std::vector<DataValue> items) {
  SC_ASSERT(start <= length_ && removed <= length_ - start);
  SC_ASSERT(items.size() <= kMaxLength - (length_ - removed));
  const auto inserted = static_cast<std::uint32_t>(items.size());
  length_ = length_ - removed + inserted;
  const std::size_t list_size = list_.size();
  splice_far(start, removed, inserted);
  if (start > list_size) {
    for (DataValue& item : items) far_.insert_or_assign(start++, std::move(item));
    return;
  }
  const std::size_t end = std::min<std::size_t>(list_size, std::size_t{start} + removed);
  for (std::size_t i = start; i < end; ++i) count_out(list_[i]);
  for (const DataValue& item : items) count_in(item);
  list_.splice(start, end - start, std::move(items));
  settle();
}

// Moves what is behind. Entries keep their order, so each finds its place at once.
void DataNode::splice_far(std::uint32_t start, std::uint32_t removed, std::uint32_t inserted) {
  const std::uint64_t end = std::uint64_t{start} + removed;
  auto at = far_.lower_bound(start);
  while (at != far_.end() && at->first < end) at = far_.erase(at);
  if (removed == inserted) return;
  Far moved;
  while (at != far_.end()) {
    auto entry = far_.extract(at++);
    entry.key() = entry.key() - removed + inserted;
    moved.insert(moved.end(), std::move(entry));
  }
  far_.merge(moved);
}

void DataNode::become(Origin origin) {
  origin_ = origin;
  length_ = far_.empty() ? static_cast<std::uint32_t>(list_.size()) : far_.rbegin()->first + 1;
}

// Restores what the header says of list_ and far_.
void DataNode::settle() {
  while (!far_.empty() && far_.begin()->first == list_.size()) {
    auto entry = far_.extract(far_.begin());
    count_in(entry.mapped());
    list_.push_back(std::move(entry.mapped()));
  }
  while (!list_.empty() && list_[list_.size() - 1].is_hole()) {
    list_.pop_back();
    --holes_;
  }
}

// So that a queue, whose first entries are taken out one by one, does not grow for ever.
void DataNode::scatter() {
  for (std::size_t i = list_.size(); i > 0; --i) {
    if (list_[i - 1].is_hole()) continue;
    far_.insert_or_assign(far_.begin(), static_cast<std::uint32_t>(i - 1), std::move(list_[i - 1]));
  }
  list_.clear();
  holes_ = 0;
  undefined_ = 0;
  settle();
}

void DataNode::count_in(const DataValue& value) {
  if (value.is_hole()) ++holes_;
  if (is_undefined(value)) ++undefined_;
}

void DataNode::count_out(const DataValue& value) {
  if (value.is_hole()) --holes_;
  if (is_undefined(value)) --undefined_;
}

}  // namespace socketcluster::broker
