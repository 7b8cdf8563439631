// SPDX-License-Identifier: MIT
// Keys for the tests of this folder, made when they are first asked for, and tokens put together by
// hand, as no honest signer makes them.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key.h"
#include "auth/token.h"
#include "auth/token_keys.h"
#include "base/base64.h"

namespace socketcluster::auth::testing {

inline constexpr std::string_view kSecret = "a secret that is known to the tests only";
inline const WallTime kNow{std::chrono::seconds(1700000000)};

using PkeyPointer = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using BioPointer = std::unique_ptr<BIO, int (*)(BIO*)>;

struct PemPair {
  std::string private_key;
  std::string public_key;
};

inline PkeyPointer owned(EVP_PKEY* key) {
  return {key, EVP_PKEY_free};
}

inline std::string contents(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

inline std::string public_pem(EVP_PKEY* key) {
  const BioPointer bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key);
  return contents(bio.get());
}

inline std::string private_pem(EVP_PKEY* key) {
  const BioPointer bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return contents(bio.get());
}

inline PemPair pem_pair(EVP_PKEY* made) {
  const PkeyPointer key = owned(made);
  return {private_pem(key.get()), public_pem(key.get())};
}

inline PemPair ec_pair(const char* curve) {
  return pem_pair(EVP_EC_gen(curve));
}

// The same pair for the whole run: RSA takes its time.
inline const PemPair& rsa_pair() {
  static const PemPair pair = pem_pair(EVP_RSA_gen(2048));
  return pair;
}
inline const PemPair& p256_pair() {
  static const PemPair pair = ec_pair("P-256");
  return pair;
}
inline const PemPair& p384_pair() {
  static const PemPair pair = ec_pair("P-384");
  return pair;
}
inline const PemPair& p521_pair() {
  static const PemPair pair = ec_pair("P-521");
  return pair;
}
inline const PemPair& ed25519_pair() {
  static const PemPair pair = pem_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return pair;
}

// The pair that serves `algorithm`. REQUIRES: not HS*.
inline const PemPair& pair_for(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEs256:
      return p256_pair();
    case Algorithm::kEs384:
      return p384_pair();
    case Algorithm::kEs512:
      return p521_pair();
    case Algorithm::kEdDsa:
      return ed25519_pair();
    default:
      return rsa_pair();
  }
}

inline bool is_symmetric(Algorithm algorithm) {
  return algorithm <= Algorithm::kHs512;
}

inline std::vector<Algorithm> all_algorithms() {
  std::vector<Algorithm> all;
  for (std::size_t i = 0; i < kAlgorithmCount; ++i) all.push_back(static_cast<Algorithm>(i));
  return all;
}

inline TokenKeys load(const TokenKeyOptions& options) {
  base::SystemRandom random;
  return *TokenKeys::load(options, random);
}

inline TokenKeys secret_keys(std::string_view secret = kSecret) {
  TokenKeyOptions options;
  options.auth_key = secret;
  return load(options);
}

inline TokenKeys pair_keys(const PemPair& pair) {
  TokenKeyOptions options;
  options.auth_private_key = pair.private_key;
  options.auth_public_key = pair.public_key;
  return load(options);
}

// Keys that sign with `algorithm`, and accept whatever the key can do.
inline TokenKeys keys_for(Algorithm algorithm) {
  TokenKeyOptions options;
  options.auth_algorithm = algorithm_name(algorithm);
  if (is_symmetric(algorithm)) {
    options.auth_key = kSecret;
  } else {
    options.auth_private_key = pair_for(algorithm).private_key;
    options.auth_public_key = pair_for(algorithm).public_key;
  }
  return load(options);
}

// header "." claims, both encoded.
inline std::string signing_input(std::string_view header, std::string_view claims) {
  return base::base64url_encode(header) + '.' + base::base64url_encode(claims);
}

// `input` with its signature behind it. REQUIRES: the key serves the algorithm.
inline std::string sign_text(const Key& key, Algorithm algorithm, const std::string& input) {
  return input + '.' + base::base64url_encode(*key.sign(algorithm, input));
}

// A token of any header and claims, signed with HS256 and kSecret.
inline std::string hs256_token(std::string_view header, std::string_view claims) {
  return sign_text(**secret_key(kSecret), Algorithm::kHs256, signing_input(header, claims));
}

inline constexpr std::string_view kHs256Header = R"({"alg":"HS256","typ":"JWT"})";

}  // namespace socketcluster::auth::testing
