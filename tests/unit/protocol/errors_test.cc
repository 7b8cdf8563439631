// SPDX-License-Identifier: MIT
// The expected texts are those of the recorded servers 14.7.2 and 20.0.1.
#include "protocol/errors.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>
#include <string_view>

#include "json/scanner.h"

namespace socketcluster::protocol {
namespace {

constexpr Dialect kV1 = Dialect::kV1;
constexpr Dialect kV2 = Dialect::kV2;
constexpr std::string_view kId = "wvs1YqAbmU8e0zD_AAAI";

json::RawValue value_of(std::string_view text) {
  json::Scanner scanner(text);
  json::RawValue value;
  EXPECT_TRUE(scanner.take_value(value)) << text;
  return value;
}

TEST(Errors, BadSubscribeChannel) {
  EXPECT_EQ(
      error_json(bad_subscribe_channel_error(kV1, kId, value_of("5"))),
      R"({"message":"Failed to subscribe socket to the 5 channel - Socket wvs1YqAbmU8e0zD_AAAI provided an invalid channel name","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(bad_subscribe_channel_error(kV1, kId, {})),
      R"({"message":"Failed to subscribe socket to the undefined channel - Socket wvs1YqAbmU8e0zD_AAAI provided an invalid channel name","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(bad_subscribe_channel_error(kV1, kId, value_of(R"(["a","b"])"))),
      R"({"message":"Failed to subscribe socket to the a,b channel - Socket wvs1YqAbmU8e0zD_AAAI provided an invalid channel name","name":"BrokerError"})");
  EXPECT_EQ(error_json(bad_subscribe_channel_error(kV2, kId, value_of("5"))),
            R"({"message":"Subscribe channel name was malformatted","name":"InvalidActionError"})");
}

TEST(Errors, ChannelLimit) {
  EXPECT_EQ(
      error_json(channel_limit_error(kV1, kId, "three", 2)),
      R"({"message":"Failed to subscribe socket to the three channel - Socket wvs1YqAbmU8e0zD_AAAI tried to exceed the channel subscription limit of 2","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(channel_limit_error(kV2, kId, "three", 2)),
      R"({"message":"Failed to subscribe socket to the three channel - InvalidActionError: Socket wvs1YqAbmU8e0zD_AAAI tried to exceed the channel subscription limit of 2","name":"BrokerError"})");
}

TEST(Errors, Unsubscribe) {
  EXPECT_EQ(
      error_json(not_subscribed_error(kV1, kId, "never")),
      R"({"message":"Failed to unsubscribe socket from the never channel - Socket wvs1YqAbmU8e0zD_AAAI tried to unsubscribe from a channel which it is not subscribed to","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(not_subscribed_error(kV2, kId, "never")),
      R"({"message":"Failed to unsubscribe socket from the never channel - InvalidActionError: Socket wvs1YqAbmU8e0zD_AAAI tried to unsubscribe from a channel which it is not subscribed to","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(bad_unsubscribe_channel_error(kV1, kId, value_of(R"(["strchan"])"))),
      R"({"message":"Failed to unsubscribe socket from the strchan channel - Socket wvs1YqAbmU8e0zD_AAAI tried to unsubscribe from an invalid channel name","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(bad_unsubscribe_channel_error(kV1, kId, {})),
      R"({"message":"Failed to unsubscribe socket from the undefined channel - Socket wvs1YqAbmU8e0zD_AAAI tried to unsubscribe from an invalid channel name","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(bad_unsubscribe_channel_error(kV1, kId, value_of("null"))),
      R"({"message":"Failed to unsubscribe socket from the null channel - Socket wvs1YqAbmU8e0zD_AAAI tried to unsubscribe from an invalid channel name","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(bad_unsubscribe_channel_error(kV2, kId, {})),
      R"({"message":"Unsubscribe channel name was malformatted","name":"InvalidActionError"})");
}

TEST(Errors, Publish) {
  EXPECT_EQ(
      error_json(bad_publish_channel_error(kV1, kId, value_of("5"))),
      R"({"message":"Socket wvs1YqAbmU8e0zD_AAAI tried to publish to an invalid 5 channel","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(bad_publish_channel_error(kV1, kId, {})),
      R"({"message":"Socket wvs1YqAbmU8e0zD_AAAI tried to publish to an invalid undefined channel","name":"BrokerError"})");
  EXPECT_EQ(error_json(bad_publish_channel_error(kV2, kId, {})),
            R"({"message":"Publish channel name was malformatted","name":"InvalidActionError"})");
  EXPECT_EQ(error_json(publish_disabled_error()),
            R"({"message":"Client publish feature is disabled","name":"InvalidActionError"})");
}

TEST(Errors, BrokerAndEarlySubscription) {
  EXPECT_EQ(error_json(broker_error("it broke")), R"({"message":"it broke","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(subscribe_failed_error("a", "it broke")),
      R"({"message":"Failed to subscribe socket to the a channel - it broke","name":"BrokerError"})");
  EXPECT_EQ(
      error_json(subscribe_before_handshake_error()),
      R"({"message":"Cannot subscribe socket to a channel before it has completed the handshake","name":"InvalidActionError"})");
}

TEST(Errors, SilentBlock) {
  EXPECT_EQ(
      error_json(silent_block_error(kV1, "publishIn", "")),
      R"({"message":"Action was silently blocked by publishIn middleware","name":"SilentMiddlewareBlockedError","type":"publishIn"})");
  EXPECT_EQ(
      error_json(silent_block_error(kV2, "publishIn", "inbound")),
      R"({"message":"The publishIn AGAction was blocked by inbound middleware","name":"SilentMiddlewareBlockedError","type":"inbound"})");
}

TEST(Errors, Tokens) {
  EXPECT_EQ(error_json(token_error(kV1, ErrorName::kAuthTokenInvalid, "jwt malformed", {},
                                   BadToken::kYes)),
            R"({"message":"jwt malformed","name":"AuthTokenInvalidError"})");
  EXPECT_EQ(error_json(token_error(kV2, ErrorName::kAuthTokenInvalid, "jwt malformed", {},
                                   BadToken::kYes)),
            R"({"message":"jwt malformed","name":"AuthTokenInvalidError","isBadToken":true})");
  EXPECT_EQ(
      error_json(token_error(kV2, ErrorName::kAuthTokenExpired, "jwt expired",
                             "2017-07-14T02:40:00.000Z", BadToken::kYes)),
      R"({"message":"jwt expired","name":"AuthTokenExpiredError","expiry":"2017-07-14T02:40:00.000Z","isBadToken":true})");
  EXPECT_EQ(
      error_json(token_error(kV2, ErrorName::kAuthTokenNotBefore, "jwt not active",
                             "2096-10-02T07:06:40.000Z", BadToken::kNo)),
      R"({"message":"jwt not active","name":"AuthTokenNotBeforeError","date":"2096-10-02T07:06:40.000Z","isBadToken":false})");
  // Beyond JavaScript's dates.
  EXPECT_EQ(
      error_json(token_error(kV1, ErrorName::kAuthTokenExpired, "jwt expired", {}, BadToken::kYes)),
      R"({"message":"jwt expired","name":"AuthTokenExpiredError","expiry":null})");
  EXPECT_EQ(
      error_json(
          token_error(kV2, ErrorName::kAuthTokenNotBefore, "jwt not active", {}, BadToken::kNo)),
      R"({"message":"jwt not active","name":"AuthTokenNotBeforeError","date":null,"isBadToken":false})");
  EXPECT_EQ(
      error_json(token_not_a_string_error(kV1)),
      R"({"message":"Invalid token format - Token must be a string","name":"AuthTokenError"})");
  EXPECT_EQ(
      error_json(token_not_a_string_error(kV2)),
      R"({"message":"Invalid token format - Token must be a string","name":"AuthTokenError","isBadToken":true})");
  EXPECT_EQ(
      error_json(socket_token_expired_error(1795394066)),
      R"({"message":"The socket auth token has expired","name":"AuthTokenExpiredError","expiry":1795394066})");
}

TEST(Errors, HandshakeRejection) {
  WireError error{"Go away for good", "Rejected", {}};
  set_status_code(error, 4500);
  EXPECT_EQ(error_json(error),
            R"({"message":"Go away for good","name":"Rejected","statusCode":4500})");
  EXPECT_EQ(rejection_data_json(4500), R"({"code":4500})");
}

TEST(Errors, PlainErrorTravelsWithoutAName) {
  EXPECT_EQ(error_json({"Something broke", {}, {}}), R"({"message":"Something broke"})");
}

TEST(Errors, OwnMembersKeepTheirOrder) {
  WireError error{"Bad input", "ValidationError", {}};
  error.add("field", "\"age\"").add("info", R"({"min":18})");
  EXPECT_EQ(error_json(error),
            R"({"message":"Bad input","name":"ValidationError","field":"age","info":{"min":18}})");
}

// A channel name is the client's; it must not be able to break the packet that quotes it.
TEST(Errors, QuotedChannelsAreEscaped) {
  for (const char* channel : {R"(["\"","\\","\n","\ud800"])", R"("\"}")", R"("\u0000")"}) {
    const std::string json = error_json(bad_publish_channel_error(kV1, kId, value_of(channel)));
    boost::json::error_code failed;
    boost::json::parse(json, failed);
    if (std::string_view(channel).find("ud800") == std::string_view::npos) {
      EXPECT_FALSE(failed) << json;
    } else {
      EXPECT_NE(json.find(R"(\ud800)"), std::string::npos) << json;
    }
  }
}

TEST(Errors, EveryNameEndsInError) {
  for (int i = 0; i <= static_cast<int>(ErrorName::kUnknown); ++i) {
    EXPECT_TRUE(error_name(static_cast<ErrorName>(i)).ends_with("Error"));
  }
  EXPECT_EQ(error_name(ErrorName::kHttpServer), "HTTPServerError");
  EXPECT_EQ(error_name(ErrorName::kUnknown), "UnknownError");
}

}  // namespace
}  // namespace socketcluster::protocol
