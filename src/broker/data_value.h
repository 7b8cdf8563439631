// SPDX-License-Identifier: MIT
// What stands at a place of the key-value store: nothing, undefined, a plain JSON value (anything
// but objects and arrays), or a node with entries of its own. Thread rule: values.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

namespace socketcluster::broker {

class DataNode;

class DataValue {
 public:
  DataValue();  // a hole
  DataValue(DataValue&& other) noexcept;
  DataValue& operator=(DataValue&& other) noexcept;
  ~DataValue();

  static DataValue undefined();
  explicit DataValue(boost::json::value plain);  // REQUIRES: neither object nor array
  explicit DataValue(std::unique_ptr<DataNode> node);
  // A copy of the value, containers as nodes; undefined when null.
  static DataValue from_json(const boost::json::value* value);

  bool is_hole() const { return std::holds_alternative<Hole>(state_); }
  // Hole or undefined.
  bool is_missing() const { return state_.index() < 2; }
  // What JavaScript's `!value` finds.
  bool is_falsy() const;
  // Null when it is something else.
  const boost::json::value* plain() const { return std::get_if<boost::json::value>(&state_); }
  const DataNode* node() const {
    const auto* node = std::get_if<std::unique_ptr<DataNode>>(&state_);
    return node != nullptr ? node->get() : nullptr;
  }
  DataNode* node() { return const_cast<DataNode*>(std::as_const(*this).node()); }

 private:
  struct Hole {};
  struct Undefined {};
  std::variant<Hole, Undefined, boost::json::value, std::unique_ptr<DataNode>> state_;
};

// Bytes of memory that the budget is charged for a value beside the place where it stands, and for
// a place by its name or index. Functions of the contents alone, so that what was taken is given
// back.
std::size_t memory_bytes(const DataValue& value);
std::size_t place_bytes(std::string_view name);
inline constexpr std::size_t kIndexBytes = 96;  // of a place in a list
inline constexpr std::size_t kNodeBytes = 320;  // of a container without its entries

}  // namespace socketcluster::broker
