// SPDX-License-Identifier: MIT
// Verifies JSON Web Tokens (RFC 7519, RFC 7515 section 5.2, RFC 8725) from peers that may be
// hostile.
//
//   token  = base64url(header) "." base64url(claims) "." base64url(signature)
//
// The order: length, form, header, algorithm, signature, and only then what the claims say. Nothing
// of an unsigned text is turned into values. Messages are jsonwebtoken's. Stricter than that
// package: base64url must be canonical, `crit` is refused (RFC 7515 section 4.1.11), the claims
// must be an object, and depth and length are limited. Thread rule: pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "auth/token.h"
#include "auth/token_keys.h"

namespace socketcluster::auth {

struct VerifyOptions {
  std::chrono::seconds clock_tolerance{0};  // for exp and nbf
  std::vector<std::string> audience;        // one of them must be in aud; empty: not checked
  std::vector<std::string> issuer;          // one of them must be iss; empty: not checked
  std::string subject;                      // must be sub; empty: not checked
  std::string jwtid;                        // must be jti; empty: not checked
  std::size_t max_token_bytes = kDefaultMaxTokenBytes;
};

Verdict verify_token(const TokenKeys& keys, std::string_view token, const VerifyOptions& options,
                     WallTime now);

}  // namespace socketcluster::auth
