// SPDX-License-Identifier: MIT
// AuthEngine: makes and judges the tokens of one worker. jwt_engine.h is the one that is there; an
// application may bring its own, for example against a key server or a session store, to which a
// token is any text.
//
// Thread rule: called on the loop thread; `done` must be called there too, exactly once, within the
// call or later. Whoever waits may be gone by then: `done` knows that by itself. An engine that is
// destroyed with calls open must not keep them: it destroys their `done` uncalled.
#pragma once

#include <string_view>

#include <socketcluster/json.h>

#include "auth/jwt_sign.h"
#include "auth/token.h"
#include "base/result.h"
#include "base/unique_function.h"

namespace socketcluster::auth {

class AuthEngine {
 public:
  using OnVerified = base::UniqueFunction<void(Verdict)>;
  using OnSigned = base::UniqueFunction<void(base::Result<SignedToken>)>;

  AuthEngine() = default;
  AuthEngine(const AuthEngine&) = delete;
  AuthEngine& operator=(const AuthEngine&) = delete;
  virtual ~AuthEngine() = default;

  // `token` is what a client sent, valid for the call only; empty when it sent none. `now` is the
  // time of the request.
  virtual void verify(std::string_view token, WallTime now, OnVerified done) = 0;

  // A failure closes the socket that was to get the token (4002); its text goes to the log.
  virtual void sign(JsonObject claims, SignOptions options, WallTime now, OnSigned done) = 0;
};

}  // namespace socketcluster::auth
