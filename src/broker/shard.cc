// SPDX-License-Identifier: MIT
#include "broker/shard.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "json/number.h"
#include "json/scanner.h"
#include "json/text.h"

namespace socketcluster::broker {
namespace {

// JavaScript's `((h << 5) - h + unit) & ~0`, without its sign.
class UnitHash {
 public:
  void add(std::uint32_t unit) { value_ = value_ * 31 + unit; }
  std::size_t index(std::size_t count) const {
    const auto number = static_cast<std::int64_t>(static_cast<std::int32_t>(value_));
    return static_cast<std::size_t>(number < 0 ? -number : number) % count;
  }

 private:
  std::uint32_t value_ = 0;
};

std::size_t shard_of_number(std::string_view number, std::size_t count) {
  // Finite: the scanner accepts nothing else.
  const double integer = std::trunc(std::fabs(json::to_double(number)));
  return static_cast<std::size_t>(std::fmod(integer, static_cast<double>(count)));
}

json::RawValue first_element(const json::RawValue& array) {
  json::RawValue first;
  json::Scanner scanner(array.text, json::Scanner::kGreatestMaxDepth);
  scanner.take_elements([&] {
    scanner.take_value(first);
    return false;
  });
  return first;
}

// What JSON.stringify makes of the value.
std::size_t shard_of_text(const json::RawValue& value, std::size_t count) {
  if (value.type != json::Type::kNumber) return shard_of(value.text, count);
  std::string text;
  json::append_js_number(text, value.text);
  return shard_of(text, count);
}

}  // namespace

std::size_t shard_of(std::string_view name, std::size_t count) {
  SC_DCHECK(count > 0);
  UnitHash hash;
  while (!name.empty()) {
    const char32_t point = json::take_code_point(name);
    if (point < 0x10000) {
      hash.add(point);
    } else {
      hash.add(0xd800 + ((point - 0x10000) >> 10));
      hash.add(0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }
  return hash.index(count);
}

std::size_t shard_of_key(const json::RawValue& key, std::size_t count) {
  if (key.type == json::Type::kNumber) return shard_of_number(key.text, count);
  const json::RawValue value = key.type == json::Type::kArray ? first_element(key) : key;
  if (!value.is_string()) return shard_of_text(value, count);
  std::string scratch;
  return shard_of(json::string_value(value, scratch), count);
}

}  // namespace socketcluster::broker
