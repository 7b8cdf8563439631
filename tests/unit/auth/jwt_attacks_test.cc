// SPDX-License-Identifier: MIT
// Tokens that were made to be accepted wrongly.
#include <gtest/gtest.h>
#include <openssl/ecdsa.h>

#include <string>

#include "auth/ecdsa_signature.h"
#include "auth/jwt_sign.h"
#include "auth/jwt_verify.h"
#include "unit/auth/test_keys.h"

namespace socketcluster::auth {
namespace {

using namespace testing;  // NOLINT: keys for tests

std::string message_of(const TokenKeys& keys, std::string_view token) {
  const Verdict verdict = verify_token(keys, token, {}, kNow);
  return verdict.is_good() ? "" : verdict.error().message;
}

std::string message_of_header(std::string_view header, std::string_view claims = "{}") {
  return message_of(secret_keys(), hs256_token(header, claims));
}

std::string token_of(const TokenKeys& keys) {
  return sign_token(keys, {{"user", "alice"}}, {}, kNow)->text;
}

TEST(JwtAttacks, AlgorithmNone) {
  for (const char* name : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string header = R"({"alg":")" + std::string(name) + R"(","typ":"JWT"})";
    const std::string input = signing_input(header, R"({"user":"admin"})");
    for (const TokenKeys& keys : {secret_keys(), pair_keys(rsa_pair()), pair_keys(p256_pair())}) {
      EXPECT_EQ(message_of(keys, input + "."), "jwt signature is required");
      EXPECT_EQ(message_of(keys, input + ".AAAA"), "invalid algorithm");
    }
    EXPECT_EQ(message_of_header(header), "invalid algorithm");
  }
}

TEST(JwtAttacks, PublicKeyAsSecret) {
  const std::string input = signing_input(R"({"alg":"HS256","typ":"JWT"})", R"({"user":"admin"})");
  for (const PemPair* pair : {&rsa_pair(), &p256_pair(), &ed25519_pair()}) {
    // No Key takes a PEM for a secret, so the MAC is made with OpenSSL alone.
    unsigned char mac[EVP_MAX_MD_SIZE];
    std::size_t size = 0;
    ASSERT_NE(
        EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, pair->public_key.data(),
                  pair->public_key.size(), reinterpret_cast<const unsigned char*>(input.data()),
                  input.size(), mac, sizeof(mac), &size),
        nullptr);
    const std::string token =
        input + '.' + base::base64url_encode({reinterpret_cast<char*>(mac), size});
    EXPECT_EQ(message_of(pair_keys(*pair), token), "invalid algorithm");
  }
}

TEST(JwtAttacks, AlgorithmThatTheKeysDoNotAccept) {
  TokenKeyOptions options;
  options.auth_key = kSecret;
  options.auth_verify_algorithms = {"HS512"};
  EXPECT_EQ(message_of(load(options), hs256_token(kHs256Header, "{}")), "invalid algorithm");
  const TokenKeys rs256 = keys_for(Algorithm::kRs256);
  EXPECT_EQ(message_of(rs256, token_of(keys_for(Algorithm::kPs256))), "invalid algorithm");
}

TEST(JwtAttacks, HeaderThatNamesAnotherAlgorithmThanTheSignatures) {
  const KeyPointer key = *private_key_from_pem(rsa_pair().private_key);
  const std::string input = signing_input(R"({"alg":"RS256","typ":"JWT"})", "{}");
  const TokenKeys keys = pair_keys(rsa_pair());
  EXPECT_EQ(message_of(keys, sign_text(*key, Algorithm::kRs256, input)), "");
  for (const Algorithm other : {Algorithm::kRs384, Algorithm::kRs512, Algorithm::kPs256}) {
    EXPECT_EQ(message_of(keys, sign_text(*key, other, input)), "invalid signature");
  }
}

TEST(JwtAttacks, KeyOfSomebodyElse) {
  EXPECT_EQ(message_of(secret_keys("other"), token_of(secret_keys())), "invalid signature");
  EXPECT_EQ(message_of(pair_keys(ec_pair("P-256")), token_of(pair_keys(p256_pair()))),
            "invalid signature");
  EXPECT_EQ(message_of(pair_keys(p384_pair()), token_of(pair_keys(p256_pair()))),
            "invalid algorithm");
}

// Every character of a token, replaced by each of a few others: no other text may pass.
TEST(JwtAttacks, AnyCharacterChanged) {
  for (const Algorithm algorithm : {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kPs256,
                                    Algorithm::kEs256, Algorithm::kEdDsa}) {
    SCOPED_TRACE(algorithm_name(algorithm));
    const TokenKeys keys = keys_for(algorithm);
    const std::string good = token_of(keys);
    ASSERT_EQ(message_of(keys, good), "");
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const char c : std::string_view("AQ_=. ")) {
        if (good[i] == c) continue;
        std::string bad = good;
        bad[i] = c;
        EXPECT_NE(message_of(keys, bad), "") << i << " " << c;
      }
    }
  }
}

