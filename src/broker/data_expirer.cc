// SPDX-License-Identifier: MIT
#include "broker/data_expirer.h"

namespace socketcluster::broker {
namespace {

// Two links of a tree with their allocations.
constexpr std::size_t kDeadlineBytes = 256;
constexpr std::size_t kNameBytes = 64;

std::size_t memory_bytes(const DataKey& key) {
  std::size_t bytes = kDeadlineBytes;
  for (const std::string& name : key) bytes += kNameBytes + name.size();
  return bytes;
}

// As Math.round(): half a second counts as a whole one.
double rounded_seconds(std::int64_t now_ms) {
  const std::int64_t seconds = (now_ms + 500) / 1000;
  return static_cast<double>(seconds);
}

}  // namespace

void DataExpirer::clear() {
  while (!deadlines_.empty()) forget(deadlines_.begin());
}

base::Status DataExpirer::expire(const std::vector<DataKey>& keys, double seconds,
                                 std::int64_t now_ms) {
  std::size_t extra = 0;
  for (const DataKey& key : keys) {
    if (!deadlines_.contains(key)) extra += memory_bytes(key);
  }
  if (const auto room = budget_.check(extra); !room) return room;
  const double deadline = rounded_seconds(now_ms) + seconds;
  for (const DataKey& key : keys) {
    const auto [entry, is_new] = deadlines_.try_emplace(key);
    if (is_new) {
      budget_.take(memory_bytes(key));
    } else {
      order_.erase(entry->second);
    }
    entry->second = {deadline, next_number_++};
    order_.emplace(entry->second, entry);
  }
  return base::Status::ok();
}

void DataExpirer::unexpire(const std::vector<DataKey>& keys) {
  for (const DataKey& key : keys) {
    const auto entry = deadlines_.find(key);
    if (entry != deadlines_.end()) forget(entry);
  }
}

std::optional<double> DataExpirer::expiry(const DataKey& key) const {
  const auto entry = deadlines_.find(key);
  if (entry == deadlines_.end()) return std::nullopt;
  return entry->second.first;
}

bool DataExpirer::is_due(std::int64_t now_ms) const {
  return !order_.empty() && order_.begin()->first.first <= rounded_seconds(now_ms);
}

std::vector<DataKey> DataExpirer::take_expired(std::int64_t now_ms, std::size_t max_keys) {
  std::vector<DataKey> keys;
  while (keys.size() < max_keys && is_due(now_ms)) {
    const auto entry = order_.begin()->second;
    keys.push_back(entry->first);
    forget(entry);
  }
  return keys;
}

void DataExpirer::forget(Deadlines::iterator deadline) {
  budget_.give_back(memory_bytes(deadline->first));
  order_.erase(deadline->second);
  deadlines_.erase(deadline);
}

}  // namespace socketcluster::broker
