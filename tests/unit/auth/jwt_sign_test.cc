// SPDX-License-Identifier: MIT
#include "auth/jwt_sign.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "auth/jwt_verify.h"
#include "unit/auth/test_keys.h"

namespace socketcluster::auth {
namespace {

using namespace testing;  // NOLINT: keys for tests

constexpr std::int64_t kSeconds = 1700000000;  // kNow

struct Parts {
  std::string header;
  std::string claims;
};

Parts parts_of(const std::string& token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  return {*base::base64url_decode(token.substr(0, first)),
          *base::base64url_decode(token.substr(first + 1, second - first - 1))};
}

base::Result<SignedToken> sign(JsonObject claims, const SignOptions& options = {}) {
  return sign_token(secret_keys(), std::move(claims), options, kNow);
}

std::string claims_text(JsonObject claims, const SignOptions& options = {}) {
  const auto token = sign(std::move(claims), options);
  return token ? parts_of(token->text).claims : token.error().text;
}

std::string header_text(const SignOptions& options) {
  const auto token = sign({}, options);
  return token ? parts_of(token->text).header : token.error().text;
}

SignOptions expires_in(Timespan span) {
  SignOptions options;
  options.expires_in = std::move(span);
  return options;
}

SignOptions not_before(Timespan span) {
  SignOptions options;
  options.not_before = std::move(span);
  return options;
}

TEST(JwtSign, WritesTheHeaderByteForByte) {
  EXPECT_EQ(header_text({}), R"({"alg":"HS256","typ":"JWT"})");
  for (const Algorithm algorithm : all_algorithms()) {
    const auto token = sign_token(keys_for(algorithm), {}, {}, kNow);
    ASSERT_TRUE(token.has_value());
    EXPECT_EQ(parts_of(token->text).header,
              R"({"alg":")" + std::string(algorithm_name(algorithm)) + R"(","typ":"JWT"})");
  }
}

TEST(JwtSign, MakesTokensThatVerifyForEveryAlgorithm) {
  for (const Algorithm algorithm : all_algorithms()) {
    SCOPED_TRACE(algorithm_name(algorithm));
    const TokenKeys keys = keys_for(algorithm);
    const auto token = sign_token(keys, {{"user", "alice"}}, expires_in(60.0), kNow);
    ASSERT_TRUE(token.has_value());
    const Verdict verdict = verify_token(keys, token->text, {}, kNow);
    ASSERT_TRUE(verdict.is_good()) << verdict.error().message;
    EXPECT_EQ(verdict.claims(), token->claims);
    EXPECT_EQ(verdict.claims(),
              (JsonObject{{"user", "alice"}, {"iat", kSeconds}, {"exp", kSeconds + 60}}));
  }
}

TEST(JwtSign, AddsTheTimeOfIssueInWholeSeconds) {
  EXPECT_EQ(claims_text({{"a", 1}}), R"({"a":1,"iat":1700000000})");
  const auto later = sign_token(secret_keys(), {}, {}, kNow + std::chrono::milliseconds(999));
  EXPECT_EQ(later->claims.at("iat"), kSeconds);
}

TEST(JwtSign, KeepsAGivenTimeOfIssue) {
  EXPECT_EQ(claims_text({{"iat", 100}, {"a", 1}}, expires_in(10.0)),
            R"({"iat":100,"a":1,"exp":110})");
  EXPECT_EQ(claims_text({{"iat", 0}}), R"({"iat":1700000000})");
}

TEST(JwtSign, LeavesTheTimeOfIssueOut) {
  SignOptions options = expires_in(10.0);
  options.no_timestamp = true;
  EXPECT_EQ(claims_text({{"a", 1}}, options), R"({"a":1,"exp":1700000010})");
  EXPECT_EQ(claims_text({{"a", 1}, {"iat", 100}}, options), R"({"a":1,"exp":110})");
}

TEST(JwtSign, CountsExpiryFromTheTimeOfIssue) {
  const struct {
    Timespan span;
    std::int64_t seconds;
  } rows[] = {{60.0, 60},         {0.0, 0},     {-5.0, -5},      {"2h", 7200},
              {"7 days", 604800}, {"10", 0},    {"1.5h", 5400},  {"-3 days", -259200},
              {"1500", 1},        {"-1ms", -1}, {"1y", 31557600}};
  for (const auto& row : rows) {
    EXPECT_EQ(sign({}, expires_in(row.span))->claims.at("exp"), kSeconds + row.seconds);
    EXPECT_EQ(sign({}, not_before(row.span))->claims.at("nbf"), kSeconds + row.seconds);
  }
}

TEST(JwtSign, AddsNamedClaimsInOrder) {
  SignOptions options = expires_in(1.0);
  options.not_before = 2.0;
  options.audience = Json{"a", "b"};
  options.issuer = "i";
  options.subject = "s";
  options.jwtid = "j";
  EXPECT_EQ(
      claims_text({{"x", true}}, options),
      R"({"x":true,"iat":1700000000,"nbf":1700000002,"exp":1700000001,"aud":["a","b"],"iss":"i","sub":"s","jti":"j"})");
}

TEST(JwtSign, ExtendsTheHeader) {
  SignOptions options;
  options.keyid = "key \"1\"";
  options.header = {{"x5t", "abc"}, {"typ", "at+jwt"}};
  EXPECT_EQ(header_text(options),
            R"({"alg":"HS256","typ":"at+jwt","kid":"key \"1\"","x5t":"abc"})");
  options.header = {{"alg", "HS256"}};
  EXPECT_EQ(header_text(options), R"({"alg":"HS256","typ":"JWT","kid":"key \"1\""})");
}