// The last character of base64url holds bits that are no part of the bytes.
TEST(JwtAttacks, SecondSpellingOfTheSameBytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const Algorithm algorithm : {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEs256}) {
    const TokenKeys keys = keys_for(algorithm);
    const std::string good = token_of(keys);
    int others = 0;
    for (const char c : kAlphabet) {
      std::string other = good;
      other.back() = c;
      if (other == good) continue;
      ++others;
      EXPECT_EQ(message_of(keys, other), "invalid signature");
    }
    EXPECT_EQ(others, 63);
  }
}

TEST(JwtAttacks, PaddingAndOtherAlphabets) {
  const TokenKeys keys = secret_keys();
  const std::string good = token_of(keys);
  const std::size_t dot = good.find('.');
  EXPECT_EQ(message_of(keys, good + "="), "invalid token");
  EXPECT_EQ(message_of(keys, good.substr(0, dot) + "==" + good.substr(dot)), "invalid token");
  for (const char c : std::string_view("+/ \t\r\n%")) {
    EXPECT_EQ(message_of(keys, good + c), "invalid token");
  }
  EXPECT_EQ(message_of(keys, good + ".e30"), "jwt malformed");
}

// Correctly signed, but with claims whose base64url is not canonical: "e30" and "e31" are both
// `{}`.
TEST(JwtAttacks, ClaimsWithBitsLeftOver) {
  const KeyPointer key = *secret_key(kSecret);
  const std::string header = base::base64url_encode(kHs256Header);
  EXPECT_EQ(message_of(secret_keys(), sign_text(*key, Algorithm::kHs256, header + ".e30")), "");
  EXPECT_EQ(message_of(secret_keys(), sign_text(*key, Algorithm::kHs256, header + ".e31")),
            "invalid token");
}

TEST(JwtAttacks, EcdsaSignatureAsDer) {
  const KeyPointer key = *private_key_from_pem(p256_pair().private_key);
  const std::string input = signing_input(R"({"alg":"ES256","typ":"JWT"})", "{}");
  const std::string raw = *key->sign(Algorithm::kEs256, input);
  const std::string der = der_from_raw(raw, 32);
  ASSERT_EQ(raw_from_der(der, 32), raw);
  const TokenKeys keys = pair_keys(p256_pair());
  EXPECT_EQ(message_of(keys, input + '.' + base::base64url_encode(raw)), "");
  EXPECT_EQ(message_of(keys, input + '.' + base::base64url_encode(der)), "invalid signature");
}

// r = s = 0 verified everything in a well known implementation.
TEST(JwtAttacks, EcdsaSignatureOfExtremeNumbers) {
  const std::string input = signing_input(R"({"alg":"ES256","typ":"JWT"})", "{}");
  const TokenKeys keys = pair_keys(p256_pair());
  for (const char byte : {'\x00', '\xff', '\x01', '\x80'}) {
    for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 96U, 132U}) {
      const std::string token = input + '.' + base::base64url_encode(std::string(size, byte));
      EXPECT_NE(message_of(keys, token), "") << size;
    }
  }
}

TEST(JwtAttacks, CriticalHeader) {
  EXPECT_EQ(message_of_header(R"({"alg":"HS256","crit":["exp"],"exp":1})"), "invalid token");
  EXPECT_EQ(message_of_header(R"({"alg":"HS256","crit":[]})"), "invalid token");
  EXPECT_EQ(message_of_header(R"({"alg":"HS256","\u0063rit":null})"), "invalid token");
  EXPECT_EQ(message_of_header(R"({"alg":"HS256","b64":false,"crit":["b64"]})"), "invalid token");
}

