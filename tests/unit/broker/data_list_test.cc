// SPDX-License-Identifier: MIT
#include "broker/data_list.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

namespace socketcluster::broker {
namespace {

std::vector<int> contents(const DataList& list) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < list.size(); ++i) {
    numbers.push_back(list[i].plain()->to_number<int>());
  }
  return numbers;
}

std::vector<DataValue> items(int from, std::size_t count) {
  std::vector<DataValue> values;
  for (std::size_t i = 0; i < count; ++i) values.emplace_back(boost::json::value(from++));
  return values;
}

// Against a plain vector: at either end and in the middle, growing and shrinking.
TEST(DataList, SplicesLikeAVector) {
  std::mt19937 random(1);  // NOLINT: always the same
  const auto below = [&random](std::size_t limit) { return random() % (limit + 1); };
  for (const std::size_t usual_size : {0, 5, 40, 300}) {
    DataList list;
    std::vector<int> model;
    for (int step = 0; step < 3000; ++step) {
      const std::size_t starts[] = {0, model.size(), below(model.size())};
      const std::size_t start = starts[below(2)];
      const std::size_t inserted = below(model.size() < usual_size ? 20 : 3);
      const std::size_t removed =
          std::min(below(model.size() > usual_size ? 20 : 3), model.size() - start);
      list.splice(start, removed, items(step * 100, inserted));
      const auto at = model.begin() + static_cast<std::ptrdiff_t>(start);
      model.erase(at, at + static_cast<std::ptrdiff_t>(removed));
      for (std::size_t i = 0; i < inserted; ++i) {
        model.insert(model.begin() + static_cast<std::ptrdiff_t>(start + i),
                     step * 100 + static_cast<int>(i));
      }
      if (below(3) == 0) {
        list.push_back(DataValue(boost::json::value(step)));
        model.push_back(step);
      } else if (!model.empty()) {
        list.pop_back();
        model.pop_back();
      }
      ASSERT_EQ(contents(list), model);
    }
  }
}

}  // namespace
}  // namespace socketcluster::broker
