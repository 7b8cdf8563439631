// SPDX-License-Identifier: MIT
// What signing and verifying give: a signed token, or the verdict on one. Faults are those that the
// protocol has error names for; messages are worded as the clients know them (protocol/wire.md,
// "Authentication"). Thread rule: values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <socketcluster/json.h>

namespace socketcluster::auth {

using WallTime = std::chrono::system_clock::time_point;

// Longest token that is made or looked at.
inline constexpr std::size_t kDefaultMaxTokenBytes = 64 * 1024;

enum class TokenFault : std::uint8_t {
  kExpired,    // AuthTokenExpiredError; `date` is the expiry
  kInvalid,    // AuthTokenInvalidError
  kNotBefore,  // AuthTokenNotBeforeError; `date` says from when on
  kOther,      // AuthTokenError: anything else; for engines of one's own
};

struct TokenError {
  TokenFault fault = TokenFault::kOther;
  std::string message;
  // ISO 8601 with milliseconds, only for kExpired and kNotBefore; empty also then when the claim is
  // beyond JavaScript's dates: on the wire that is null.
  std::string date;
};

// Either the claims of a good token or why it is refused.
class Verdict {
 public:
  Verdict(JsonObject claims) : claims_(std::move(claims)) {}  // NOLINT: implicit by design
  Verdict(TokenError error) : error_(std::move(error)) {}     // NOLINT: implicit by design

  bool is_good() const { return !error_.has_value(); }
  // Empty when refused.
  JsonObject& claims() { return claims_; }
  const JsonObject& claims() const { return claims_; }
  // REQUIRES: !is_good().
  const TokenError& error() const { return *error_; }

 private:
  JsonObject claims_;
  std::optional<TokenError> error_;
};

struct SignedToken {
  std::string text;
  JsonObject claims;  // with iat, exp and what else the options added
};

// Whether `text` is one JSON value in UTF-8, of at most 128 levels and with finite numbers.
bool is_portable_json(std::string_view text);

// Nothing when `value` is not a number.
std::optional<double> number_of(const Json& value);

// The exp claim in seconds, when there is one that is a number.
std::optional<double> expiry_of(const JsonObject& claims);

}  // namespace socketcluster::auth
