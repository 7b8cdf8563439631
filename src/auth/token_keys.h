// SPDX-License-Identifier: MIT
// TokenKeys: what the options authKey, authPrivateKey, authPublicKey, authAlgorithm and
// authVerifyAlgorithms come to: the key and algorithm that sign, the key and algorithms that
// verify. Thread rule: immutable; may be used from any thread. Copies share the keys.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "auth/algorithm.h"
#include "auth/key.h"
#include "base/random.h"
#include "base/result.h"

namespace socketcluster::auth {

// The options of the same names. A key pair goes before a secret.
struct TokenKeyOptions {
  std::string auth_key;          // empty: chosen at random
  std::string auth_private_key;  // PEM; both or none
  std::string auth_public_key;
  std::string auth_algorithm;                       // for signing; empty: what fits the key
  std::vector<std::string> auth_verify_algorithms;  // empty: see load()
};

// 32 bytes in hexadecimal digits, as the original makes its default for authKey.
std::string random_secret(base::RandomSource& random);

class TokenKeys {
 public:
  // Tokens are accepted that are signed with one of auth_verify_algorithms; if there are none, with
  // auth_algorithm; without that, with any algorithm of the key: HS256, HS384 and HS512 for a
  // secret, RS* and PS* for RSA, the curve's ES* for EC, EdDSA for Ed25519. The failure names the
  // option.
  static base::Result<TokenKeys> load(const TokenKeyOptions& options, base::RandomSource& random);

  Algorithm signing_algorithm() const { return signing_algorithm_; }
  AlgorithmSet accepted_algorithms() const { return accepted_; }
  const Key& signing_key() const { return *signing_key_; }
  const Key& verifying_key() const { return *verifying_key_; }

 private:
  TokenKeys(KeyPointer signing_key, KeyPointer verifying_key)
      : signing_key_(std::move(signing_key)), verifying_key_(std::move(verifying_key)) {}

  static base::Result<TokenKeys> load_secret(const TokenKeyOptions& options,
                                             base::RandomSource& random);
  static base::Result<TokenKeys> load_pair(const TokenKeyOptions& options);
  base::Status choose_algorithms(const TokenKeyOptions& options);

  KeyPointer signing_key_;
  KeyPointer verifying_key_;
  Algorithm signing_algorithm_ = Algorithm::kHs256;
  AlgorithmSet accepted_;
};

}  // namespace socketcluster::auth
