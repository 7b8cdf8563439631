// SPDX-License-Identifier: MIT
// A sequence of values with cheap insertion and removal at either end: a vector with room before
// its first element. In the middle the shorter side is moved. Gives memory back when it shrinks.
#pragma once

#include <cstddef>
#include <vector>

#include "broker/data_value.h"

namespace socketcluster::broker {

class DataList {
 public:
  std::size_t size() const { return slots_.size() - head_; }
  bool empty() const { return size() == 0; }
  const DataValue& operator[](std::size_t index) const { return slots_[head_ + index]; }
  DataValue& operator[](std::size_t index) { return slots_[head_ + index]; }

  void push_back(DataValue value) { slots_.push_back(std::move(value)); }
  void pop_back();
  void clear();
  // Puts `items` in the place of `removed` values. REQUIRES: start + removed <= size().
  void splice(std::size_t start, std::size_t removed, std::vector<DataValue> items);

 private:
  void erase(std::size_t start, std::size_t count);
  void open(std::size_t start, std::size_t count);
  void make_room_before(std::size_t count);
  void shrink();

  std::vector<DataValue> slots_;
  std::size_t head_ = 0;  // slots before the first value, all holes
};

}  // namespace socketcluster::broker
