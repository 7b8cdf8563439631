// SPDX-License-Identifier: MIT
// Entries with names, in the order in which they were added: lookup and removal in O(log n), and
// the others keep their order. A tree instead of a hash table: names come from the network, and a
// store has too many small objects to give each a secret key.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "broker/data_value.h"

namespace socketcluster::broker {

struct NamedValue {
  std::string name;
  DataValue value;
};

class DataNames {
 public:
  using Iterator = std::list<NamedValue>::const_iterator;

  Iterator begin() const { return entries_.begin(); }
  Iterator end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  // How many are something else than decimal digits.
  std::size_t words() const { return words_; }

  Iterator find(std::string_view name) const;
  void put(std::string_view name, DataValue value);
  void erase(std::string_view name);
  void clear();

 private:
  // Up to so many are looked through without an index.
  static constexpr std::size_t kPlainSize = 8;

  std::list<NamedValue> entries_;
  std::map<std::string_view, Iterator> index_;  // empty as long as there are few
  std::size_t words_ = 0;
};

}  // namespace socketcluster::broker
