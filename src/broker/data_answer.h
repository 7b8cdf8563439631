// SPDX-License-Identifier: MIT
// Copies parts of the key-value store into JSON values, as long as their text stays below a limit:
// a store is larger than what one message between processes may be. Thread rule: one thread; pure.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "broker/data_node.h"

namespace socketcluster::broker {

class DataAnswer {
 public:
  using Json = boost::json::value;

  explicit DataAnswer(std::size_t max_text_bytes) : bytes_left_(max_text_bytes) {}

  // Of what was made. Fails when that was too much; the values are then incomplete.
  base::Status status() const;

  // Undefined and holes are null: entries of an object that are undefined are to be left out.
  Json value(const DataValue& value);
  Json node(const DataNode& node);
  // Elements [from, to) of a list, null where there is none; from may be below 0.
  Json elements(const DataNode& node, std::int64_t from, std::int64_t to);
  // The entries of an object from `from` on and before `to`; none without `from`.
  Json entries(const DataNode& node, const std::optional<std::string>& from,
               const std::optional<std::string>& to);

 private:
  // False when there is no room for so many bytes of text.
  bool take(std::size_t bytes);
  bool take_text(std::string_view text);
  bool add_entry(boost::json::object& object, std::string_view name, const DataValue& value);

  std::size_t bytes_left_;
  bool is_full_ = false;
};

}  // namespace socketcluster::broker
