// SPDX-License-Identifier: MIT
// A tree of JSON values that is addressed by paths: objects and lists are kept as nodes
// (data_node.h), so that a path can reach into them. Behaves like the original's map of maps: a
// path creates what it needs on its way, an entry taken out of the middle of a list leaves a hole,
// a list with holes is an object when it is read, and entries have the order of JavaScript (numbers
// ascending, then names as they came).
//
// Bounded in memory, in depth and in the length of an answer. A call that returns a failure has
// changed nothing. A range costs what it touches, not what the list has; everything else O(log n)
// or less, but what reads or frees a value costs its size. Thread rule: one thread; pure.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "broker/data_key.h"
#include "broker/data_node.h"
#include "broker/memory_budget.h"

namespace socketcluster::broker {

struct DataLimits {
  // Option `brokerDataLimit`.
  std::size_t memory_bytes = std::size_t{512} * 1024 * 1024;
  // Path and value together. Below what JSON parsers take by default, as answers have an envelope.
  std::size_t depth = 100;
  // JSON text of one answer at most; it has to fit a frame between two processes.
  std::size_t answer_bytes = std::size_t{60} * 1024 * 1024;
};

enum class GetValue : bool { kNo, kYes };

// The members `fromIndex` and `toIndex`, null when absent: a place in a list, or a name in an
// object.
struct DataRange {
  const boost::json::value* from = nullptr;
  const boost::json::value* to = nullptr;
};

// The arguments of JavaScript's splice().
struct DataSplice {
  std::optional<double> index;
  std::optional<double> count;  // without: up to the end
  const boost::json::array* items = nullptr;
};

class DataMap {
 public:
  using Json = boost::json::value;
  // Nothing: there is no value ("undefined").
  using Found = base::Result<std::optional<Json>>;

  // `budget` must outlive the map.
  DataMap(const DataLimits& limits, MemoryBudget& budget);
  DataMap(const DataMap&) = delete;
  DataMap& operator=(const DataMap&) = delete;
  ~DataMap();

  const DataLimits& limits() const { return limits_; }

  Found get(const DataKey& key) const;
  base::Result<Json> get_range(const DataKey& key, const DataRange& range) const;
  base::Result<Json> get_all() const;
  // Entries of an object or list; 1 for any other value but null, false, 0 and "".
  std::uint64_t count(const DataKey& key) const;
  bool has_key(const DataKey& key) const;

  // Values are pointers: null stores "undefined", which has a place in a list but is no value.
  // set() and concat() give that value back with GetValue::kYes, concat() as a list or object.
  Found set(const DataKey& key, const Json* value, GetValue get_value = GetValue::kNo);
  // The index of the new entry. A value that is no list becomes the first entry of one.
  base::Result<std::uint64_t> add(const DataKey& key, const Json* value);
  // Appends the entries of a list, sets those of an object, appends anything else.
  Found concat(const DataKey& key, const Json* value, GetValue get_value = GetValue::kNo);
  // The removed value, with GetValue::kYes.
  Found remove(const DataKey& key, GetValue get_value = GetValue::kNo);
  Found remove_range(const DataKey& key, const DataRange& range,
                     GetValue get_value = GetValue::kNo);
  Found splice(const DataKey& key, const DataSplice& splice, GetValue get_value = GetValue::kNo);
  void remove_all();

 private:
  // Null: nothing is there.
  const DataValue* find(std::span<const std::string> path) const;
  DataValue* find(std::span<const std::string> path) {
    return const_cast<DataValue*>(std::as_const(*this).find(path));
  }
  DataNode* node_at(std::span<const std::string> path);
  // `path`: how many names lead to the value.
  base::Status check_depth(const Json* value, std::size_t path) const;
  base::Status store(const DataKey& key, DataValue value);
  base::Status store(DataNode& node, std::vector<NamedValue> entries);
  Found remove_array_range(DataNode& node, const DataRange& range, GetValue get_value);
  Found remove_object_range(DataNode& node, const DataRange& range, GetValue get_value);
  void charge(std::size_t taken, std::size_t given_back);

  DataLimits limits_;
  MemoryBudget& budget_;
  std::size_t used_bytes_ = 0;  // of the budget
  std::unique_ptr<DataNode> root_;
};

}  // namespace socketcluster::broker
