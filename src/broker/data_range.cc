// SPDX-License-Identifier: MIT
#include "broker/data_range.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace socketcluster::broker {
namespace {

// Greater numbers are outside of every list.
constexpr double kFar = 1e15;

// Nothing for what is no number. Fractions are cut.
std::optional<std::int64_t> to_place(double number) {
  if (std::isnan(number)) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp(number, -kFar, kFar));
}

std::optional<std::int64_t> to_place(const boost::json::value& place) {
  if (place.is_number()) return to_place(place.to_number<double>());
  const boost::json::string* text = place.if_string();
  if (text == nullptr) return std::nullopt;
  double number = 0;
  const char* end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  return to_place(number);
}

bool is_given(const boost::json::value* place) {
  return place != nullptr && !place->is_null();
}

// Where a range of a list with `size` elements begins and ends. Nothing when a bound is no number,
// or the first is missing.
std::optional<ListRange> to_list_range(const DataRange& range, std::uint32_t size) {
  if (!is_given(range.from)) return std::nullopt;
  const auto from = to_place(*range.from);
  const auto to = is_given(range.to) ? to_place(*range.to) : size;
  if (!from || !to) return std::nullopt;
  return ListRange{*from, std::min<std::int64_t>(*to, size)};
}

std::uint32_t from_start_or_end(std::int64_t place, std::uint32_t length) {
  const std::int64_t at = place < 0 ? place + length : place;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at, 0, length));
}

}  // namespace

ListRange read_range(const DataRange& range, std::uint32_t size) {
  return to_list_range(range, size).value_or(ListRange());
}

ListPart removed_range(const DataRange& range, std::uint32_t size) {
  const auto places = to_list_range(range, size);
  if (!places) return {};
  const std::uint32_t start = from_start_or_end(places->from, size);
  const std::int64_t count = places->to - places->from;
  return {start, static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, size - start))};
}

ListPart spliced_part(const DataSplice& splice, std::uint32_t length) {
  const std::uint32_t start =
      from_start_or_end(to_place(splice.index.value_or(0)).value_or(0), length);
  const std::uint32_t behind = length - start;
  if (splice.count) {
    const std::int64_t count = to_place(*splice.count).value_or(0);
    return {start, static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, behind))};
  }
  // An index alone means all that follows.
  const bool has_items = splice.items != nullptr && !splice.items->empty();
  return {start, splice.index && !has_items ? behind : 0};
}

std::optional<std::string> range_name(const boost::json::value* name) {
  if (name == nullptr) return std::nullopt;
  return to_data_name(*name);
}

}  // namespace socketcluster::broker
