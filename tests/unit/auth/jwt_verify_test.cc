// SPDX-License-Identifier: MIT
#include "auth/jwt_verify.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/auth/test_keys.h"

namespace socketcluster::auth {
namespace {

using namespace testing;  // NOLINT: keys for tests
using std::chrono::seconds;

Verdict verify_claims(std::string_view claims, const VerifyOptions& options = {},
                      WallTime now = kNow) {
  return verify_token(secret_keys(), hs256_token(kHs256Header, claims), options, now);
}

// "" for a good token.
std::string message_of(const Verdict& verdict) {
  if (verdict.is_good()) return "";
  EXPECT_TRUE(verdict.claims().empty());
  return verdict.error().message;
}

std::string message_for(std::string_view claims, const VerifyOptions& options = {}) {
  return message_of(verify_claims(claims, options));
}

TEST(JwtVerify, GivesTheClaims) {
  const Verdict verdict = verify_claims(R"({"user":"alice","n":[1,2.5,null]})");
  ASSERT_TRUE(verdict.is_good());
  EXPECT_EQ(verdict.claims(), (JsonObject{{"user", "alice"}, {"n", {1, 2.5, nullptr}}}));
}

TEST(JwtVerify, ExpiresInTheSecondOfItsExpiry) {
  EXPECT_EQ(message_for(R"({"exp":1700000001})"), "");
  const Verdict verdict = verify_claims(R"({"exp":1700000000})");
  ASSERT_FALSE(verdict.is_good());
  EXPECT_EQ(verdict.error().fault, TokenFault::kExpired);
  EXPECT_EQ(verdict.error().message, "jwt expired");
  EXPECT_EQ(verdict.error().date, "2023-11-14T22:13:20.000Z");
}

TEST(JwtVerify, ComparesWithWholeSeconds) {
  const auto later = [](int ms) { return kNow + std::chrono::milliseconds(ms); };
  EXPECT_EQ(message_of(verify_claims(R"({"exp":1700000000.5})", {}, later(999))), "");
  EXPECT_EQ(message_of(verify_claims(R"({"exp":1700000001})", {}, later(999))), "");
  EXPECT_EQ(message_of(verify_claims(R"({"exp":1700000001})", {}, later(1000))), "jwt expired");
}

TEST(JwtVerify, StartsInTheSecondOfItsBeginning) {
  EXPECT_EQ(message_for(R"({"nbf":1700000000})"), "");
  const Verdict verdict = verify_claims(R"({"nbf":4000000000})");
  ASSERT_FALSE(verdict.is_good());
  EXPECT_EQ(verdict.error().fault, TokenFault::kNotBefore);
  EXPECT_EQ(verdict.error().message, "jwt not active");
  EXPECT_EQ(verdict.error().date, "2096-10-02T07:06:40.000Z");
}

TEST(JwtVerify, NotBeingActiveComesBeforeExpiry) {
  EXPECT_EQ(message_for(R"({"exp":1,"nbf":4000000000})"), "jwt not active");
}

TEST(JwtVerify, ToleratesClocksThatDiffer) {
  VerifyOptions options;
  options.clock_tolerance = seconds(10);
  EXPECT_EQ(message_for(R"({"exp":1699999991})", options), "");
  EXPECT_EQ(message_for(R"({"exp":1699999990})", options), "jwt expired");
  EXPECT_EQ(message_for(R"({"nbf":1700000010})", options), "");
  EXPECT_EQ(message_for(R"({"nbf":1700000011})", options), "jwt not active");
}

TEST(JwtVerify, RefusesTimesThatAreNoNumbers) {
  for (const char* value : {R"("1800000000")", "null", "true", "[1800000000]", "{}", R"("")"}) {
    const std::string text = value;
    EXPECT_EQ(message_for(R"({"exp":)" + text + "}"), "invalid exp value") << text;
    EXPECT_EQ(message_for(R"({"nbf":)" + text + "}"), "invalid nbf value") << text;
  }
}

TEST(JwtVerify, LivesWithTimesBeyondAllDates) {
  EXPECT_EQ(message_for(R"({"exp":1e300})"), "");
  EXPECT_EQ(message_for(R"({"exp":18446744073709551615})"), "");
  const Verdict past = verify_claims(R"({"exp":-1e300})");
  EXPECT_EQ(message_of(past), "jwt expired");
  EXPECT_EQ(past.error().date, "");
  const Verdict future = verify_claims(R"({"nbf":9223372036854775807})");
  EXPECT_EQ(message_of(future), "jwt not active");
  EXPECT_EQ(future.error().date, "");
}

TEST(JwtVerify, FindsTheExpiryOfClaims) {
  EXPECT_EQ(expiry_of({{"exp", 5}}), 5.0);
  EXPECT_EQ(expiry_of({{"exp", 5.5}}), 5.5);
  EXPECT_EQ(expiry_of({{"exp", "5"}}), std::nullopt);
  EXPECT_EQ(expiry_of({}), std::nullopt);
}

TEST(JwtVerify, ChecksTheAudience) {
  VerifyOptions options;
  options.audience = {"a", "b"};
  EXPECT_EQ(message_for(R"({"aud":"b"})", options), "");
  EXPECT_EQ(message_for(R"({"aud":["x","a"]})", options), "");
  const std::string expected = "jwt audience invalid. expected: a or b";
  for (const char* claims : {"{}", R"({"aud":"c"})", R"({"aud":[]})", R"({"aud":[["a"]]})",
                             R"({"aud":null})", R"({"aud":"a b"})"}) {
    EXPECT_EQ(message_for(claims, options), expected) << claims;
  }
}

TEST(JwtVerify, ChecksTheIssuer) {
  VerifyOptions options;
  options.issuer = {"a", "b"};
  EXPECT_EQ(message_for(R"({"iss":"a"})", options), "");
  EXPECT_EQ(message_for(R"({"iss":"c"})", options), "jwt issuer invalid. expected: a,b");
  EXPECT_EQ(message_for(R"({"iss":["a"]})", options), "jwt issuer invalid. expected: a,b");
  EXPECT_EQ(message_for("{}", options), "jwt issuer invalid. expected: a,b");
}

TEST(JwtVerify, ChecksSubjectAndId) {
  VerifyOptions options;
  options.subject = "s";
  EXPECT_EQ(message_for(R"({"sub":"s"})", options), "");
  EXPECT_EQ(message_for(R"({"sub":"x"})", options), "jwt subject invalid. expected: s");
  options = {};
  options.jwtid = "j";
  EXPECT_EQ(message_for(R"({"jti":"j"})", options), "");
  EXPECT_EQ(message_for(R"({"jti":1})", options), "jwt jwtid invalid. expected: j");
}

TEST(JwtVerify, SaysWhatIsWrongWithTheForm) {
  const std::string good = hs256_token(kHs256Header, "{}");
  const struct {
    std::string token;
    const char* message;
  } rows[] = {{"", "jwt must be provided"},
              {"garbage", "jwt malformed"},
              {"a.b", "jwt malformed"},
              {good + ".", "jwt malformed"},
              {good + ".e30", "jwt malformed"},
              {"..", "invalid token"},
              {"a..c", "invalid token"},
              {".b.c", "invalid token"},
              {"a.b.c", "invalid token"},
              {" " + good, "invalid token"},
              {good + "\n", "invalid token"},
              {good + "=", "invalid token"},
              {std::string("a.b.c\0", 6), "invalid token"}};
  for (const auto& row : rows) {
    const Verdict verdict = verify_token(secret_keys(), row.token, {}, kNow);
    EXPECT_EQ(message_of(verdict), row.message) << row.token;
    EXPECT_EQ(verdict.error().fault, TokenFault::kInvalid);
    EXPECT_EQ(verdict.error().date, "");
  }
}

TEST(JwtVerify, KeepsTheLimitOfTheToken) {
  const std::string token = hs256_token(kHs256Header, "{}");
  VerifyOptions options;
  options.max_token_bytes = token.size();
  EXPECT_EQ(message_of(verify_token(secret_keys(), token, options, kNow)), "");
  options.max_token_bytes = token.size() - 1;
  EXPECT_EQ(message_of(verify_token(secret_keys(), token, options, kNow)),
            "jwt is longer than " + std::to_string(token.size() - 1) + " bytes");
  const std::string huge(kDefaultMaxTokenBytes + 1, '.');
  EXPECT_EQ(message_of(verify_token(secret_keys(), huge, {}, kNow)),
            "jwt is longer than 65536 bytes");
}

TEST(JwtVerify, RefusesEveryCutOfAToken) {
  const std::string token = hs256_token(kHs256Header, R"({"a":1})");
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_NE(message_of(verify_token(secret_keys(), token.substr(0, size), {}, kNow)), "") << size;
  }
}

}  // namespace
}  // namespace socketcluster::auth
