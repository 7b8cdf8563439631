// SPDX-License-Identifier: MIT
// Tokens. The first byte, modulo 7, chooses what the others are:
//
//   0  a token of a stranger: no key may take it
//   1  changes to a good token: no other text than the good one may be taken
//   2  claims of a token that is well signed: they must be survived, and refused or given as they
//   are 3  a header with a correct signature: only one that names the algorithm may be taken 4
//   claims and options to sign: what is signed verifies, with the claims that signing returned 5  a
//   PEM file 6  a span of time
//
// The keys are made at the start of each run; a seed cannot contain a signature.
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/iso_date.h"
#include "auth/jwt_sign.h"
#include "auth/jwt_verify.h"
#include "auth/timespan.h"
#include "auth/token_keys.h"
#include "base/base64.h"

namespace {

using namespace socketcluster;  // NOLINT: a program of one file
using namespace auth;           // NOLINT

const WallTime kNow{std::chrono::seconds(1700000000)};

void check(bool holds) {
  if (!holds) std::abort();
}

struct Signer {
  TokenKeys keys;
  std::string good_token;
};

std::string contents(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

TokenKeyOptions pair_options(EVP_PKEY* made) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(made, EVP_PKEY_free);
  const std::unique_ptr<BIO, int (*)(BIO*)> private_half(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<BIO, int (*)(BIO*)> public_half(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(private_half.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(public_half.get(), key.get());
  TokenKeyOptions options;
  options.auth_private_key = contents(private_half.get());
  options.auth_public_key = contents(public_half.get());
  return options;
}

Signer make_signer(const TokenKeyOptions& options) {
  base::SystemRandom random;
  TokenKeys keys = *TokenKeys::load(options, random);
  std::string token = sign_token(keys, {{"user", "alice"}, {"exp", 1800000000}}, {}, kNow)->text;
  return {std::move(keys), std::move(token)};
}

// A secret first.
const std::vector<Signer>& signers() {
  static const std::vector<Signer> all = [] {
    std::vector<Signer> made;
    made.push_back(make_signer({}));
    made.push_back(make_signer(pair_options(EVP_RSA_gen(2048))));
    made.push_back(make_signer(pair_options(EVP_EC_gen("P-256"))));
    made.push_back(make_signer(pair_options(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))));
    return made;
  }();
  return all;
}

void check_error(const Verdict& verdict) {
  if (verdict.is_good()) return;
  const TokenError& error = verdict.error();
  check(verdict.claims().empty() && !error.message.empty() && error.fault != TokenFault::kOther);
  check(error.date.empty() || error.fault != TokenFault::kInvalid);
}

void check_stranger(std::string_view token) {
  for (const Signer& signer : signers()) {
    const Verdict verdict = verify_token(signer.keys, token, {}, kNow);
    check_error(verdict);
    check(!verdict.is_good() && verdict.error().fault == TokenFault::kInvalid);
  }
}

// `edits`: whose token, then pairs of bytes: how far to go on, and what happens there.
void check_changes(std::string_view edits) {
  if (edits.empty()) return;
  const Signer& signer = signers()[static_cast<unsigned char>(edits[0]) % signers().size()];
  std::string token = signer.good_token;
  std::size_t at = 0;
  for (edits.remove_prefix(1); edits.size() >= 2; edits.remove_prefix(2)) {
    at = (at + static_cast<unsigned char>(edits[0])) % (token.size() + 1);
    const char c = edits[1];
    if (c == '<') {
      token.erase(at, 1);
    } else if (c == '>') {
      token.insert(at, 1, 'A');
    } else if (at < token.size()) {
      token[at] = c;
    }
  }
  const Verdict verdict = verify_token(signer.keys, token, {}, kNow);
  check_error(verdict);
  check(verdict.is_good() == (token == signer.good_token));
}

// Well signed with the secret.
std::string signed_token(std::string_view header, std::string_view claims) {
  std::string token = base::base64url_encode(header) + '.' + base::base64url_encode(claims);
  const std::string mac = *signers()[0].keys.signing_key().sign(Algorithm::kHs256, token);
  return token + '.' + base::base64url_encode(mac);
}

void check_claims(std::string_view claims) {
  VerifyOptions options;
  if (claims.starts_with('!')) {
    claims.remove_prefix(1);
    options.audience = {"a", "b"};
    options.issuer = {"i"};
    options.subject = "s";
    options.jwtid = "j";
  }
  const std::string token = signed_token(R"({"alg":"HS256","typ":"JWT"})", claims);
  const Verdict verdict = verify_token(signers()[0].keys, token, options, kNow);
  check_error(verdict);
  if (!verdict.is_good()) return;
  const Json value = boost::json::parse(claims);
  check(value.is_object() && value.get_object() == verdict.claims());
  const auto expiry = expiry_of(verdict.claims());
  check(verdict.claims().contains("exp") == expiry.has_value());
  check(!expiry.has_value() || *expiry > 1700000000);
}

void check_header(std::string_view header) {
  const Verdict verdict = verify_token(signers()[0].keys, signed_token(header, "{}"), {}, kNow);
  check_error(verdict);
  if (!verdict.is_good()) return;
  const Json value = boost::json::parse(header);
  check(value.is_object() && value.get_object().at("alg") == "HS256");
  check(!value.get_object().contains("crit"));
}

// {"claims":{...},"options":{...}}
void check_signing(std::string_view text) {
  boost::system::error_code error;
  const Json value = boost::json::parse(text, error);
  if (error || !value.is_object()) return;
  const Json* claims = value.get_object().if_contains("claims");
  const Json* options = value.get_object().if_contains("options");
  if (claims == nullptr || !claims->is_object() || options == nullptr || !options->is_object()) {
    return;
  }
  const auto read = sign_options_from_json(options->get_object());
  if (!read) return;
  const TokenKeys& keys = signers()[0].keys;
  const auto token = sign_token(keys, claims->get_object(), *read, kNow);
  if (!token) return;
  const Verdict verdict = verify_token(keys, token->text, {}, kNow);
  check_error(verdict);
  if (verdict.is_good()) {
    check(verdict.claims().size() == token->claims.size());
  } else {
    check(verdict.error().fault != TokenFault::kInvalid);
  }
}

void check_pem(std::string_view pem) {
  static_cast<void>(private_key_from_pem(pem).has_value());
  static_cast<void>(public_key_from_pem(pem).has_value());
}

void check_span(std::string_view text) {
  const auto ms = timespan_ms(text);
  if (!ms.has_value()) return;
  check(std::isfinite(*ms));
  const std::string date = iso_date(*ms / 1000);
  check(date.empty() || date.size() == 24 || date.size() == 27);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // In memory of exactly its size, so that reading behind the end is seen.
  const std::unique_ptr<char[]> bytes(new char[size]);
  std::string_view(reinterpret_cast<const char*>(data), size).copy(bytes.get(), size);
  const std::string_view rest(bytes.get() + 1, size - 1);
  constexpr std::array kChecks = {check_stranger, check_changes, check_claims, check_header,
                                  check_signing,  check_pem,     check_span};
  kChecks[data[0] % kChecks.size()](rest);
  return 0;
}
