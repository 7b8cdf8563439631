// SPDX-License-Identifier: MIT
#include "broker/data_value.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <string_view>

#include "base/assert.h"
#include "broker/data_node.h"

namespace socketcluster::broker {
namespace {

// What an allocation costs beside its bytes, generously.
constexpr std::size_t kAllocation = 32;
// Shorter strings have room in the value itself.
constexpr std::size_t kInlineString = 14;
// Of a place by name: a link of the list and one of the index.
constexpr std::size_t kNameBytes = sizeof(NamedValue) + 4 * kAllocation;

std::unique_ptr<DataNode> node_from(const boost::json::array& array) {
  auto node = std::make_unique<DataNode>(DataNode::Origin::kArray);
  for (const boost::json::value& value : array) {
    node->put_at(node->length(), DataValue::from_json(&value));
  }
  return node;
}

std::unique_ptr<DataNode> node_from(const boost::json::object& object) {
  auto node = std::make_unique<DataNode>(DataNode::Origin::kObject);
  for (const auto& [name, value] : object) node->put(name, DataValue::from_json(&value));
  return node;
}

}  // namespace

DataValue::DataValue() = default;
DataValue::DataValue(DataValue&& other) noexcept = default;
DataValue& DataValue::operator=(DataValue&& other) noexcept = default;
DataValue::~DataValue() = default;

DataValue DataValue::undefined() {
  DataValue value;
  value.state_.emplace<Undefined>();
  return value;
}

DataValue::DataValue(boost::json::value plain) : state_(std::move(plain)) {
  SC_ASSERT(!this->plain()->is_structured());
}

DataValue::DataValue(std::unique_ptr<DataNode> node) : state_(std::move(node)) {}

DataValue DataValue::from_json(const boost::json::value* value) {
  if (value == nullptr) return undefined();
  if (value->is_array()) return DataValue(node_from(value->get_array()));
  if (value->is_object()) return DataValue(node_from(value->get_object()));
  // What parsers make of numbers out of range has no JSON text.
  const double* number = value->if_double();
  if (number != nullptr && !std::isfinite(*number)) return DataValue(boost::json::value());
  return DataValue(boost::json::value(*value));
}

bool DataValue::is_falsy() const {
  if (is_missing()) return true;
  const boost::json::value* value = plain();
  if (value == nullptr) return false;
  switch (value->kind()) {
    case boost::json::kind::null:
      return true;
    case boost::json::kind::bool_:
      return !value->get_bool();
    case boost::json::kind::int64:
      return value->get_int64() == 0;
    case boost::json::kind::uint64:
      return value->get_uint64() == 0;
    case boost::json::kind::double_:
      return value->get_double() == 0;
    case boost::json::kind::string:
      return value->get_string().empty();
    case boost::json::kind::array:
    case boost::json::kind::object:
      break;
  }
  return false;
}

std::size_t memory_bytes(const DataValue& value) {
  if (const boost::json::value* plain = value.plain()) {
    const boost::json::string* text = plain->if_string();
    return text != nullptr && text->size() > kInlineString ? text->size() + kAllocation : 0;
  }
  const DataNode* node = value.node();
  if (node == nullptr) return 0;
  std::size_t bytes = kNodeBytes;
  node->each([&bytes](std::string_view name, const DataValue& entry) {
    bytes += place_bytes(name) + memory_bytes(entry);
    return true;
  });
  return bytes;
}

std::size_t place_bytes(std::string_view name) {
  return DataNode::to_index(name) ? kIndexBytes : kNameBytes + name.size();
}

}  // namespace socketcluster::broker