TEST(JwtAttacks, KeysInTheHeaderAreNotUsed) {
  EXPECT_EQ(
      message_of_header(R"({"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"},"jku":"http://x/"})"), "");
  const std::string input = signing_input(R"({"alg":"HS256","jwk":{"kty":"oct","k":"eA"}})", "{}");
  EXPECT_EQ(message_of(secret_keys(), sign_text(**secret_key("x"), Algorithm::kHs256, input)),
            "invalid signature");
}

TEST(JwtAttacks, LastOfEqualNamesCounts) {
  EXPECT_EQ(message_of_header(R"({"alg":"none","alg":"HS256"})"), "");
  EXPECT_EQ(message_of_header(R"({"alg":"HS256","alg":"none"})"), "invalid algorithm");
  EXPECT_EQ(message_of_header(R"({"alg":"HS256","\u0061lg":"none"})"), "invalid algorithm");
  EXPECT_EQ(message_of_header(R"({"alg":"HS256","alg":null})"), "invalid algorithm");
  EXPECT_EQ(message_of_header(kHs256Header, R"({"exp":1,"exp":1800000000})"), "");
  EXPECT_EQ(message_of_header(kHs256Header, R"({"exp":1800000000,"exp":1})"), "jwt expired");
  EXPECT_EQ(message_of_header(kHs256Header, R"({"exp":1800000000,"\u0065xp":1})"), "jwt expired");
}

TEST(JwtAttacks, AlgorithmThatIsNoSimpleString) {
  EXPECT_EQ(message_of_header(R"({"alg":"\u0048S256"})"), "");
  for (const char* value : {R"(["HS256"])", "1", "true", "null", "{}", R"("HS256 ")", R"("hs256")",
                            R"("HS256\u0000")"}) {
    EXPECT_EQ(message_of_header(R"({"alg":)" + std::string(value) + "}"), "invalid algorithm")
        << value;
  }
  EXPECT_EQ(message_of_header("{}"), "invalid algorithm");
}

TEST(JwtAttacks, HeaderThatIsNoObject) {
  for (const char* header : {"[]", "1", "true", R"("HS256")", R"([{"alg":"HS256"}])"}) {
    EXPECT_EQ(message_of_header(header), "invalid algorithm") << header;
  }
  for (const char* header : {"null", "false", "0", R"("")", "{", "x", R"({"alg":"HS256"}x)",
                             R"({"alg":"HS256",})", "{\"alg\":\"HS256\",\"x\":\"\xff\"}",
                             "\xef\xbb\xbf{\"alg\":\"HS256\"}", R"({alg:"HS256"})"}) {
    EXPECT_EQ(message_of_header(header), "invalid token") << header;
  }
}

TEST(JwtAttacks, ClaimsThatAreNoObject) {
  for (const char* claims :
       {"[]", "1", "null", "true", R"("text")", "{", "x", "{}{}", R"({"a":1,})", "{\"a\":\"\xff\"}",
        R"({"exp":1e400})", R"({"exp":NaN})", R"({"exp":Infinity})", R"({'exp':1})",
        "{\"a\":1 /* */}"}) {
    EXPECT_EQ(message_of_header(kHs256Header, claims), "invalid token") << claims;
  }
  EXPECT_EQ(message_of_header(kHs256Header, " {\"a\" : 1} \n"), "");
}

TEST(JwtAttacks, DeepNesting) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(message_of_header(kHs256Header, nested(128)), "");
  EXPECT_EQ(message_of_header(kHs256Header, nested(129)), "invalid token");
  EXPECT_EQ(message_of_header(kHs256Header, nested(20000)), "invalid token");
  const auto header = [&](std::size_t depth) {
    return R"({"alg":"HS256","x":)" + nested(depth - 1) + "}";
  };
  EXPECT_EQ(message_of_header(header(128)), "");
  EXPECT_EQ(message_of_header(header(129)), "invalid token");
  EXPECT_EQ(message_of_header(header(20000)), "invalid token");
}

TEST(JwtAttacks, ExpiredEvenIfWellSigned) {
  EXPECT_EQ(message_of_header(kHs256Header, R"({"exp":1})"), "jwt expired");
  EXPECT_EQ(message_of_header(kHs256Header, R"({"exp":0})"), "jwt expired");
  EXPECT_EQ(message_of_header(kHs256Header, R"({"exp":-0.0})"), "jwt expired");
}

// A wrong signature is told before anything that the claims say.
TEST(JwtAttacks, ClaimsOfUnsignedTokensAreNotRead) {
  const std::string input = signing_input(kHs256Header, R"({"exp":1})");
  EXPECT_EQ(message_of(secret_keys(), input + ".AAAA"), "invalid signature");
  EXPECT_EQ(message_of(secret_keys(), signing_input(kHs256Header, "no json") + ".AAAA"),
            "invalid signature");
}

}  // namespace
}  // namespace socketcluster::auth