TEST(JwtSign, RefusesAHeaderThatWouldNotVerify) {
  SignOptions options;
  options.header = {{"alg", "none"}};
  EXPECT_EQ(header_text(options), R"("alg" in "header" must be the algorithm of the keys)");
  options.header = {{"crit", {"exp"}}};
  EXPECT_EQ(header_text(options), R"("crit" in "header" is not supported)");
  options.header = {{"x", "\xff"}};
  EXPECT_EQ(header_text(options), "the header cannot be written as JSON");
}

TEST(JwtSign, SaysWhichSpanCannotBeRead) {
  const std::string plain = " should be a number of seconds or string representing a timespan";
  const std::string with_examples = plain + R"( eg: "1d", "20h", 60)";
  EXPECT_EQ(claims_text({}, expires_in("soon")), "\"expiresIn\"" + with_examples);
  EXPECT_EQ(claims_text({}, not_before("1e3")), "\"notBefore\"" + with_examples);
  EXPECT_EQ(claims_text({}, expires_in("")), "\"expiresIn\"" + plain);
  EXPECT_EQ(claims_text({}, expires_in(1.5)), "\"expiresIn\"" + plain);
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(claims_text({}, not_before(infinite)), "\"notBefore\"" + plain);
  EXPECT_EQ(claims_text({}, not_before(std::numeric_limits<double>::quiet_NaN())),
            "\"notBefore\"" + plain);
}

TEST(JwtSign, RefusesClaimsThatAreGivenTwice) {
  EXPECT_EQ(claims_text({{"exp", 1}}, expires_in(1.0)),
            R"(Bad "options.expiresIn" option the payload already has an "exp" property.)");
  EXPECT_EQ(claims_text({{"nbf", 1}}, not_before(1.0)),
            R"(Bad "options.notBefore" option the payload already has an "nbf" property.)");
  SignOptions options;
  options.audience = "a";
  EXPECT_EQ(claims_text({{"aud", "b"}}, options),
            R"(Bad "options.audience" option. The payload already has an "aud" property.)");
  options = {};
  options.issuer = "a";
  EXPECT_EQ(claims_text({{"iss", "b"}}, options),
            R"(Bad "options.issuer" option. The payload already has an "iss" property.)");
  options = {};
  options.subject = "a";
  EXPECT_EQ(claims_text({{"sub", "b"}}, options),
            R"(Bad "options.subject" option. The payload already has an "sub" property.)");
  options = {};
  options.jwtid = "a";
  EXPECT_EQ(claims_text({{"jti", "b"}}, options),
            R"(Bad "options.jwtid" option. The payload already has an "jti" property.)");
}

TEST(JwtSign, RefusesTimesThatAreNoNumbers) {
  for (const char* name : {"iat", "exp", "nbf"}) {
    for (const Json& value : {Json("1"), Json(nullptr), Json(true), Json(JsonArray{1})}) {
      EXPECT_EQ(claims_text({{name, value}}),
                '"' + std::string(name) + "\" should be a number of seconds");
    }
  }
}

TEST(JwtSign, RefusesAnAudienceOfAnotherType) {
  SignOptions options;
  options.audience = 5;
  EXPECT_EQ(claims_text({}, options), R"("audience" must be a string or array)");
}

TEST(JwtSign, RefusesClaimsThatJsonCannotExpress) {
  const std::string expected = "the claims cannot be written as JSON";
  EXPECT_EQ(claims_text({{"a", std::numeric_limits<double>::infinity()}}), expected);
  EXPECT_EQ(claims_text({{"a", std::numeric_limits<double>::quiet_NaN()}}), expected);
  EXPECT_EQ(claims_text({{"a", "\xc3"}}), expected);
  Json deep = 1;
  for (int i = 0; i < 128; ++i) deep = JsonArray{std::move(deep)};
  EXPECT_EQ(claims_text({{"a", deep}}), expected);
}

TEST(JwtSign, KeepsTheLimitOfTheToken) {
  const JsonObject claims = {{"a", std::string(100, 'x')}};
  const std::size_t size = sign(claims)->text.size();
  EXPECT_TRUE(sign_token(secret_keys(), claims, {}, kNow, size).has_value());
  const auto refused = sign_token(secret_keys(), claims, {}, kNow, size - 1);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().text,
            "the token is longer than " + std::to_string(size - 1) + " bytes");
}

}  // namespace
}  // namespace socketcluster::auth
