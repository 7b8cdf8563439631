// SPDX-License-Identifier: MIT
#include "broker/data_map.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cmath>
#include <string_view>

#include "base/assert.h"
#include "broker/data_answer.h"
#include "broker/data_range.h"

namespace socketcluster::broker {
namespace {

using Json = DataMap::Json;

bool is_within(const Json& value, std::size_t levels) {
  if (!value.is_structured()) return true;
  if (levels == 0) return false;
  if (const boost::json::array* array = value.if_array()) {
    return std::all_of(array->begin(), array->end(),
                       [levels](const Json& item) { return is_within(item, levels - 1); });
  }
  const boost::json::object& object = value.get_object();
  return std::all_of(object.begin(), object.end(),
                     [levels](const auto& entry) { return is_within(entry.value(), levels - 1); });
}

bool is_structured(const Json* value) {
  return value != nullptr && value->is_structured();
}

std::vector<NamedValue> entry_at(std::uint64_t index, const Json* value) {
  std::vector<NamedValue> entries;
  entries.push_back({std::to_string(index), DataValue::from_json(value)});
  return entries;
}

// What concat() sets in a container whose next index is `index`.
std::vector<NamedValue> entries_from(std::uint64_t index, const Json* value) {
  if (!is_structured(value)) return entry_at(index, value);
  std::vector<NamedValue> entries;
  if (const boost::json::array* items = value->if_array()) {
    for (const Json& item : *items) {
      entries.push_back({std::to_string(index++), DataValue::from_json(&item)});
    }
  } else {
    for (const auto& [name, item] : value->get_object()) {
      entries.push_back({std::string(name), DataValue::from_json(&item)});
    }
  }
  return entries;
}

DataValue make_list(std::vector<NamedValue> entries, const Json* first = nullptr) {
  auto list = std::make_unique<DataNode>(DataNode::Origin::kArray);
  if (first != nullptr) list->put_at(0, DataValue(*first));
  for (NamedValue& entry : entries) list->put(entry.name, std::move(entry.value));
  return DataValue(std::move(list));
}

}  // namespace

DataMap::DataMap(const DataLimits& limits, MemoryBudget& budget)
    : limits_(limits),
      budget_(budget),
      root_(std::make_unique<DataNode>(DataNode::Origin::kObject)) {}

DataMap::~DataMap() {
  budget_.give_back(used_bytes_);
}

void DataMap::charge(std::size_t taken, std::size_t given_back) {
  SC_ASSERT(given_back <= used_bytes_ + taken);
  used_bytes_ = used_bytes_ + taken - given_back;
  budget_.take(taken);
  budget_.give_back(given_back);
}

base::Status DataMap::check_depth(const Json* value, std::size_t path) const {
  if (path <= limits_.depth && (value == nullptr || is_within(*value, limits_.depth - path))) {
    return base::Status::ok();
  }
  return base::Failure{"The value would be nested too deeply: key and value may have " +
                       std::to_string(limits_.depth) + " levels together"};
}

const DataValue* DataMap::find(std::span<const std::string> path) const {
  const DataNode* node = root_.get();
  for (;;) {
    const DataValue* value = node->find(path.front());
    if (value == nullptr || path.size() == 1) return value;
    node = value->node();
    if (node == nullptr) return nullptr;
    path = path.subspan(1);
  }
}

// The container at `path`, which is the root when it is empty.
DataNode* DataMap::node_at(std::span<const std::string> path) {
  if (path.empty()) return root_.get();
  DataValue* value = find(path);
  return value != nullptr ? value->node() : nullptr;
}

DataMap::Found DataMap::get(const DataKey& key) const {
  const DataValue* value = find(key);
  if (value == nullptr || value->is_missing()) return std::optional<Json>();
  DataAnswer answer(limits_.answer_bytes);
  std::optional<Json> found = answer.value(*value);
  if (const auto status = answer.status(); !status) return status.error();
  return found;
}

base::Result<Json> DataMap::get_range(const DataKey& key, const DataRange& range) const {
  const DataValue* value = find(key);
  const DataNode* node = value != nullptr ? value->node() : nullptr;
  if (node == nullptr) return Json(boost::json::object());
  DataAnswer answer(limits_.answer_bytes);
  Json found;
  if (node->is_array()) {
    const ListRange places = read_range(range, node->array_size());
    found = answer.elements(*node, places.from, places.to);
  } else {
    found = answer.entries(*node, range_name(range.from), range_name(range.to));
  }
  if (const auto status = answer.status(); !status) return status.error();
  return found;
}

base::Result<Json> DataMap::get_all() const {
  DataAnswer answer(limits_.answer_bytes);
  Json all = answer.node(*root_);
  if (const auto status = answer.status(); !status) return status.error();
  return all;
}

std::uint64_t DataMap::count(const DataKey& key) const {
  const DataValue* value = find(key);
  if (value == nullptr) return 0;
  if (const DataNode* node = value->node()) return node->count();
  return value->is_falsy() ? 0 : 1;
}

bool DataMap::has_key(const DataKey& key) const {
  const DataValue* value = find(key);
  return value != nullptr && !value->is_missing();
}

// Makes the containers on the way; a value that stands where one is needed gives way.
base::Status DataMap::store(const DataKey& key, DataValue value) {
  DataNode* node = root_.get();
  DataValue* old = node->find(key[0]);
  std::size_t level = 0;
  while (level + 1 < key.size() && old != nullptr && old->node() != nullptr) {
    node = old->node();
    old = node->find(key[++level]);
  }
  const std::size_t freed = old != nullptr ? memory_bytes(*old) : 0;
  std::size_t extra = memory_bytes(value) + (old == nullptr ? place_bytes(key[level]) : 0);
  for (std::size_t i = level + 1; i < key.size(); ++i) extra += kNodeBytes + place_bytes(key[i]);
  if (auto room = budget_.check(extra, freed); !room) return room;

  for (std::size_t i = key.size() - 1; i > level; --i) {
    auto parent = std::make_unique<DataNode>(DataNode::Origin::kObject);
    parent->put(key[i], std::move(value));
    value = DataValue(std::move(parent));
  }
  charge(extra, freed);
  node->put(key[level], std::move(value));
  return base::Status::ok();
}

// REQUIRES: no name is in `entries` twice.
base::Status DataMap::store(DataNode& node, std::vector<NamedValue> entries) {
  std::size_t extra = 0;
  std::size_t freed = 0;
  for (const NamedValue& entry : entries) {
    const DataValue* old = node.find(entry.name);
    extra += memory_bytes(entry.value) + (old == nullptr ? place_bytes(entry.name) : 0);
    if (old != nullptr) freed += memory_bytes(*old);
  }
  if (auto room = budget_.check(extra, freed); !room) return room;
  charge(extra, freed);
  for (NamedValue& entry : entries) node.put(entry.name, std::move(entry.value));
  return base::Status::ok();
}

DataMap::Found DataMap::set(const DataKey& key, const Json* value, GetValue get_value) {
  if (const auto depth = check_depth(value, key.size()); !depth) {
    return depth.error();
  }
  DataValue made = DataValue::from_json(value);
  std::optional<Json> echo;
  if (get_value == GetValue::kYes && value != nullptr) {
    DataAnswer answer(limits_.answer_bytes);
    echo = answer.value(made);
    if (const auto status = answer.status(); !status) return status.error();
  }
  if (const auto stored = store(key, std::move(made)); !stored) return stored.error();
  return echo;
}

base::Result<std::uint64_t> DataMap::add(const DataKey& key, const Json* value) {
  if (const auto depth = check_depth(value, key.size() + 1); !depth) {
    return depth.error();
  }
  DataValue* target = find(key);
  std::uint64_t index = 0;
  base::Status stored;
  if (target != nullptr && target->node() != nullptr) {
    index = target->node()->length();
    stored = store(*target->node(), entry_at(index, value));
  } else if (target == nullptr || target->is_missing() || target->plain()->is_null()) {
    stored = store(key, make_list(entry_at(0, value)));
  } else {
    index = 1;
    stored = store(key, make_list(entry_at(1, value), target->plain()));
  }
  if (!stored) return stored.error();
  return index;
}

DataMap::Found DataMap::concat(const DataKey& key, const Json* value, GetValue get_value) {
  if (const auto depth = check_depth(value, key.size() + 1); !depth) {
    return depth.error();
  }
  std::optional<Json> echo;
  if (get_value == GetValue::kYes) {
    DataAnswer answer(limits_.answer_bytes);
    echo = answer.value(DataValue::from_json(value));
    if (!is_structured(value)) echo = boost::json::array{*echo};
    if (const auto status = answer.status(); !status) return status.error();
  }
  DataValue* target = find(key);
  base::Status stored;
  if (target == nullptr || target->is_falsy()) {
    stored = store(
        key, is_structured(value) ? DataValue::from_json(value) : make_list(entry_at(0, value)));
  } else if (DataNode* node = target->node()) {
    stored = store(*node, entries_from(node->length(), value));
  } else if (value != nullptr && value->is_array()) {
    stored = store(key, make_list(entries_from(1, value), target->plain()));
  } else {
    stored = store(key, make_list(entry_at(1, value), target->plain()));
  }
  if (!stored) return stored.error();
  return echo;
}

}  // namespace socketcluster::broker
