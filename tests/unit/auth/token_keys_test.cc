// SPDX-License-Identifier: MIT
#include "auth/token_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/auth/test_keys.h"

namespace socketcluster::auth {
namespace {

using namespace testing;  // NOLINT: keys for tests
using ::testing::AllOf;
using ::testing::HasSubstr;

class CountingRandom final : public base::RandomSource {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

TokenKeyOptions options_of(const PemPair& pair) {
  TokenKeyOptions options;
  options.auth_private_key = pair.private_key;
  options.auth_public_key = pair.public_key;
  return options;
}

std::string failure_of(const TokenKeyOptions& options) {
  base::SystemRandom random;
  const auto keys = TokenKeys::load(options, random);
  return keys ? "" : keys.error().text;
}

TEST(Algorithm, NamesReadAsWritten) {
  for (const Algorithm algorithm : all_algorithms()) {
    EXPECT_EQ(algorithm_from_name(algorithm_name(algorithm)), algorithm);
  }
  for (const char* name :
       {"none", "None", "NONE", "", "hs256", "HS256 ", "HS1", "EDDSA", "ES256K"}) {
    EXPECT_EQ(algorithm_from_name(name), std::nullopt) << name;
  }
}

TEST(TokenKeys, MakesASecretOf32BytesWhenNoneIsGiven) {
  CountingRandom random;
  const std::string expected = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  EXPECT_EQ(random_secret(random), expected);

  CountingRandom again;
  const TokenKeys keys = *TokenKeys::load({}, again);
  const std::string mac = *keys.signing_key().sign(Algorithm::kHs256, "text");
  EXPECT_TRUE((*secret_key(expected))->verify(Algorithm::kHs256, "text", mac));
}

TEST(TokenKeys, ChoosesAlgorithmsThatFitTheKey) {
  EXPECT_EQ(secret_keys().signing_algorithm(), Algorithm::kHs256);
  EXPECT_EQ(secret_keys().accepted_algorithms().names(), "HS256, HS384, HS512");
  EXPECT_EQ(pair_keys(rsa_pair()).signing_algorithm(), Algorithm::kRs256);
  EXPECT_EQ(pair_keys(rsa_pair()).accepted_algorithms().names(),
            "RS256, RS384, RS512, PS256, PS384, PS512");
  EXPECT_EQ(pair_keys(p384_pair()).signing_algorithm(), Algorithm::kEs384);
  EXPECT_EQ(pair_keys(p384_pair()).accepted_algorithms().names(), "ES384");
  EXPECT_EQ(pair_keys(ed25519_pair()).accepted_algorithms().names(), "EdDSA");
}

TEST(TokenKeys, AcceptsOnlyTheSigningAlgorithmWhenOneIsChosen) {
  TokenKeyOptions options = options_of(rsa_pair());
  options.auth_algorithm = "PS256";
  EXPECT_EQ(load(options).signing_algorithm(), Algorithm::kPs256);
  EXPECT_EQ(load(options).accepted_algorithms().names(), "PS256");
}

TEST(TokenKeys, AcceptsTheListedAlgorithms) {
  TokenKeyOptions options;
  options.auth_key = kSecret;
  options.auth_algorithm = "HS512";
  options.auth_verify_algorithms = {"HS384", "HS256"};
  EXPECT_EQ(load(options).signing_algorithm(), Algorithm::kHs512);
  EXPECT_EQ(load(options).accepted_algorithms().names(), "HS256, HS384");
}

TEST(TokenKeys, RefusesAlgorithmsThatAreUnknownOrDoNotFit) {
  TokenKeyOptions secret;
  secret.auth_algorithm = "RS256";
  EXPECT_THAT(failure_of(secret),
              AllOf(HasSubstr("authAlgorithm"), HasSubstr("does not fit the key"),
                    HasSubstr("HS256, HS384, HS512")));
  secret.auth_algorithm = "none";
  EXPECT_THAT(failure_of(secret), AllOf(HasSubstr("authAlgorithm"), HasSubstr("not known")));
  secret.auth_algorithm.clear();
  secret.auth_verify_algorithms = {"HS256", "none"};
  EXPECT_THAT(failure_of(secret), AllOf(HasSubstr("authVerifyAlgorithms"), HasSubstr("none")));

  TokenKeyOptions pair = options_of(rsa_pair());
  pair.auth_verify_algorithms = {"RS256", "HS256"};
  EXPECT_THAT(failure_of(pair), AllOf(HasSubstr("authVerifyAlgorithms"), HasSubstr("HS256")));
}

TEST(TokenKeys, WantsBothHalvesOrNone) {
  TokenKeyOptions options = options_of(rsa_pair());
  options.auth_public_key.clear();
  EXPECT_EQ(failure_of(options),
            "The authPublicKey option must be specified if authPrivateKey is specified");
  options = options_of(rsa_pair());
  options.auth_private_key.clear();
  EXPECT_EQ(failure_of(options),
            "The authPrivateKey option must be specified if authPublicKey is specified");
}

TEST(TokenKeys, NamesTheOptionThatCannotBeRead) {
  TokenKeyOptions options = options_of(rsa_pair());
  options.auth_private_key = "nonsense";
  EXPECT_THAT(failure_of(options), HasSubstr("The authPrivateKey option is not in PEM format"));
  options = options_of(rsa_pair());
  options.auth_public_key = rsa_pair().private_key;
  EXPECT_THAT(failure_of(options), HasSubstr("The authPublicKey option holds a private key"));
  TokenKeyOptions secret;
  secret.auth_key = rsa_pair().private_key;
  EXPECT_THAT(failure_of(secret), HasSubstr("The authKey option is a secret"));
}

TEST(TokenKeys, RefusesHalvesOfDifferentPairs) {
  const std::string expected =
      "The authPrivateKey and authPublicKey options do not belong together";
  EXPECT_EQ(failure_of({"", p256_pair().private_key, ec_pair("P-256").public_key, "", {}}),
            expected);
  EXPECT_EQ(failure_of({"", p256_pair().private_key, rsa_pair().public_key, "", {}}), expected);
}

TEST(TokenKeys, PrefersThePairToASecret) {
  TokenKeyOptions options = options_of(p256_pair());
  options.auth_key = kSecret;
  EXPECT_EQ(load(options).accepted_algorithms().names(), "ES256");
}

}  // namespace
}  // namespace socketcluster::auth
