// SPDX-License-Identifier: MIT
#include "protocol/errors.h"

#include <initializer_list>
#include <utility>

#include "json/js_text.h"
#include "json/text.h"

namespace socketcluster::protocol {
namespace {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text.append(part);
  return text;
}

// A v2 server passes the broker's own error on inside of its text.
std::string_view cause_prefix(Dialect dialect) {
  return dialect == Dialect::kV2 ? "InvalidActionError: " : "";
}

WireError subscription_error(std::string_view verb, std::string_view channel,
                             std::initializer_list<std::string_view> cause) {
  return make_error(ErrorName::kBroker, concat({verb, channel, " channel - ", concat(cause)}));
}

constexpr std::string_view kFailedToSubscribe = "Failed to subscribe socket to the ";
constexpr std::string_view kFailedToUnsubscribe = "Failed to unsubscribe socket from the ";

}  // namespace

std::string_view error_name(ErrorName name) {
  switch (name) {
    case ErrorName::kAuthTokenExpired:
      return "AuthTokenExpiredError";
    case ErrorName::kAuthTokenInvalid:
      return "AuthTokenInvalidError";
    case ErrorName::kAuthTokenNotBefore:
      return "AuthTokenNotBeforeError";
    case ErrorName::kAuthToken:
      return "AuthTokenError";
    case ErrorName::kAuth:
      return "AuthError";
    case ErrorName::kSilentMiddlewareBlocked:
      return "SilentMiddlewareBlockedError";
    case ErrorName::kInvalidAction:
      return "InvalidActionError";
    case ErrorName::kInvalidArguments:
      return "InvalidArgumentsError";
    case ErrorName::kInvalidOptions:
      return "InvalidOptionsError";
    case ErrorName::kInvalidMessage:
      return "InvalidMessageError";
    case ErrorName::kSocketProtocol:
      return "SocketProtocolError";
    case ErrorName::kServerProtocol:
      return "ServerProtocolError";
    case ErrorName::kHttpServer:
      return "HTTPServerError";
    case ErrorName::kResourceLimit:
      return "ResourceLimitError";
    case ErrorName::kTimeout:
      return "TimeoutError";
    case ErrorName::kBadConnection:
      return "BadConnectionError";
    case ErrorName::kBroker:
      return "BrokerError";
    case ErrorName::kProcessExit:
      return "ProcessExitError";
    case ErrorName::kUnknown:
      return "UnknownError";
  }
  return "UnknownError";
}

WireError& WireError::add(std::string_view key, std::string_view json) {
  if (!more_members.empty()) more_members.push_back(',');
  json::append_string(more_members, key);
  more_members.append(1, ':').append(json);
  return *this;
}

WireError make_error(ErrorName name, std::string message) {
  return {std::move(message), std::string(error_name(name)), {}};
}

void append_error(std::string& out, const WireError& error) {
  out.append(R"({"message":)");
  json::append_string(out, error.message);
  if (!error.name.empty()) {
    out.append(R"(,"name":)");
    json::append_string(out, error.name);
  }
  if (!error.more_members.empty()) out.append(1, ',').append(error.more_members);
  out.push_back('}');
}

std::string error_json(const WireError& error) {
  std::string json;
  append_error(json, error);
  return json;
}

WireError publish_disabled_error() {
  return make_error(ErrorName::kInvalidAction, "Client publish feature is disabled");
}

WireError bad_publish_channel_error(Dialect dialect, std::string_view socket_id,
                                    const json::RawValue& channel) {
  if (dialect == Dialect::kV2) {
    return make_error(ErrorName::kInvalidAction, "Publish channel name was malformatted");
  }
  return make_error(ErrorName::kBroker,
                    concat({"Socket ", socket_id, " tried to publish to an invalid ",
                            json::js_text(channel), " channel"}));
}

WireError bad_subscribe_channel_error(Dialect dialect, std::string_view socket_id,
                                      const json::RawValue& channel) {
  if (dialect == Dialect::kV2) {
    return make_error(ErrorName::kInvalidAction, "Subscribe channel name was malformatted");
  }
  return subscription_error(kFailedToSubscribe, json::js_text(channel),
                            {"Socket ", socket_id, " provided an invalid channel name"});
}

WireError channel_limit_error(Dialect dialect, std::string_view socket_id, std::string_view channel,
                              std::size_t limit) {
  return subscription_error(
      kFailedToSubscribe, channel,
      {cause_prefix(dialect), "Socket ", socket_id,
       " tried to exceed the channel subscription limit of ", std::to_string(limit)});
}

WireError subscribe_failed_error(std::string_view channel, std::string_view cause) {
  return subscription_error(kFailedToSubscribe, channel, {cause});
}

WireError subscribe_before_handshake_error() {
  return make_error(ErrorName::kInvalidAction,
                    "Cannot subscribe socket to a channel before it has completed the handshake");
}

WireError bad_unsubscribe_channel_error(Dialect dialect, std::string_view socket_id,
                                        const json::RawValue& channel) {
  if (dialect == Dialect::kV2) {
    return make_error(ErrorName::kInvalidAction, "Unsubscribe channel name was malformatted");
  }
  return subscription_error(
      kFailedToUnsubscribe, json::js_text(channel),
      {"Socket ", socket_id, " tried to unsubscribe from an invalid channel name"});
}

WireError not_subscribed_error(Dialect dialect, std::string_view socket_id,
                               std::string_view channel) {
  return subscription_error(kFailedToUnsubscribe, channel,
                            {cause_prefix(dialect), "Socket ", socket_id,
                             " tried to unsubscribe from a channel which it is not subscribed to"});
}

WireError broker_error(std::string_view cause) {
  return make_error(ErrorName::kBroker, std::string(cause));
}

WireError silent_block_error(Dialect dialect, std::string_view line, std::string_view stream) {
  const bool v1 = dialect == Dialect::kV1;
  WireError error =
      make_error(ErrorName::kSilentMiddlewareBlocked,
                 v1 ? concat({"Action was silently blocked by ", line, " middleware"})
                    : concat({"The ", line, " AGAction was blocked by ", stream, " middleware"}));
  std::string type;
  json::append_string(type, v1 ? line : stream);
  error.add("type", type);
  return error;
}

WireError token_error(Dialect dialect, ErrorName name, std::string message, std::string_view date,
                      BadToken bad_token) {
  WireError error = make_error(name, std::move(message));
  const bool is_expired = name == ErrorName::kAuthTokenExpired;
  if (is_expired || name == ErrorName::kAuthTokenNotBefore) {
    std::string text = "null";
    if (!date.empty()) {
      text.clear();
      json::append_string(text, date);
    }
    error.add(is_expired ? "expiry" : "date", text);
  }
  if (dialect == Dialect::kV2) {
    error.add("isBadToken", bad_token == BadToken::kYes ? "true" : "false");
  }
  return error;
}

WireError token_not_a_string_error(Dialect dialect) {
  return token_error(dialect, ErrorName::kAuthToken,
                     "Invalid token format - Token must be a string", {}, BadToken::kYes);
}

WireError socket_token_expired_error(std::int64_t expiry) {
  WireError error = make_error(ErrorName::kAuthTokenExpired, "The socket auth token has expired");
  error.add("expiry", std::to_string(expiry));
  return error;
}

void set_status_code(WireError& error, int code) {
  error.add("statusCode", std::to_string(code));
}

std::string rejection_data_json(int code) {
  return concat({R"({"code":)", std::to_string(code), "}"});
}

}  // namespace socketcluster::protocol
