// SPDX-License-Identifier: MIT
// When keys of the store expire. Knows nothing of the store: sweep() hands out the keys whose time
// has come, in the order of their deadlines. Deadlines are seconds since 1970, of a clock that is
// rounded to whole seconds as the original does it; setting one that exists replaces it. O(log n) a
// key. Thread rule: one thread; pure, no clock of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "broker/data_key.h"
#include "broker/memory_budget.h"

namespace socketcluster::broker {

class DataExpirer {
 public:
  // `budget` must outlive the expirer.
  explicit DataExpirer(MemoryBudget& budget) : budget_(budget) {}
  DataExpirer(const DataExpirer&) = delete;
  DataExpirer& operator=(const DataExpirer&) = delete;
  ~DataExpirer() { clear(); }

  // All of the keys or, when there is no room, none. REQUIRES: `seconds` is finite.
  base::Status expire(const std::vector<DataKey>& keys, double seconds, std::int64_t now_ms);
  void unexpire(const std::vector<DataKey>& keys);
  void clear();
  // Seconds since 1970.
  std::optional<double> expiry(const DataKey& key) const;
  std::size_t size() const { return deadlines_.size(); }

  // Forgets and returns at most `max_keys` keys that have expired.
  std::vector<DataKey> take_expired(std::int64_t now_ms, std::size_t max_keys);
  // Whether take_expired() would return something.
  bool is_due(std::int64_t now_ms) const;

 private:
  // Equal deadlines have the order in which they were set.
  using Place = std::pair<double, std::uint64_t>;
  using Deadlines = std::map<DataKey, Place>;

  void forget(Deadlines::iterator deadline);

  MemoryBudget& budget_;
  Deadlines deadlines_;
  std::map<Place, Deadlines::iterator> order_;
  std::uint64_t next_number_ = 0;
};

}  // namespace socketcluster::broker
