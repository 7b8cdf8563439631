// SPDX-License-Identifier: MIT
// What the numbers of range commands mean, after JavaScript's loops and Array.prototype.splice.
// Thread rule: none, pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "broker/data_map.h"

namespace socketcluster::broker {

// Of getRange: elements [from, to) of a list with `size` elements; from may be negative, which
// addresses what is not there. None without a number to begin with.
struct ListRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
ListRange read_range(const DataRange& range, std::uint32_t size);

struct ListPart {
  std::uint32_t start = 0;
  std::uint32_t count = 0;
};
// Of removeRange, where a negative place counts from the end.
ListPart removed_range(const DataRange& range, std::uint32_t size);
// Of splice.
ListPart spliced_part(const DataSplice& splice, std::uint32_t length);

// The name of an object's entry at which a range begins or ends.
std::optional<std::string> range_name(const boost::json::value* name);

}  // namespace socketcluster::broker
