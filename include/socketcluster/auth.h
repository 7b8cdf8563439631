// SPDX-License-Identifier: MIT
// AuthEngine: how tokens are made and judged. The server's own engine uses JSON Web Tokens with the
// keys of the options; an application may bring another, for example one that asks a session store.
//
// Thread rule: called on the worker's loop thread; `done` is to be called there, exactly once, at
// once or later (Worker::post() brings you there). A socket that is gone by then does no harm.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <socketcluster/error.h>
#include <socketcluster/json.h>

namespace socketcluster {

struct AuthTokenOptions;

// What became of a token that a client presented.
struct VerifiedToken {
  // The claims of a good token; their `exp`, in seconds since 1970, ends the authentication.
  std::optional<JsonObject> claims;
  // Why it was refused, when there are no claims. Clients are told its message and one of the names
  // AuthTokenExpiredError (with its field `expiry`, a date of ISO 8601 as text, or null),
  // AuthTokenInvalidError, AuthTokenNotBeforeError (with `date`, likewise) and, for any other name,
  // AuthTokenError.
  std::optional<Error> error;
  // Whether the client shall forget a refused token.
  bool is_bad_token = true;
};

// A token that was made.
struct SignedAuthToken {
  std::string text;   // what the client gets
  JsonObject claims;  // what the server goes by
};

class AuthEngine {
 public:
  using OnVerified = std::function<void(VerifiedToken result)>;
  // Nothing: it could not be signed, and the socket is closed (4002).
  using OnSigned = std::function<void(std::optional<SignedAuthToken> token)>;

  // What verify() and sign() throw before they have called `done` counts as a refusal (the client
  // keeps its token) and as not signed.
  virtual ~AuthEngine() = default;
  // `token` is what a client sent, never empty.
  virtual void verify(const std::string& token, OnVerified done) = 0;
  virtual void sign(const JsonObject& claims, const AuthTokenOptions& options, OnSigned done) = 0;
};

}  // namespace socketcluster
