// SPDX-License-Identifier: MIT
#include "json/value.h"

#include <algorithm>
#include <cstddef>

#include "base/base64.h"
#include "base/utf8.h"
#include "json/text.h"
#include "json/value_writer.h"

namespace socketcluster::json {
namespace {

// In JSON, bytes that are not ASCII are part of strings.
std::string repaired(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  std::string out;
  std::string quoted;
  while (!text.empty()) {
    const auto plain = std::find_if_not(text.begin(), text.end(), is_ascii);
    const auto end = std::find_if(plain, text.end(), is_ascii);
    out.append(text.begin(), plain);
    quoted.clear();
    append_string(quoted, {plain, end});
    out.append(quoted, 1, quoted.size() - 2);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  return out;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  if (text.empty()) return Json();
  boost::json::parse_options options;
  options.max_depth = 1024;  // the packet scanner has enforced the configured limit
  boost::system::error_code error;
  Json value = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return std::nullopt;
  return value;
}

std::string to_text(const Json& value) {
  std::string text;
  append_value(text, value);
  return base::is_valid_utf8(text) ? text : repaired(text);
}

}  // namespace socketcluster::json

namespace socketcluster {

std::string text_of(const Json& json, std::string_view name, std::string_view fallback) {
  const JsonObject* object = json.if_object();
  const Json* member = object == nullptr ? nullptr : object->if_contains(name);
  const bool is_text = member != nullptr && member->is_string();
  return std::string(is_text ? std::string_view(member->get_string()) : fallback);
}

Json binary(std::string_view bytes) {
  return JsonObject{{"base64", true}, {"data", base::base64_encode(bytes)}};
}

}  // namespace socketcluster
