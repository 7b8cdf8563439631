// SPDX-License-Identifier: MIT
// The commands of DataMap that take something out. What is to be returned is copied before anything
// changes, as it may be too long for an answer.
#include <boost/json/object.hpp>

#include "broker/data_answer.h"
#include "broker/data_map.h"
#include "broker/data_range.h"

namespace socketcluster::broker {
namespace {

using Json = DataMap::Json;

std::size_t memory_of(const DataNode& node, ListPart part) {
  std::size_t bytes = 0;
  node.each_index(part.start, part.start + part.count,
                  [&bytes](std::uint32_t, const DataValue& value) {
                    bytes += kIndexBytes + memory_bytes(value);
                    return true;
                  });
  return bytes;
}

base::Result<std::optional<Json>> copy_part(const DataNode& node, ListPart part, GetValue get_value,
                                            std::size_t max_bytes) {
  if (get_value == GetValue::kNo) return std::optional<Json>();
  DataAnswer answer(max_bytes);
  std::optional<Json> copied =
      answer.elements(node, part.start, std::int64_t{part.start} + part.count);
  if (const auto status = answer.status(); !status) return status.error();
  return copied;
}

std::optional<Json> if_wanted(GetValue get_value, Json value) {
  if (get_value == GetValue::kNo) return std::nullopt;
  return value;
}

std::vector<DataValue> items_of(const boost::json::array* items) {
  std::vector<DataValue> values;
  if (items == nullptr) return values;
  values.reserve(items->size());
  for (const Json& item : *items) values.push_back(DataValue::from_json(&item));
  return values;
}

}  // namespace

DataMap::Found DataMap::remove(const DataKey& key, GetValue get_value) {
  DataNode* parent = node_at(std::span(key).first(key.size() - 1));
  const DataValue* value = parent != nullptr ? parent->find(key.back()) : nullptr;
  if (value == nullptr || value->is_missing()) return std::optional<Json>();
  std::optional<Json> removed;
  if (get_value == GetValue::kYes) {
    DataAnswer answer(limits_.answer_bytes);
    removed = answer.value(*value);
    if (const auto status = answer.status(); !status) return status.error();
  }
  charge(0, place_bytes(key.back()) + memory_bytes(*value));
  parent->erase(key.back());
  return removed;
}

DataMap::Found DataMap::remove_range(const DataKey& key, const DataRange& range,
                                     GetValue get_value) {
  DataNode* node = node_at(key);
  if (node == nullptr) return if_wanted(get_value, boost::json::object());
  return node->is_array() ? remove_array_range(*node, range, get_value)
                          : remove_object_range(*node, range, get_value);
}

DataMap::Found DataMap::remove_array_range(DataNode& node, const DataRange& range,
                                           GetValue get_value) {
  const ListPart part = removed_range(range, node.array_size());
  Found removed = copy_part(node, part, get_value, limits_.answer_bytes);
  if (!removed) return removed;
  charge(0, memory_of(node, part));
  node.splice(part.start, part.count, {});
  node.become(DataNode::Origin::kArray);
  return removed;
}

// The original puts an object in the place of what was a list with holes.
DataMap::Found DataMap::remove_object_range(DataNode& node, const DataRange& range,
                                            GetValue get_value) {
  const auto from = range_name(range.from);
  const auto to = range_name(range.to);
  std::optional<Json> removed;
  if (get_value == GetValue::kYes) {
    DataAnswer answer(limits_.answer_bytes);
    removed = answer.entries(node, from, to);
    if (const auto status = answer.status(); !status) return status.error();
  }
  std::vector<std::string> names;
  std::size_t freed = 0;
  if (from) {
    node.each_from(*from, [&](std::string_view name, const DataValue& value) {
      if (name == to) return false;
      names.emplace_back(name);
      freed += place_bytes(name) + memory_bytes(value);
      return true;
    });
  }
  charge(0, freed);
  for (const std::string& name : names) node.erase(name);
  node.become(DataNode::Origin::kObject);
  return removed;
}

DataMap::Found DataMap::splice(const DataKey& key, const DataSplice& splice, GetValue get_value) {
  DataNode* node = node_at(key);
  if (node == nullptr) return if_wanted(get_value, boost::json::array());
  const ListPart part = spliced_part(splice, node->length());
  const std::size_t items = splice.items != nullptr ? splice.items->size() : 0;
  if (items > DataNode::kMaxLength - (node->length() - part.count)) {
    return base::Failure{"Invalid array length"};
  }
  if (splice.items != nullptr) {
    for (const Json& item : *splice.items) {
      const auto depth = check_depth(&item, key.size() + 1);
      if (!depth) return depth.error();
    }
  }
  std::vector<DataValue> values = items_of(splice.items);
  std::size_t extra = 0;
  for (const DataValue& value : values) extra += kIndexBytes + memory_bytes(value);
  const std::size_t freed = memory_of(*node, part);
  if (const auto room = budget_.check(extra, freed); !room) return room.error();
  Found removed = copy_part(*node, part, get_value, limits_.answer_bytes);
  if (!removed) return removed;
  charge(extra, freed);
  node->splice(part.start, part.count, std::move(values));
  return removed;
}

void DataMap::remove_all() {
  root_ = std::make_unique<DataNode>(DataNode::Origin::kObject);
  charge(0, used_bytes_);
}

}  // namespace socketcluster::broker
