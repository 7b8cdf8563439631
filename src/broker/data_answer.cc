// SPDX-License-Identifier: MIT
#include "broker/data_answer.h"

#include <algorithm>

namespace socketcluster::broker {
namespace {
// The longest text of a number, and what `null` takes with its comma.
constexpr std::size_t kNumberText = 25;
constexpr std::size_t kNullText = 5;
}  // namespace

base::Status DataAnswer::status() const {
  if (!is_full_) return base::Status::ok();
  return base::Failure{"The answer would be too long: read the value in parts"};
}

bool DataAnswer::take(std::size_t bytes) {
  if (is_full_ || bytes > bytes_left_) {
    is_full_ = true;
    return false;
  }
  bytes_left_ -= bytes;
  return true;
}

// As long as it can become when it is written as JSON.
bool DataAnswer::take_text(std::string_view text) {
  std::size_t bytes = text.size() + 3;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      bytes += 5;
    } else if (c == '"' || c == '\\' || byte >= 0x80) {
      ++bytes;
    }
  }
  return take(bytes);
}

DataAnswer::Json DataAnswer::value(const DataValue& value) {
  if (const DataNode* node = value.node()) return this->node(*node);
  const Json* plain = value.plain();
  if (plain == nullptr) {
    take(kNullText);
    return nullptr;
  }
  const boost::json::string* text = plain->if_string();
  const bool has_room =
      text != nullptr ? take_text({text->data(), text->size()}) : take(kNumberText);
  return has_room ? Json(*plain) : Json();
}

DataAnswer::Json DataAnswer::node(const DataNode& node) {
  if (node.is_array()) return elements(node, 0, node.array_size());
  boost::json::object object;
  take(3);
  node.each([&](std::string_view name, const DataValue& value) {
    return add_entry(object, name, value);
  });
  return object;
}

DataAnswer::Json DataAnswer::elements(const DataNode& node, std::int64_t from, std::int64_t to) {
  boost::json::array array;
  take(3);
  if (from >= to) return array;
  const auto size = static_cast<std::size_t>(to - from);
  if (size > bytes_left_ / kNullText || !take(size)) {
    take(SIZE_MAX);
    return array;
  }
  array.resize(size);
  node.each_index(static_cast<std::uint32_t>(std::max<std::int64_t>(from, 0)),
                  static_cast<std::uint32_t>(std::max<std::int64_t>(to, 0)),
                  [&](std::uint32_t index, const DataValue& value) {
                    array[static_cast<std::size_t>(index - from)] = this->value(value);
                    return !is_full_;
                  });
  return array;
}

DataAnswer::Json DataAnswer::entries(const DataNode& node, const std::optional<std::string>& from,
                                     const std::optional<std::string>& to) {
  boost::json::object object;
  take(3);
  if (!from) return object;
  node.each_from(*from, [&](std::string_view name, const DataValue& value) {
    return name != to && add_entry(object, name, value);
  });
  return object;
}

bool DataAnswer::add_entry(boost::json::object& object, std::string_view name,
                           const DataValue& value) {
  if (value.is_missing()) return true;
  if (!take_text(name) || !take(1)) return false;
  object.emplace(boost::json::string_view(name.data(), name.size()), this->value(value));
  return !is_full_;
}

}  // namespace socketcluster::broker
