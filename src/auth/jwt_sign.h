// SPDX-License-Identifier: MIT
// Makes JSON Web Tokens (RFC 7519) as the npm package jsonwebtoken 9 does: the same options,
// claims, order of members, and messages when an option is wrong. Thread rule: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include <socketcluster/json.h>

#include "auth/token.h"
#include "auth/token_keys.h"
#include "base/result.h"

namespace socketcluster::auth {

// Nothing, seconds (a whole number), or a text such as "2h" (timespan.h).
using Timespan = std::variant<std::monostate, double, std::string>;

// The options of jsonwebtoken's sign(), but for `algorithm`, which the keys decide.
struct SignOptions {
  Timespan expires_in;                 // adds exp
  Timespan not_before;                 // adds nbf
  Json audience;                       // adds aud: a string or an array; null: none
  std::optional<std::string> issuer;   // adds iss
  std::optional<std::string> subject;  // adds sub
  std::optional<std::string> jwtid;    // adds jti
  std::optional<std::string> keyid;    // adds kid to the header
  bool no_timestamp = false;           // leaves iat out
  JsonObject header;                   // further members of the header, or other values for them
};

// The same from JSON, with the original's names ("expiresIn", "audience", ...) and checks.
base::Result<SignOptions> sign_options_from_json(const JsonObject& options);

// The claims get `iat` (unless they have one) and what the options add; both that and an option for
// a claim that is already there are failures, as is a result above `max_token_bytes`.
base::Result<SignedToken> sign_token(const TokenKeys& keys, JsonObject claims,
                                     const SignOptions& options, WallTime now,
                                     std::size_t max_token_bytes = kDefaultMaxTokenBytes);

}  // namespace socketcluster::auth
