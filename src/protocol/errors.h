// SPDX-License-Identifier: MIT
// Every error that the server itself puts on the wire, as servers 14 (v1) and 20 (v2) word it, and
// the one table of error names. Close codes: close_code.h.
//
// An error travels as {"message":...,"name":...,further members}. Channels come as the JSON value
// that the client sent, or as plain text (json/text.h) where only a string can be meant. Thread
// rule: pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/raw_value.h"
#include "protocol/dialect.h"

namespace socketcluster::protocol {

enum class ErrorName : std::uint8_t {
  kAuthTokenExpired,
  kAuthTokenInvalid,
  kAuthTokenNotBefore,
  kAuthToken,
  kAuth,
  kSilentMiddlewareBlocked,
  kInvalidAction,
  kInvalidArguments,
  kInvalidOptions,
  kInvalidMessage,
  kSocketProtocol,
  kServerProtocol,
  kHttpServer,
  kResourceLimit,
  kTimeout,
  kBadConnection,
  kBroker,
  kProcessExit,
  kUnknown,
};

// "InvalidActionError"
std::string_view error_name(ErrorName name);

struct WireError {
  std::string message;
  std::string name;          // empty: a plain error, which travels without a name
  std::string more_members;  // `"key":value,...` behind the name

  // Adds a member. `json` is a complete JSON value.
  WireError& add(std::string_view key, std::string_view json);
};

WireError make_error(ErrorName name, std::string message);

void append_error(std::string& out, const WireError& error);
std::string error_json(const WireError& error);

// ---- #publish ----
WireError publish_disabled_error();
WireError bad_publish_channel_error(Dialect dialect, std::string_view socket_id,
                                    const json::RawValue& channel);

// ---- #subscribe ----
WireError bad_subscribe_channel_error(Dialect dialect, std::string_view socket_id,
                                      const json::RawValue& channel);
WireError channel_limit_error(Dialect dialect, std::string_view socket_id, std::string_view channel,
                              std::size_t limit);
WireError subscribe_failed_error(std::string_view channel, std::string_view cause);
WireError subscribe_before_handshake_error();

// ---- #unsubscribe ----
WireError bad_unsubscribe_channel_error(Dialect dialect, std::string_view socket_id,
                                        const json::RawValue& channel);
WireError not_subscribed_error(Dialect dialect, std::string_view socket_id,
                               std::string_view channel);

// ---- Broker, middleware ----
WireError broker_error(std::string_view cause);
// v1: `line` is the middleware line ("subscribe"), `stream` is not used.
// v2: `line` is the action ("subscribe"), `stream` "inbound" or "handshake".
WireError silent_block_error(Dialect dialect, std::string_view line, std::string_view stream);

// ---- Tokens ----
enum class BadToken : bool { kNo, kYes };
// What a token was refused for. `date` (ISO 8601) is the expiry of kAuthTokenExpired and the date
// of kAuthTokenNotBefore, and null on the wire when it is empty: JavaScript has no such date. The
// others have none. v2 says in addition whether the client is to drop it.
WireError token_error(Dialect dialect, ErrorName name, std::string message, std::string_view date,
                      BadToken bad_token);
WireError token_not_a_string_error(Dialect dialect);
// Noticed on an open connection: `expiry` is the token's exp in seconds.
WireError socket_token_expired_error(std::int64_t expiry);

// ---- #handshake ----
// Puts the close code into an error that rejects a handshake; v2 clients look for it there.
void set_status_code(WireError& error, int code);
// {"code":N}: the data of the rejection, where v1 clients look for it.
std::string rejection_data_json(int code);

}  // namespace socketcluster::protocol
