// SPDX-License-Identifier: MIT
#include "auth/token.h"

namespace socketcluster::auth {

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
