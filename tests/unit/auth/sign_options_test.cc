// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "auth/jwt_sign.h"

namespace socketcluster::auth {
namespace {

std::string failure_of(const JsonObject& options) {
  const auto read = sign_options_from_json(options);
  return read ? "" : read.error().text;
}

TEST(SignOptions, ReadsAllThatSigningKnows) {
  const auto options = sign_options_from_json({{"expiresIn", 60},
                                               {"notBefore", "2 days"},
                                               {"audience", {"a", "b"}},
                                               {"issuer", "i"},
                                               {"subject", "s"},
                                               {"jwtid", "j"},
                                               {"keyid", "k"},
                                               {"noTimestamp", true},
                                               {"header", {{"x", 1}}}});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->expires_in, Timespan(60.0));
  EXPECT_EQ(options->not_before, Timespan("2 days"));
  EXPECT_EQ(options->audience, (Json{"a", "b"}));
  EXPECT_EQ(options->issuer, "i");
  EXPECT_EQ(options->subject, "s");
  EXPECT_EQ(options->jwtid, "j");
  EXPECT_EQ(options->keyid, "k");
  EXPECT_TRUE(options->no_timestamp);
  EXPECT_EQ(options->header, (JsonObject{{"x", 1}}));
}

TEST(SignOptions, AcceptsWhatMeansNothingHere) {
  EXPECT_EQ(failure_of({{"encoding", "utf8"},
                        {"mutatePayload", true},
                        {"allowInsecureKeySizes", false},
                        {"allowInvalidAsymmetricKeyTypes", false}}),
            "");
}

TEST(SignOptions, TakesWholeNumbersInAnyForm) {
  EXPECT_EQ(failure_of({{"expiresIn", 60.0}}), "");
  EXPECT_EQ(failure_of({{"expiresIn", -1}}), "");
  EXPECT_EQ(failure_of({{"expiresIn", std::uint64_t{1} << 63U}}), "");
}

TEST(SignOptions, NamesWhatHasTheWrongType) {
  for (const char* name : {"expiresIn", "notBefore"}) {
    const std::string expected =
        '"' + std::string(name) +
        "\" should be a number of seconds or string representing a timespan";
    for (const Json& value : {Json(1.5), Json(nullptr), Json(""), Json(true), Json(JsonArray{})}) {
      EXPECT_EQ(failure_of({{name, value}}), expected) << value;
    }
  }
  for (const char* name : {"issuer", "subject", "jwtid", "keyid", "encoding"}) {
    EXPECT_EQ(failure_of({{name, 1}}), '"' + std::string(name) + "\" must be a string");
  }
  for (const char* name : {"noTimestamp", "mutatePayload", "allowInsecureKeySizes",
                           "allowInvalidAsymmetricKeyTypes"}) {
    EXPECT_EQ(failure_of({{name, 1}}), '"' + std::string(name) + "\" must be a boolean");
  }
  EXPECT_EQ(failure_of({{"audience", 1}}), "\"audience\" must be a string or array");
  EXPECT_EQ(failure_of({{"header", "x"}}), "\"header\" must be an object");
}

TEST(SignOptions, RefusesUnknownNames) {
  EXPECT_EQ(failure_of({{"expires", 1}}), "\"expires\" is not allowed in \"options\"");
  EXPECT_EQ(failure_of({{"algorithm", "HS256"}}), "\"algorithm\" is not allowed in \"options\"");
}

}  // namespace
}  // namespace socketcluster::auth
