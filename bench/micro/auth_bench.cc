// SPDX-License-Identifier: MIT
// What a token costs: signing and verifying for each family of algorithms. The keys are made here.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "auth/jwt_sign.h"
#include "auth/jwt_verify.h"
#include "auth/token_keys.h"

namespace socketcluster::auth {
namespace {

const WallTime kNow{std::chrono::seconds(1700000000)};

struct PemPair {
  std::string private_key;
  std::string public_key;
};

std::string contents(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

PemPair pem_pair(EVP_PKEY* made) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(made, EVP_PKEY_free);
  const std::unique_ptr<BIO, int (*)(BIO*)> private_half(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<BIO, int (*)(BIO*)> public_half(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(private_half.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(public_half.get(), key.get());
  return {contents(private_half.get()), contents(public_half.get())};
}

TokenKeys load(const PemPair& pair) {
  base::SystemRandom random;
  TokenKeyOptions options;
  options.auth_private_key = pair.private_key;
  options.auth_public_key = pair.public_key;
  return *TokenKeys::load(options, random);
}

const TokenKeys& hs256() {
  static const TokenKeys keys = [] {
    base::SystemRandom random;
    return *TokenKeys::load({}, random);
  }();
  return keys;
}
const TokenKeys& rs256() {
  static const TokenKeys keys = load(pem_pair(EVP_RSA_gen(2048)));
  return keys;
}
const TokenKeys& es256() {
  static const TokenKeys keys = load(pem_pair(EVP_EC_gen("P-256")));
  return keys;
}
const TokenKeys& eddsa() {
  static const TokenKeys keys = load(pem_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
  return keys;
}

JsonObject claims() {
  return {{"username", "alice"}, {"groups", {"staff", "admin"}}, {"id", 18}};
}

SignOptions one_day() {
  SignOptions options;
  options.expires_in = 86400.0;
  return options;
}

using Keys = const TokenKeys& (*)();

void sign(benchmark::State& state, Keys keys_of) {
  const TokenKeys& keys = keys_of();
  const SignOptions options = one_day();
  bool is_signed = true;
  for (auto _ : state) {
    const auto token = sign_token(keys, claims(), options, kNow);
    is_signed = is_signed && token.has_value();
    benchmark::DoNotOptimize(token);
  }
  if (!is_signed) state.SkipWithError("not signed");
}

void verify(benchmark::State& state, Keys keys_of) {
  const TokenKeys& keys = keys_of();
  const std::string token = sign_token(keys, claims(), one_day(), kNow)->text;
  bool is_good = true;
  for (auto _ : state) {
    const Verdict verdict = verify_token(keys, token, {}, kNow);
    is_good = is_good && verdict.is_good();
    benchmark::DoNotOptimize(verdict);
  }
  if (!is_good) state.SkipWithError("not verified");
}

// A token of another secret: what a flood of bad tokens costs.
void refuse_hs256(benchmark::State& state) {
  base::SystemRandom random;
  const TokenKeys other = *TokenKeys::load({}, random);
  const std::string token = sign_token(other, claims(), one_day(), kNow)->text;
  bool is_refused = true;
  for (auto _ : state) {
    const Verdict verdict = verify_token(hs256(), token, {}, kNow);
    is_refused = is_refused && !verdict.is_good();
    benchmark::DoNotOptimize(verdict);
  }
  if (!is_refused) state.SkipWithError("not refused");
}

BENCHMARK_CAPTURE(sign, hs256, hs256);
BENCHMARK_CAPTURE(sign, rs256, rs256);
BENCHMARK_CAPTURE(sign, es256, es256);
BENCHMARK_CAPTURE(sign, eddsa, eddsa);
BENCHMARK_CAPTURE(verify, hs256, hs256);
BENCHMARK_CAPTURE(verify, rs256, rs256);
BENCHMARK_CAPTURE(verify, es256, es256);
BENCHMARK_CAPTURE(verify, eddsa, eddsa);
BENCHMARK(refuse_hs256);

}  // namespace
}  // namespace socketcluster::auth
