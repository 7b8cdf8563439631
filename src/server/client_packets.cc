// SPDX-License-Identifier: MIT
// What each packet of a client means (protocol sections 2, 3, 5, 6, 7, 10, 13 and 14).
#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "json/js_text.h"
#include "json/text.h"
#include "protocol/close_code.h"
#include "protocol/writer.h"
#include "server/batched_acks.h"
#include "server/client_socket.h"
#include "server/socket_server.h"
#include "server/socket_state.h"

namespace socketcluster::server {

using protocol::Dialect;
using protocol::Event;
using protocol::Packet;
using protocol::PacketKind;

namespace {

constexpr std::uint16_t kNotReady = protocol::to_int(protocol::CloseCode::kNotReadyForMessage);
constexpr std::uint16_t kRejected = protocol::to_int(protocol::CloseCode::kHandshakeRejected);

// The close code that a client announces; 1000 for what a close frame must not carry.
std::uint16_t announced_code(const json::RawValue& code) {
  std::uint16_t value = 0;
  const char* end = code.text.data() + code.text.size();
  const auto result = std::from_chars(code.text.data(), end, value);
  const bool whole = result.ec == std::errc() && result.ptr == end;
  return whole && websocket::is_valid_close_code(value) ? value : websocket::CloseCode::kNormal;
}

}  // namespace

void ClientSocket::on_message(websocket::MessageKind kind, std::string_view payload) {
  last_activity_ms_ = loop().now_ms();
  // With the JSON codec a binary message is text (section 1); one that is not even UTF-8 means
  // nothing.
  if (kind == websocket::MessageKind::kBinary && !base::is_valid_utf8(payload)) payload = "?";
  Packet packet;
  const PacketKind packet_kind = protocol::scan_packet(payload, server_.scan_limits(), packet);
  if (phase_ == Phase::kAwaitingHandshake && !may_come_first(payload, packet)) {
    return close(kNotReady, {});
  }
  switch (packet_kind) {
    case PacketKind::kEvent:
    case PacketKind::kResponse:
      return handle_packet(packet);
    case PacketKind::kBatch:
      return handle_batch(payload);
    case PacketKind::kPongV1:
      return recognise(Dialect::kV1);
    case PacketKind::kEmpty:
      return recognise(Dialect::kV2);
    case PacketKind::kLimitExceeded:
      return close(websocket::CloseCode::kPolicyViolation,
                   "Message exceeds the limit of nesting or batch size");
    case PacketKind::kPingV1:
    case PacketKind::kOther:
      return;  // "raw": for the application, never answered
  }
}

// Section 3: only `#handshake` may come first, in v2 also at the head of a batch.
bool ClientSocket::may_come_first(std::string_view text, const Packet& packet) {
  if (!server_.options().strict_handshake) return true;
  if (packet.kind != PacketKind::kBatch) return packet.event == Event::kHandshake;
  if (known_dialect_ == Dialect::kV1) return false;
  protocol::BatchReader reader(text, server_.scan_limits());
  Packet first;
  if (!reader.next(first) || first.event != Event::kHandshake) return false;
  recognise(Dialect::kV2);
  return true;
}

void ClientSocket::handle_batch(std::string_view text) {
  protocol::BatchReader reader(text, server_.scan_limits());
  Packet packet;
  while (is_open() && reader.next(packet)) {
    if (packet.kind == PacketKind::kEvent || packet.kind == PacketKind::kResponse) {
      handle_packet(packet);
    }
  }
}

void ClientSocket::handle_packet(const Packet& packet) {
  if (packet.kind == PacketKind::kResponse) return handle_response(packet);
  switch (packet.event) {
    case Event::kPublish:
      return handle_publish(packet);
    case Event::kSubscribe:
      return handle_subscribe(packet);
    case Event::kUnsubscribe:
      return handle_unsubscribe(packet);
    case Event::kHandshake:
      return handle_handshake(packet);
    case Event::kAuthenticate:
      return handle_authenticate(packet);
    case Event::kDisconnect:
      return handle_disconnect(packet);
    case Event::kRemoveAuthToken:
      return;  // never answered; there is no token that could be removed
    case Event::kApplication:
    case Event::kReservedUnknown:
    case Event::kSetAuthToken:
    case Event::kKickOut:
      return handle_application_event(packet);
    case Event::kNotAString:
    case Event::kNone:
      return;
  }
}

// ---- Answers -----------------------------------------------------------------------------------

bool ClientSocket::wants_response(const Packet& packet) const {
  return protocol::wants_response(packet.cid, dialect());
}

void ClientSocket::acknowledge(const Packet& packet) {
  if (wants_response(packet)) respond(packet.cid.raw.text, {});
}

void ClientSocket::refuse(const Packet& packet, const protocol::WireError& error) {
  if (wants_response(packet)) respond_error(packet.cid.raw.text, protocol::error_json(error));
}

void ClientSocket::acknowledge_in_batch(const Packet& packet) {
  if (!wants_response(packet)) return;
  if (batched_acks_ == nullptr) batched_acks_ = std::make_unique<BatchedAcks>(*this);
  if (batched_acks_->is_empty()) {
    const auto delay = static_cast<std::uint64_t>(server_.options().pub_sub_batch_duration.count());
    loop().timers().arm(*batched_acks_, loop().now_ms() + delay);
  }
  batched_acks_->add(packet.cid.raw.text);
}

// ---- Handshake (section 3) ---------------------------------------------------------------------

void ClientSocket::handle_handshake(const Packet& packet) {
  const bool v2 = dialect() == Dialect::kV2;
  if (v2 && !wants_response(packet)) return close(kRejected, {});
  if (phase_ == Phase::kReady && !v2) return;  // v2 answers again
  const bool first = phase_ == Phase::kAwaitingHandshake;
  std::string auth_error;
  if (!packet.auth_token.is_nullish() && packet.auth_token.text != R"("")") {
    auth_error = protocol::error_json(token_error(packet.auth_token));
  }
  // The original's order: v1 tells the application and removes the token first, v2 answers first.
  // Events before the answer would surprise clients whose generation is not known.
  const bool application_first = first && known_dialect_ == Dialect::kV1;
  if (first) {
    phase_ = Phase::kReady;
    server_.promote(*this);
  }
  if (application_first) server_.report_connection(*this);
  if (!auth_error.empty() && !v2) remove_auth_token();
  answer_handshake(packet, auth_error);
  if (!auth_error.empty() && v2) remove_auth_token();
  if (first && !application_first) server_.report_connection(*this);
}

void ClientSocket::answer_handshake(const Packet& packet, std::string_view auth_error) {
  if (!wants_response(packet)) return;
  char id[protocol::SocketId::kTextLength];
  id_.write_text(id);
  std::string response;
  protocol::append_handshake_response(
      response, packet.cid.raw.text,
      {.id = {id, sizeof id},
       .ping_timeout_ms = static_cast<std::uint64_t>(server_.options().ping_timeout.count()),
       .auth_error_json = auth_error,
       .is_authenticated = false});
  send_text(response);
}

void ClientSocket::remove_auth_token() {
  std::string packet;
  protocol::append_remove_auth_token(packet, dialect());
  send_text(packet);
}

// ---- Channels (sections 7.1 to 7.3)
// --------------------------------------------------------------

bool ClientSocket::read_channel(const json::RawValue& channel, std::string& scratch,
                                std::string_view& name) const {
  if (!channel.is_string()) return false;
  name = json::string_value(channel, scratch);
  return name.size() <= server_.options().max_channel_name_length;
}

void ClientSocket::handle_publish(const Packet& packet) {
  if (!server_.options().allow_client_publish) {
    return refuse(packet, protocol::publish_disabled_error());
  }
  std::string scratch;
  std::string_view channel;
  if (!read_channel(packet.channel, scratch, channel)) {
    return refuse(packet,
                  protocol::bad_publish_channel_error(dialect(), id_text(), packet.channel));
  }
  server_.publish(channel, packet.channel.text, packet.inner_data.text);
  acknowledge(packet);
}

void ClientSocket::handle_subscribe(const Packet& packet) {
  if (phase_ != Phase::kReady) {
    return refuse(packet, protocol::subscribe_before_handshake_error());
  }
  if (known_dialect_ == Dialect::kV2 && !wants_response(packet)) return;
  const json::RawValue& wanted = protocol::subscribe_channel(packet, dialect());
  std::string scratch;
  std::string_view channel;
  if (!read_channel(wanted, scratch, channel)) {
    return refuse(packet, protocol::bad_subscribe_channel_error(dialect(), id_text(), wanted));
  }
  const std::size_t limit = server_.options().socket_channel_limit;
  if (subscription_count() >= limit) {
    return refuse(packet, protocol::channel_limit_error(dialect(), id_text(), channel, limit));
  }
  server_.channels().subscribe(*this, channel);
  if (dialect() == Dialect::kV1 && json::is_truthy(packet.batch)) {
    acknowledge_in_batch(packet);
  } else {
    acknowledge(packet);
  }
}

void ClientSocket::handle_unsubscribe(const Packet& packet) {
  std::string scratch;
  std::string_view channel;
  if (!read_channel(packet.data, scratch, channel)) {
    return refuse(packet,
                  protocol::bad_unsubscribe_channel_error(dialect(), id_text(), packet.data));
  }
  if (!server_.channels().unsubscribe(*this, channel)) {
    return refuse(packet, protocol::not_subscribed_error(dialect(), id_text(), channel));
  }
  acknowledge(packet);
}

// ---- Tokens (section 8): this version has no keys, so there is no token that it could accept
// -------

protocol::WireError ClientSocket::token_error(const json::RawValue& token) const {
  using protocol::ErrorName;
  if (!token.is_nullish() && !token.is_string()) {
    return protocol::token_not_a_string_error(dialect());
  }
  std::string message = "jwt must be provided";
  if (token.is_string() && token.text.size() > 2) {
    const auto dots = std::count(token.text.begin(), token.text.end(), '.');
    message = dots == 2 ? "invalid signature" : "jwt malformed";
  }
  return protocol::token_error(dialect(), ErrorName::kAuthTokenInvalid, std::move(message), {},
                               protocol::BadToken::kYes);
}

void ClientSocket::handle_authenticate(const Packet& packet) {
  const bool v2 = dialect() == Dialect::kV2;
  if (v2 && !wants_response(packet)) return close(kRejected, {});
  const std::string error = protocol::error_json(token_error(packet.data));
  if (!v2) remove_auth_token();
  if (wants_response(packet)) {
    const std::string status = R"({"isAuthenticated":false,"authError":)" + error + '}';
    respond_error(packet.cid.raw.text, error, v2 ? std::string_view() : std::string_view(status));
  }
  if (v2) remove_auth_token();
}

// ---- The rest
// ------------------------------------------------------------------------------------

// Section 7.5. Old clients send it twice, and their close frame behind it.
void ClientSocket::handle_disconnect(const Packet& packet) {
  if (known_dialect_ == Dialect::kV2) return handle_application_event(packet);
  recognise(Dialect::kV1);
  const std::uint16_t code = announced_code(packet.code);
  std::string scratch;
  const json::RawValue& reason = packet.inner_data;
  end_application(code, reason.is_string() ? json::string_value(reason, scratch) : reason.text);
  close(code, {});
}

void ClientSocket::handle_application_event(const Packet& packet) {
  std::string scratch;
  const std::string_view event = json::string_value(packet.name, scratch);
  if (dialect() == Dialect::kV1 && protocol::is_local_event(event)) return;  // section 13
  const bool own = state_ != nullptr && state_->has_handler(event);
  const auto shared = own ? nullptr : server_.event_handler(event);
  if (!own && shared == nullptr) return;  // nobody answers; the caller times out (section 5)
  state().run_handler(event, packet.data.text,
                      wants_response(packet) ? packet.cid.raw.text : std::string_view(), shared);
}

// A response that nobody waits for is normal: old clients answer everything (section 2).
void ClientSocket::handle_response(const Packet& packet) {
  if (state_ == nullptr || !packet.rid.is_integer) return;
  state_->handle_answer(packet.rid.number, packet.error.is_nullish() ? "" : packet.error.text,
                        packet.data.text);
}

}  // namespace socketcluster::server
