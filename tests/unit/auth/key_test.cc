// SPDX-License-Identifier: MIT
#include "auth/key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <string>

#include "unit/auth/test_keys.h"

namespace socketcluster::auth {
namespace {

using namespace testing;  // NOLINT: keys for tests
using ::testing::HasSubstr;

constexpr AlgorithmSet kRsa = {Algorithm::kRs256, Algorithm::kRs384, Algorithm::kRs512,
                               Algorithm::kPs256, Algorithm::kPs384, Algorithm::kPs512};

KeyPointer private_key(const PemPair& pair) {
  return *private_key_from_pem(pair.private_key);
}
KeyPointer public_key(const PemPair& pair) {
  return *public_key_from_pem(pair.public_key);
}

std::string secret_failure(std::string_view secret) {
  const auto key = secret_key(secret);
  return key ? "" : key.error().text;
}
std::string private_failure(std::string_view pem) {
  const auto key = private_key_from_pem(pem);
  return key ? "" : key.error().text;
}
std::string public_failure(std::string_view pem) {
  const auto key = public_key_from_pem(pem);
  return key ? "" : key.error().text;
}

TEST(Key, FixesItsAlgorithms) {
  EXPECT_EQ((*secret_key("s"))->algorithms(),
            (AlgorithmSet{Algorithm::kHs256, Algorithm::kHs384, Algorithm::kHs512}));
  EXPECT_EQ(public_key(rsa_pair())->algorithms(), kRsa);
  EXPECT_EQ(private_key(rsa_pair())->algorithms(), kRsa);
  EXPECT_EQ(public_key(p256_pair())->algorithms(), AlgorithmSet{Algorithm::kEs256});
  EXPECT_EQ(public_key(p384_pair())->algorithms(), AlgorithmSet{Algorithm::kEs384});
  EXPECT_EQ(public_key(p521_pair())->algorithms(), AlgorithmSet{Algorithm::kEs512});
  EXPECT_EQ(public_key(ed25519_pair())->algorithms(), AlgorithmSet{Algorithm::kEdDsa});
}

TEST(Key, VerifiesWhatItsOtherHalfSigned) {
  for (const Algorithm algorithm : all_algorithms()) {
    SCOPED_TRACE(algorithm_name(algorithm));
    const TokenKeys keys = keys_for(algorithm);
    const auto signature = keys.signing_key().sign(algorithm, "some text");
    ASSERT_TRUE(signature.has_value());
    EXPECT_TRUE(keys.verifying_key().verify(algorithm, "some text", *signature));
    EXPECT_FALSE(keys.verifying_key().verify(algorithm, "some texT", *signature));
    EXPECT_FALSE(keys.verifying_key().verify(algorithm, "", *signature));
  }
}

TEST(Key, RefusesASignatureWithAnyByteChangedOrCut) {
  for (const Algorithm algorithm : all_algorithms()) {
    SCOPED_TRACE(algorithm_name(algorithm));
    const TokenKeys keys = keys_for(algorithm);
    const std::string good = *keys.signing_key().sign(algorithm, "text");
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1);
      EXPECT_FALSE(keys.verifying_key().verify(algorithm, "text", bad)) << i;
    }
    // Views of the good one: whoever looks behind their end finds what fits.
    const std::string_view whole = good;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(keys.verifying_key().verify(algorithm, "text", whole.substr(0, size))) << size;
    }
    EXPECT_FALSE(keys.verifying_key().verify(algorithm, "text", whole.substr(1)));
    EXPECT_FALSE(keys.verifying_key().verify(algorithm, "text", good + '\0'));
  }
}

