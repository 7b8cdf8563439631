// SPDX-License-Identifier: MIT
#include "auth/jwt_engine.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "unit/auth/test_keys.h"

namespace socketcluster::auth {
namespace {

using namespace testing;  // NOLINT: keys for tests

constexpr std::int64_t kSeconds = 1700000000;  // kNow

JwtEngine make_engine(const JwtEngineOptions& options = {}) {
  return JwtEngine(secret_keys(), options);
}

JsonObject claims_of(const JwtEngine& engine, JsonObject claims, SignOptions options = {}) {
  const auto token = engine.sign_now(std::move(claims), std::move(options), kNow);
  return token ? token->claims : JsonObject{{"failure", token.error().text}};
}

TEST(JwtEngine, CallsBackWithinTheCall) {
  const std::unique_ptr<AuthEngine> engine = std::make_unique<JwtEngine>(secret_keys());
  std::optional<SignedToken> token;
  engine->sign({{"user", "alice"}}, {}, kNow,
               [&](base::Result<SignedToken> result) { token = *std::move(result); });
  ASSERT_TRUE(token.has_value());
  std::optional<Verdict> verdict;
  engine->verify(token->text, kNow, [&](Verdict result) { verdict = std::move(result); });
  ASSERT_TRUE(verdict.has_value());
  ASSERT_TRUE(verdict->is_good());
  EXPECT_EQ(verdict->claims(), token->claims);
}

TEST(JwtEngine, ExpiresAfterADayUnlessToldOtherwise) {
  EXPECT_EQ(claims_of(make_engine(), {}),
            (JsonObject{{"iat", kSeconds}, {"exp", kSeconds + 86400}}));
  JwtEngineOptions options;
  options.default_expiry = std::chrono::seconds(5);
  EXPECT_EQ(claims_of(make_engine(options), {}).at("exp"), kSeconds + 5);
  SignOptions two_hours;
  two_hours.expires_in = "2h";
  EXPECT_EQ(claims_of(make_engine(options), {}, two_hours).at("exp"), kSeconds + 7200);
}

TEST(JwtEngine, ClaimsWithAnExpiryWin) {
  SignOptions two_hours;
  two_hours.expires_in = "2h";
  EXPECT_EQ(claims_of(make_engine(), {{"exp", 1800000000}}, two_hours),
            (JsonObject{{"exp", 1800000000}, {"iat", kSeconds}}));
  EXPECT_EQ(claims_of(make_engine(), {{"exp", 1800000000}}).at("exp"), 1800000000);
}

TEST(JwtEngine, GivesFailuresToTheCaller) {
  SignOptions options;
  options.expires_in = "tomorrow";
  EXPECT_EQ(
      claims_of(make_engine(), {}, options).at("failure"),
      R"("expiresIn" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60)");
  EXPECT_EQ(claims_of(make_engine(), {{"exp", nullptr}}).at("failure"),
            R"("exp" should be a number of seconds)");
}

TEST(JwtEngine, AppliesItsChecksAndLimits) {
  JwtEngineOptions options;
  options.verify.issuer = {"us"};
  options.verify.max_token_bytes = 300;
  const JwtEngine engine = make_engine(options);
  const std::string foreign = engine.sign_now({}, {}, kNow)->text;
  EXPECT_EQ(engine.verify_now(foreign, kNow).error().message, "jwt issuer invalid. expected: us");
  EXPECT_EQ(claims_of(engine, {{"a", std::string(300, 'x')}}).at("failure"),
            "the token is longer than 300 bytes");
}

}  // namespace
}  // namespace socketcluster::auth
