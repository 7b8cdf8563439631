// SPDX-License-Identifier: MIT
// One container of the key-value store. Objects and lists are the same thing, a JavaScript array
// that may have names beside its indexes:
//
//   list_   [ v0 v1 hole v3 ]      indexes 0 ... size-1, its last one is no hole
//   far_    { 9 -> v9, 40 -> v40 } indexes behind the first that is missing after list_
//   names_  { "a" -> v, "007" -> v }  what is no index, in the order in which it came
//
// So a list costs a place per entry and a single entry at index 4,000,000,000 costs one as well.
// The owner checks depth and memory beforehand. Thread rule: one thread; pure.
#pragma once

#include <boost/json/value.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "broker/data_list.h"
#include "broker/data_names.h"
#include "broker/data_value.h"

namespace socketcluster::broker {

class DataNode {
 public:
  // What it was made from: only what was an array is read as one.
  enum class Origin : bool { kObject, kArray };
  // Indexes are smaller than this, as in JavaScript; greater numbers are names.
  static constexpr std::uint32_t kMaxLength = UINT32_MAX;

  explicit DataNode(Origin origin) : origin_(origin) {}
  DataNode(const DataNode&) = delete;
  DataNode& operator=(const DataNode&) = delete;

  static std::optional<std::uint32_t> to_index(std::string_view name);

  // Null: no such entry. An entry may be undefined, never a hole.
  const DataValue* find(std::string_view name) const;
  DataValue* find(std::string_view name) {
    return const_cast<DataValue*>(std::as_const(*this).find(name));
  }

  // Replaces the entry or makes it. REQUIRES: `value` is no hole.
  void put(std::string_view name, DataValue value);
  // The same by number, which need not be an index.
  void put_at(std::uint64_t number, DataValue value);
  // Removes the entry, if there is one. The length stays.
  void erase(std::string_view name);

  // Whether it is read as an array: made from one, without holes, with no names but numbers.
  bool is_array() const;
  // Behind the last index that there ever was: where the next entry is added.
  std::uint32_t length() const { return length_; }
  // REQUIRES: is_array(). As length(), without holes at the end.
  std::uint32_t array_size() const { return static_cast<std::uint32_t>(list_.size()); }
  std::size_t count() const { return list_.size() - holes_ + far_.size() + names_.size(); }

  // As Array.prototype.splice. REQUIRES: start + removed <= length(), and the new length is at most
  // kMaxLength.
  void splice(std::uint32_t start, std::uint32_t removed, std::vector<DataValue> items);
  // Forgets what it was made from, and that there were more indexes.
  void become(Origin origin);

  // Calls visit(name, value) for the entries in order, all or from the one called `first` on, until
  // it returns false. Nothing may be changed meanwhile.
  template <typename Visit>
  void each(Visit&& visit) const {
    if (each_index(0, kMaxLength, named(visit))) each_name(names_.begin(), visit);
  }
  template <typename Visit>
  void each_from(std::string_view first, Visit&& visit) const {
    if (const auto index = to_index(first)) {
      if (find(first) == nullptr) return;
      if (each_index(*index, kMaxLength, named(visit))) each_name(names_.begin(), visit);
    } else {
      each_name(names_.find(first), visit);
    }
  }
  // visit(index, value) for the entries in [from, to). False when it has returned false.
  template <typename Visit>
  bool each_index(std::uint32_t from, std::uint32_t to, Visit&& visit) const;

 private:
  using Far = std::map<std::uint32_t, DataValue>;

  template <typename Visit>
  static auto named(Visit& visit) {
    return [&visit](std::uint32_t index, const DataValue& value) {
      char digits[12];
      const char* end = std::to_chars(digits, digits + sizeof(digits), index).ptr;
      return visit(std::string_view(digits, static_cast<std::size_t>(end - digits)), value);
    };
  }
  template <typename Visit>
  void each_name(DataNames::Iterator at, Visit& visit) const {
    while (at != names_.end() && visit(std::string_view(at->name), at->value)) ++at;
  }

  void put_index(std::uint32_t index, DataValue value);
  void erase_index(std::uint32_t index);
  void splice_far(std::uint32_t start, std::uint32_t removed, std::uint32_t inserted);
  void settle();
  void scatter();
  void count_in(const DataValue& value);
  void count_out(const DataValue& value);

  Origin origin_;
  std::uint32_t length_ = 0;
  std::size_t holes_ = 0;  // in list_, as the next
  std::size_t undefined_ = 0;
  DataList list_;
  Far far_;
  DataNames names_;
};

template <typename Visit>
bool DataNode::each_index(std::uint32_t from, std::uint32_t to, Visit&& visit) const {
  for (std::size_t i = from; i < list_.size() && i < to; ++i) {
    if (!list_[i].is_hole() && !visit(static_cast<std::uint32_t>(i), list_[i])) return false;
  }
  for (auto at = far_.lower_bound(from); at != far_.end() && at->first < to; ++at) {
    if (!visit(at->first, at->second)) return false;
  }
  return true;
}

}  // namespace socketcluster::broker
