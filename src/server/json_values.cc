// SPDX-License-Identifier: MIT
#include "server/json_values.h"

#include "base/base64.h"

namespace socketcluster::server {

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
  return boost::json::serialize(value);
}

}  // namespace socketcluster::server

namespace socketcluster {

Json binary(std::string_view bytes) {
  return JsonObject{{"base64", true}, {"data", base::base64_encode(bytes)}};
}

}  // namespace socketcluster