// One signature in 256 begins with a zero.
TEST(Key, RefusesASignatureWithoutItsLeadingZero) {
  const TokenKeys keys = keys_for(Algorithm::kRs256);
  std::string signature = "none yet";
  std::string text;
  for (int i = 0; signature.front() != '\0'; ++i) {
    text = std::to_string(i);
    signature = *keys.signing_key().sign(Algorithm::kRs256, text);
  }
  EXPECT_TRUE(keys.verifying_key().verify(Algorithm::kRs256, text, signature));
  EXPECT_FALSE(keys.verifying_key().verify(Algorithm::kRs256, text, signature.substr(1)));
}

TEST(Key, ServesNoOtherAlgorithm) {
  for (const Algorithm own : all_algorithms()) {
    const TokenKeys keys = keys_for(own);
    const std::string signature = *keys.signing_key().sign(own, "text");
    for (const Algorithm other : all_algorithms()) {
      if (other == own) continue;
      EXPECT_FALSE(keys.verifying_key().verify(other, "text", signature))
          << algorithm_name(own) << " as " << algorithm_name(other);
      EXPECT_EQ(keys.signing_key().sign(other, "text").has_value(),
                keys.signing_key().algorithms().contains(other));
    }
  }
}

TEST(Key, HalvesDoOnlyTheirOwnWork) {
  const std::string signature = *private_key(p256_pair())->sign(Algorithm::kEs256, "text");
  EXPECT_EQ(public_key(p256_pair())->sign(Algorithm::kEs256, "text"), std::nullopt);
  EXPECT_FALSE(private_key(p256_pair())->verify(Algorithm::kEs256, "text", signature));
}

TEST(Key, WritesEcdsaSignaturesWithFixedLengths) {
  const struct {
    Algorithm algorithm;
    std::size_t size;
  } rows[] = {{Algorithm::kEs256, 64}, {Algorithm::kEs384, 96}, {Algorithm::kEs512, 132}};
  for (const auto& row : rows) {
    const KeyPointer key = private_key(pair_for(row.algorithm));
    // Often enough to meet numbers with leading zeros.
    for (int i = 0; i < 300; ++i) {
      EXPECT_EQ(key->sign(row.algorithm, "text")->size(), row.size);
    }
  }
}

TEST(Key, RefusesSecretsThatAreEmptyOrPem) {
  EXPECT_EQ(secret_failure(""), "is empty");
  EXPECT_THAT(secret_failure(rsa_pair().public_key), HasSubstr("PEM"));
  EXPECT_EQ(secret_failure("x"), "");
  EXPECT_EQ(secret_failure(std::string_view("\0", 1)), "");
}

