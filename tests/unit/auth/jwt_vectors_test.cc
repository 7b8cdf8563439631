// SPDX-License-Identifier: MIT
// The published examples: RFC 7515 appendix A, RFC 7519 sections 3.1 and 6.1, RFC 8037 appendix A.
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <string>
#include <string_view>

#include "auth/jwt_verify.h"
#include "base/base64.h"
#include "unit/auth/test_keys.h"

namespace socketcluster::auth {
namespace {

using namespace testing;  // NOLINT: keys for tests

constexpr std::string_view kClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
const WallTime kBeforeExpiry{std::chrono::seconds(1300819379)};

std::string decoded(std::string_view text) {
  return *base::base64url_decode(text);
}

struct ParameterList {
  ParameterList() : builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free) {}

  std::string to_public_pem(const char* kind) {
    const std::unique_ptr<OSSL_PARAM, void (*)(OSSL_PARAM*)> list(
        OSSL_PARAM_BLD_to_param(builder.get()), OSSL_PARAM_free);
    const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
        EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context.get());
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, list.get());
    return public_pem(owned(key).get());
  }

  std::unique_ptr<OSSL_PARAM_BLD, void (*)(OSSL_PARAM_BLD*)> builder;
};

std::string rsa_public_pem(std::string_view n, std::string_view e) {
  const auto number = [](std::string_view text) {
    const std::string bytes = decoded(text);
    return std::unique_ptr<BIGNUM, void (*)(BIGNUM*)>(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()), nullptr),
        BN_free);
  };
  const auto modulus = number(n);
  const auto exponent = number(e);
  ParameterList list;
  OSSL_PARAM_BLD_push_BN(list.builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(list.builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return list.to_public_pem("RSA");
}

std::string p256_public_pem(std::string_view x, std::string_view y) {
  const std::string point = '\4' + decoded(x) + decoded(y);
  ParameterList list;
  OSSL_PARAM_BLD_push_utf8_string(list.builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(list.builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return list.to_public_pem("EC");
}

TEST(JwtVectors, Rfc7515A1AndRfc7519Section31) {
  const TokenKeys keys = secret_keys(decoded(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
  const std::string token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kClaims) +
                            ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const Verdict verdict = verify_token(keys, token, {}, kBeforeExpiry);
  ASSERT_TRUE(verdict.is_good()) << verdict.error().message;
  EXPECT_EQ(
      verdict.claims(),
      (JsonObject{{"iss", "joe"}, {"exp", 1300819380}, {"http://example.com/is_root", true}}));
  const Verdict late = verify_token(keys, token, {}, kBeforeExpiry + std::chrono::seconds(1));
  ASSERT_FALSE(late.is_good());
  EXPECT_EQ(late.error().fault, TokenFault::kExpired);
  EXPECT_EQ(late.error().date, "2011-03-22T18:43:00.000Z");
}

TEST(JwtVectors, Rfc7515A2Rs256) {
  const KeyPointer key = *public_key_from_pem(
      rsa_public_pem("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
                     "4qPCJrcS2mJPMEzP1Pt0Bm4d4Q"
                     "lL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
                     "bSf63kpaSHSXndS5z5rexMdbBY"
                     "UsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_"
                     "I5IhlJH7aGhyxXFvUK-DWNm"
                     "oudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
                     "AQAB"));
  const std::string signature = decoded(
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
      "O8W2Fp5juj"
      "Gbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
      "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe"
      "7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
      "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8"
      "np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
  const std::string input = "eyJhbGciOiJSUzI1NiJ9." + std::string(kClaims);
  EXPECT_TRUE(key->verify(Algorithm::kRs256, input, signature));
  EXPECT_FALSE(key->verify(Algorithm::kPs256, input, signature));
  EXPECT_FALSE(key->verify(Algorithm::kRs256, input + "x", signature));
}

TEST(JwtVectors, Rfc7515A3Es256) {
  const KeyPointer key =
      *public_key_from_pem(p256_public_pem("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                                           "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
  const std::string signature = decoded(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  const std::string input = "eyJhbGciOiJFUzI1NiJ9." + std::string(kClaims);
  EXPECT_TRUE(key->verify(Algorithm::kEs256, input, signature));
  EXPECT_FALSE(key->verify(Algorithm::kEs256, input + "x", signature));
}

TEST(JwtVectors, Rfc8037A4Ed25519) {
  const std::string seed = decoded("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  const PkeyPointer pkey = owned(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
  const std::string input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const std::string signature = decoded(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  EXPECT_EQ((*private_key_from_pem(private_pem(pkey.get())))->sign(Algorithm::kEdDsa, input),
            signature);
  EXPECT_TRUE(
      (*public_key_from_pem(public_pem(pkey.get())))->verify(Algorithm::kEdDsa, input, signature));
}

TEST(JwtVectors, Rfc7519Section61IsRefused) {
  const std::string token = "eyJhbGciOiJub25lIn0." + std::string(kClaims) + ".";
  const Verdict verdict = verify_token(secret_keys(), token, {}, kBeforeExpiry);
  ASSERT_FALSE(verdict.is_good());
  EXPECT_EQ(verdict.error().message, "jwt signature is required");
}

}  // namespace
}  // namespace socketcluster::auth
