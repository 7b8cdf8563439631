// SPDX-License-Identifier: MIT
#include "broker/data_key.h"

#include <boost/json/array.hpp>
#include <cmath>
#include <optional>
#include <utility>

#include "json/number.h"

namespace socketcluster::broker {
namespace {

// Parsers of JSON may come out at infinity or NaN.
std::optional<std::string> number_text(const boost::json::value& number) {
  const auto value = number.to_number<double>();
  if (!std::isfinite(value)) return std::nullopt;
  std::string text;
  json::append_js_number(text, value);
  return text;
}

}  // namespace

std::optional<std::string> to_data_name(const boost::json::value& name) {
  if (const boost::json::string* text = name.if_string()) {
    return std::string(text->data(), text->size());
  }
  if (name.is_number()) return number_text(name);
  return std::nullopt;
}

base::Result<DataKey> to_data_key(const boost::json::value& key, std::size_t max_depth) {
  static constexpr const char* kWanted =
      "A key must be a string, a number or an array of them that is not empty";
  DataKey names;
  if (const boost::json::array* path = key.if_array()) {
    if (path->size() > max_depth) {
      return base::Failure{"A key may have " + std::to_string(max_depth) + " elements at most"};
    }
    for (const boost::json::value& element : *path) {
      auto name = to_data_name(element);
      if (!name) return base::Failure{kWanted};
      names.push_back(std::move(*name));
    }
  } else if (auto name = to_data_name(key)) {
    names.push_back(std::move(*name));
  }
  if (names.empty()) return base::Failure{kWanted};
  return names;
}

}  // namespace socketcluster::broker
