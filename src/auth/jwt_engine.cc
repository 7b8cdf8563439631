// SPDX-License-Identifier: MIT
#include "auth/jwt_engine.h"

namespace socketcluster::auth {

void JwtEngine::verify(std::string_view token, WallTime now, OnVerified done) {
  done(verify_now(token, now));
}

void JwtEngine::sign(JsonObject claims, SignOptions options, WallTime now, OnSigned done) {
  done(sign_now(std::move(claims), std::move(options), now));
}

Verdict JwtEngine::verify_now(std::string_view token, WallTime now) const {
  return verify_token(keys_, token, options_.verify, now);
}

base::Result<SignedToken> JwtEngine::sign_now(JsonObject claims, SignOptions options,
                                              WallTime now) const {
  const Json* expiry = claims.if_contains("exp");
  if (expiry != nullptr && !expiry->is_null()) {
    options.expires_in = {};
  } else if (std::holds_alternative<std::monostate>(options.expires_in)) {
    options.expires_in = static_cast<double>(options_.default_expiry.count());
  }
  return sign_token(keys_, std::move(claims), options, now, options_.verify.max_token_bytes);
}

}  // namespace socketcluster::auth
