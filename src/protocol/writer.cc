// SPDX-License-Identifier: MIT
#include "protocol/writer.h"

#include <cstring>

#include "base/assert.h"
#include "json/text.h"

namespace socketcluster::protocol {
namespace {

constexpr std::string_view kPublishHead = R"({"event":"#publish","data":{"channel":)";
constexpr std::string_view kDataKey = R"(,"data":)";
constexpr std::string_view kErrorKey = R"(,"error":)";
constexpr std::string_view kCidKey = R"(,"cid":)";
constexpr std::string_view kRidHead = R"({"rid":)";
constexpr std::string_view kEventHead = R"({"event":)";

char* put(char* out, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

void append_member(std::string& out, std::string_view key, std::string_view json) {
  if (json.empty()) return;
  out.append(key);
  out.append(json);
}

void append_cid(std::string& out, std::uint64_t cid) {
  if (cid == 0) return;
  out.append(kCidKey);
  json::append_integer(out, cid);
}

std::string_view bool_json(bool value) {
  return value ? "true" : "false";
}

}  // namespace

std::size_t publish_size(std::string_view channel_json, std::string_view data_json) {
  const std::size_t data = data_json.empty() ? 0 : kDataKey.size() + data_json.size();
  return kPublishHead.size() + channel_json.size() + data + 2;
}

char* write_publish(char* out, std::string_view channel_json, std::string_view data_json) {
  SC_DCHECK(!channel_json.empty());
  out = put(out, kPublishHead);
  out = put(out, channel_json);
  if (!data_json.empty()) out = put(put(out, kDataKey), data_json);
  return put(out, "}}");
}

std::string publish_packet(std::string_view channel, std::string_view data_json) {
  std::string channel_json;
  json::append_string(channel_json, channel);
  std::string packet(publish_size(channel_json, data_json), '\0');
  write_publish(packet.data(), channel_json, data_json);
  return packet;
}

std::size_t response_size(std::string_view rid_json, std::string_view data_json) {
  const std::size_t data = data_json.empty() ? 0 : kDataKey.size() + data_json.size();
  return kRidHead.size() + rid_json.size() + data + 1;
}

char* write_response(char* out, std::string_view rid_json, std::string_view data_json) {
  SC_DCHECK(!rid_json.empty());
  out = put(out, kRidHead);
  out = put(out, rid_json);
  if (!data_json.empty()) out = put(put(out, kDataKey), data_json);
  return put(out, "}");
}

void append_error_response(std::string& out, std::string_view rid_json, std::string_view error_json,
                           std::string_view data_json) {
  append_member(out, kRidHead, rid_json);
  append_member(out, kErrorKey, error_json);
  append_member(out, kDataKey, data_json);
  out.push_back('}');
}

void append_event(std::string& out, Dialect dialect, std::string_view name,
                  std::string_view data_json, std::uint64_t cid) {
  out.append(kEventHead);
  json::append_string(out, name);
  if (dialect == Dialect::kV2) append_cid(out, cid);
  append_member(out, kDataKey, data_json);
  if (dialect == Dialect::kV1) append_cid(out, cid);
  out.push_back('}');
}

void append_handshake_response(std::string& out, std::string_view rid_json,
                               const HandshakeStatus& status) {
  constexpr std::size_t kFixedBytes = 96;  // keys, pingTimeout and the boolean
  out.reserve(out.size() + kFixedBytes + rid_json.size() + status.id.size() +
              status.auth_error_json.size());
  append_member(out, kRidHead, rid_json);
  out.append(R"(,"data":{"id":")").append(status.id).append(R"(","pingTimeout":)");
  json::append_integer(out, status.ping_timeout_ms);
  append_member(out, R"(,"authError":)", status.auth_error_json);
  append_member(out, R"(,"isAuthenticated":)", bool_json(status.is_authenticated));
  out.append("}}");
}

void append_disconnect(std::string& out, int code, std::string_view data_json) {
  out.append(R"({"event":"#disconnect","data":{"code":)");
  json::append_integer(out, code);
  append_member(out, kDataKey, data_json);
  out.append("}}");
}

void append_kick_out(std::string& out, Dialect dialect, std::string_view channel_json,
                     std::string_view message_json) {
  out.append(R"({"event":"#kickOut","data":{)");
  if (dialect == Dialect::kV1) {
    append_member(out, R"("message":)", message_json);
    append_member(out, message_json.empty() ? R"("channel":)" : R"(,"channel":)", channel_json);
  } else {
    append_member(out, R"("channel":)", channel_json);
    append_member(out, R"(,"message":)", message_json);
  }
  out.append("}}");
}

void append_set_auth_token(std::string& out, Dialect dialect, std::string_view token,
                           std::uint64_t cid) {
  std::string data = R"({"token":)";
  json::append_string(data, token);
  data.push_back('}');
  append_event(out, dialect, "#setAuthToken", data, cid);
}

void append_remove_auth_token(std::string& out, Dialect dialect, std::uint64_t cid) {
  append_event(out, dialect, "#removeAuthToken", dialect == Dialect::kV1 ? "null" : "", cid);
}

void append_authenticate_response(std::string& out, std::string_view rid_json,
                                  bool is_authenticated, std::string_view auth_error_json) {
  append_member(out, kRidHead, rid_json);
  append_member(out, R"(,"data":{"isAuthenticated":)", bool_json(is_authenticated));
  append_member(out, R"(,"authError":)", auth_error_json.empty() ? "null" : auth_error_json);
  out.append("}}");
}

}  // namespace socketcluster::protocol
