// SPDX-License-Identifier: MIT
// JwtEngine: JSON Web Tokens with the keys of the server's options. Calls back within the call, so
// that #setAuthToken goes out before the answer of the handler that caused it. Thread rule: one
// loop, as every engine.
#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include "auth/auth_engine.h"
#include "auth/jwt_verify.h"
#include "auth/token_keys.h"

namespace socketcluster::auth {

struct JwtEngineOptions {
  std::chrono::seconds default_expiry{86400};  // `authDefaultExpiry`
  VerifyOptions verify;                        // max_token_bytes is the limit for signing too
};

class JwtEngine final : public AuthEngine {
 public:
  explicit JwtEngine(TokenKeys keys, JwtEngineOptions options = {})
      : keys_(std::move(keys)), options_(std::move(options)) {}

  void verify(std::string_view token, WallTime now, OnVerified done) override;

  // An exp in the claims wins over options.expires_in, and that over default_expiry.
  void sign(JsonObject claims, SignOptions options, WallTime now, OnSigned done) override;

  // The same without callbacks.
  Verdict verify_now(std::string_view token, WallTime now) const;
  base::Result<SignedToken> sign_now(JsonObject claims, SignOptions options, WallTime now) const;

  const TokenKeys& keys() const { return keys_; }

 private:
  TokenKeys keys_;
  JwtEngineOptions options_;
};

}  // namespace socketcluster::auth
