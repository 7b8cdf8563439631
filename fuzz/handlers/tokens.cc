// SPDX-License-Identifier: MIT
#include "handlers/tokens.h"

#include <array>
#include <chrono>

#include <socketcluster/json.h>

#include "auth/jwt_sign.h"
#include "base/assert.h"
#include "base/random.h"

namespace socketcluster::fuzz {

const auth::TokenKeys& keys() {
  static const auth::TokenKeys kKeys = [] {
    base::SystemRandom random;
    auth::TokenKeyOptions options;
    options.auth_key = "key";
    return *auth::TokenKeys::load(options, random);
  }();
  return kKeys;
}

namespace {

std::string make_token(const JsonObject& claims) {
  const auto token = auth::sign_token(keys(), claims, {}, std::chrono::system_clock::now());
  SC_ASSERT(token.has_value());
  return token->text;
}

}  // namespace

const std::string& token(std::size_t index) {
  static const std::array<std::string, 4> kTokens = {
      make_token({{"name", "ann"}, {"exp", 4'000'000'000}}), make_token({{"name", "bob"}}),
      make_token({{"name", "old"}, {"exp", 1'000'000'000}}), "a.b.c"};
  return kTokens[index % kTokens.size()];
}
}  // namespace socketcluster::fuzz
