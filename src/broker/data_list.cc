// SPDX-License-Identifier: MIT
#include "broker/data_list.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/assert.h"

namespace socketcluster::broker {
namespace {
// Smaller ones are not worth a reallocation.
constexpr std::size_t kKeptCapacity = 8;

std::vector<DataValue>::difference_type offset(std::size_t index) {
  return static_cast<std::vector<DataValue>::difference_type>(index);
}
}  // namespace

void DataList::pop_back() {
  slots_.pop_back();
  shrink();
}

void DataList::clear() {
  std::vector<DataValue>().swap(slots_);
  head_ = 0;
}

void DataList::splice(std::size_t start, std::size_t removed, std::vector<DataValue> items) {
  SC_ASSERT(start <= size() && removed <= size() - start);
  const std::size_t replaced = std::min(removed, items.size());
  if (removed > replaced) erase(start + replaced, removed - replaced);
  if (items.size() > replaced) open(start + replaced, items.size() - replaced);
  std::move(items.begin(), items.end(), slots_.begin() + offset(head_ + start));
  shrink();
}

void DataList::erase(std::size_t start, std::size_t count) {
  const auto first = slots_.begin() + offset(head_ + start);
  if (start >= size() - start - count) {
    slots_.erase(first, first + offset(count));
    return;
  }
  const auto front = slots_.begin() + offset(head_);
  std::move_backward(front, first, first + offset(count));
  std::generate_n(front, count, [] { return DataValue(); });
  head_ += count;
}

// Makes `count` holes.
void DataList::open(std::size_t start, std::size_t count) {
  if (start > size() - start) {
    // At the end there is nothing to move; vector's insert() wants values that can be copied.
    const std::size_t tail = slots_.size() - head_ - start;
    slots_.resize(slots_.size() + count);
    std::move_backward(slots_.end() - offset(count + tail), slots_.end() - offset(count),
                       slots_.end());
    return;
  }
  if (head_ < count) make_room_before(count);
  const auto front = slots_.begin() + offset(head_);
  std::move(front, front + offset(start), front - offset(count));
  head_ -= count;
}

// As much again as there is, so that growing at the front costs as little as at the back.
void DataList::make_room_before(std::size_t count) {
  std::vector<DataValue> larger(count + size());
  const std::size_t room = larger.size();
  larger.reserve(room + size());
  for (std::size_t i = 0; i < size(); ++i) larger.push_back(std::move((*this)[i]));
  slots_ = std::move(larger);
  head_ = room;
}

void DataList::shrink() {
  if (empty()) return clear();
  if (slots_.capacity() <= kKeptCapacity || size() * 4 > slots_.capacity()) return;
  std::vector<DataValue> smaller;
  smaller.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) smaller.push_back(std::move((*this)[i]));
  slots_ = std::move(smaller);
  head_ = 0;
}

}  // namespace socketcluster::broker
