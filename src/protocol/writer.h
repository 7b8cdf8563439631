// SPDX-License-Identifier: MIT
// Exact bytes of everything that a server sends, with the key order of the original.
//
// Arguments called `..._json` are complete JSON values and are copied as they are, usually slices
// of what a client sent (json::RawValue::text, which has passed the scanner); an empty one leaves
// the member out. The forms for the message path write into the caller's memory and allocate
// nothing: reserve x_size(...) bytes, then write_x(out, ...) returns the end. The others append to
// a string. Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/dialect.h"

namespace socketcluster::protocol {

// {"event":"#publish","data":{"channel":C,"data":D}}: a subscriber's copy.
std::size_t publish_size(std::string_view channel_json, std::string_view data_json);
char* write_publish(char* out, std::string_view channel_json, std::string_view data_json);
// The same from a channel's plain name.
std::string publish_packet(std::string_view channel, std::string_view data_json);

// {"rid":N} or {"rid":N,"data":D}
std::size_t response_size(std::string_view rid_json, std::string_view data_json = {});
char* write_response(char* out, std::string_view rid_json, std::string_view data_json = {});

// {"rid":N,"error":E} or, v1 only, {"rid":N,"error":E,"data":D}
void append_error_response(std::string& out, std::string_view rid_json, std::string_view error_json,
                           std::string_view data_json = {});

// {"event":"name","data":D,"cid":N}; v2 has "cid" before "data". `cid` 0: no answer is wanted.
void append_event(std::string& out, Dialect dialect, std::string_view name,
                  std::string_view data_json, std::uint64_t cid = 0);

struct HandshakeStatus {
  std::string_view id;
  std::uint64_t ping_timeout_ms;
  std::string_view auth_error_json;  // empty: none
  bool is_authenticated;
};
// {"rid":N,"data":{"id":...,"pingTimeout":...,"authError":...,"isAuthenticated":...}}
void append_handshake_response(std::string& out, std::string_view rid_json,
                               const HandshakeStatus& status);

// {"event":"#disconnect","data":{"code":N,"data":D}}; v1 only.
void append_disconnect(std::string& out, int code, std::string_view data_json = {});

// v1 {"event":"#kickOut","data":{"message":M,"channel":C}}; v2 has "channel" first.
void append_kick_out(std::string& out, Dialect dialect, std::string_view channel_json,
                     std::string_view message_json = {});

// {"event":"#setAuthToken","data":{"token":"..."}}, with a cid when the client is to confirm it.
void append_set_auth_token(std::string& out, Dialect dialect, std::string_view token,
                           std::uint64_t cid = 0);

// v1 {"event":"#removeAuthToken","data":null}; v2 without data.
void append_remove_auth_token(std::string& out, Dialect dialect, std::uint64_t cid = 0);

// The answer to #authenticate with a good token, and with one that is refused without being bad:
// {"rid":N,"data":{"isAuthenticated":B,"authError":E}}; E is null when `auth_error_json` is empty.
void append_authenticate_response(std::string& out, std::string_view rid_json,
                                  bool is_authenticated, std::string_view auth_error_json = {});

}  // namespace socketcluster::protocol