TEST(Key, SaysWhatIsWrongWithAPem) {
  EXPECT_THAT(private_failure("hello"), HasSubstr("not in PEM format"));
  EXPECT_THAT(public_failure(""), HasSubstr("not in PEM format"));
  EXPECT_THAT(public_failure(rsa_pair().private_key), HasSubstr("holds a private key"));
  EXPECT_THAT(private_failure(rsa_pair().public_key), HasSubstr("readable private key"));
  EXPECT_THAT(private_failure("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
              HasSubstr("readable private key"));
  EXPECT_THAT(public_failure("-----BEGIN PUBLIC KEY-----\n"), HasSubstr("readable public key"));
  EXPECT_THAT(public_failure("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
              HasSubstr("readable public key"));
  EXPECT_THAT(public_failure(std::string((1U << 20U) + 1, '-')), HasSubstr("too long"));
}

TEST(Key, RefusesEveryCutOfAPem) {
  const std::string& pem = p256_pair().private_key;
  for (std::size_t size = 0; size + 2 < pem.size(); ++size) {
    EXPECT_NE(private_failure(pem.substr(0, size)), "") << size;
  }
}

TEST(Key, RefusesAnEncryptedKeyWithoutAskingForThePassphrase) {
  const PkeyPointer key = owned(EVP_EC_gen("P-256"));
  const BioPointer bio(BIO_new(BIO_s_mem()), BIO_free);
  unsigned char passphrase[] = "abc";
  ASSERT_EQ(PEM_write_bio_PrivateKey(bio.get(), key.get(), EVP_aes_128_cbc(), passphrase, 3,
                                     nullptr, nullptr),
            1);
  EXPECT_THAT(private_failure(contents(bio.get())), HasSubstr("encrypted"));
}

TEST(Key, RefusesKeysThatAreTooWeakOrOfAnotherKind) {
  const PemPair weak = pem_pair(EVP_RSA_gen(1024));
  EXPECT_EQ(private_failure(weak.private_key), "has a minimum key size of 2048 bits for RSA");
  EXPECT_EQ(public_failure(weak.public_key), "has a minimum key size of 2048 bits for RSA");
  EXPECT_THAT(public_failure(ec_pair("secp256k1").public_key), HasSubstr("elliptic curve"));
  const PemPair exchange = pem_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  EXPECT_THAT(private_failure(exchange.private_key), HasSubstr("signs no tokens"));
  const PemPair ed448 = pem_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
  EXPECT_THAT(public_failure(ed448.public_key), HasSubstr("signs no tokens"));
}

TEST(Key, ReadsTheOlderFormsOfPem) {
  const PkeyPointer rsa = owned(EVP_RSA_gen(2048));
  const BioPointer private_half(BIO_new(BIO_s_mem()), BIO_free);
  const BioPointer public_half(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey_traditional(private_half.get(), rsa.get(), nullptr, nullptr, 0, nullptr,
                                       nullptr);
  unsigned char* der = nullptr;
  const int size = i2d_PublicKey(rsa.get(), &der);
  PEM_write_bio(public_half.get(), "RSA PUBLIC KEY", "", der, size);
  OPENSSL_free(der);
  const std::string private_text = contents(private_half.get());
  ASSERT_THAT(private_text, HasSubstr("BEGIN RSA PRIVATE KEY"));
  const std::string signature =
      *(*private_key_from_pem(private_text))->sign(Algorithm::kRs256, "t");
  EXPECT_TRUE((*public_key_from_pem(contents(public_half.get())))
                  ->verify(Algorithm::kRs256, "t", signature));

  const PkeyPointer ec = owned(EVP_EC_gen("P-256"));
  const BioPointer sec1(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey_traditional(sec1.get(), ec.get(), nullptr, nullptr, 0, nullptr, nullptr);
  EXPECT_EQ(private_failure(contents(sec1.get())), "");
}

TEST(Key, TakesThePublicKeyOutOfACertificate) {
  const PkeyPointer key = owned(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
  X509_set_pubkey(certificate.get(), key.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
  ASSERT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
  const BioPointer bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(bio.get(), certificate.get());
  const std::string signature =
      *(*private_key_from_pem(private_pem(key.get())))->sign(Algorithm::kEs256, "t");
  EXPECT_TRUE(
      (*public_key_from_pem(contents(bio.get())))->verify(Algorithm::kEs256, "t", signature));
}

TEST(Key, AnRsaPssKeyServesOnlyPss) {
  const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  ASSERT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 2048), 1);
  ASSERT_EQ(EVP_PKEY_generate(context.get(), &made), 1);
  const PemPair pair = pem_pair(made);
  const KeyPointer key = private_key(pair);
  EXPECT_EQ(key->algorithms(),
            (AlgorithmSet{Algorithm::kPs256, Algorithm::kPs384, Algorithm::kPs512}));
  EXPECT_TRUE(public_key(pair)->verify(Algorithm::kPs256, "t", *key->sign(Algorithm::kPs256, "t")));
}

TEST(Key, LeavesTheErrorQueueOfOpensslAlone) {
  ERR_clear_error();
  static_cast<void>(public_failure("-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_FALSE(public_key(rsa_pair())->verify(Algorithm::kRs256, "t", "no signature"));
  EXPECT_FALSE(public_key(p256_pair())->verify(Algorithm::kEs256, "t", std::string(64, '\0')));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace socketcluster::auth
