// SPDX-License-Identifier: MIT
#include "auth/token.h"

#include "base/utf8.h"
#include "json/scanner.h"

namespace socketcluster::auth {

bool is_portable_json(std::string_view text) {
  if (!base::is_valid_utf8(text)) return false;
  json::Scanner scanner(text);
  json::RawValue value;
  scanner.skip_whitespace();
  if (!scanner.take_value(value)) return false;
  scanner.skip_whitespace();
  return scanner.at_end();
}

std::optional<double> number_of(const Json& value) {
  if (const std::int64_t* number = value.if_int64()) return static_cast<double>(*number);
  if (const std::uint64_t* number = value.if_uint64()) return static_cast<double>(*number);
  if (const double* number = value.if_double()) return *number;
  return std::nullopt;
}

std::optional<double> expiry_of(const JsonObject& claims) {
  const Json* expiry = claims.if_contains("exp");
  return expiry == nullptr ? std::nullopt : number_of(*expiry);
}

}  // namespace socketcluster::auth
