// SPDX-License-Identifier: MIT
// Packets of a client in general: first messages, batches, events, responses, and how they wait
// while an earlier one is not decided (protocol sections 2, 3, 5, 6, 7.5, 10, 13 and 14). Channels:
// client_channels.cc; handshake and tokens: client_handshake.cc.
#include <charconv>
#include <string>
#include <utility>

#include <socketcluster/codec.h>

#include "base/utf8.h"
#include "json/text.h"
#include "protocol/close_code.h"
#include "server/client_socket.h"
#include "server/held_actions.h"
#include "server/json_values.h"
#include "server/middleware.h"
#include "server/socket_server.h"
#include "server/socket_state.h"

namespace socketcluster::server {

using protocol::Dialect;
using protocol::Event;
using protocol::Packet;
using protocol::PacketKind;

namespace {

constexpr std::uint16_t kNotReady = protocol::to_int(protocol::CloseCode::kNotReadyForMessage);

// The close code that a client announces; 1000 for what a close frame must not carry.
std::uint16_t announced_code(const json::RawValue& code) {
  std::uint16_t value = 0;
  const char* end = code.text.data() + code.text.size();
  const auto result = std::from_chars(code.text.data(), end, value);
  const bool whole = result.ec == std::errc() && result.ptr == end;
  return whole && websocket::is_valid_close_code(value) ? value : websocket::CloseCode::kNormal;
}

// What is never held back: pongs, and answers, for which middleware itself may be waiting.
bool passes_held_actions(PacketKind kind) {
  return kind == PacketKind::kResponse || kind == PacketKind::kPongV1 || kind == PacketKind::kEmpty;
}

}  // namespace

void ClientSocket::on_message(websocket::MessageKind kind, std::string_view payload) {
  last_activity_ms_ = loop().now_ms();
  ++server_.traffic().messages_in;
  // The empty ping and pong of v2 pass by the codec (section 11).
  if (server_.codec() != nullptr && !payload.empty()) return decode_message(kind, payload);
  // With the JSON codec a binary message is text (section 1); one that is not even UTF-8 means
  // nothing.
  if (kind == websocket::MessageKind::kBinary && !base::is_valid_utf8(payload)) payload = "?";
  handle_message(payload);
}

void ClientSocket::decode_message(websocket::MessageKind kind, std::string_view payload) {
  std::string packet;
  const bool is_binary = kind == websocket::MessageKind::kBinary;
  if (!server_.codec()->decode(payload, is_binary, packet) || !base::is_valid_utf8(packet)) {
    packet = "?";  // not made by this codec: a raw message
  }
  handle_message(packet);
}

void ClientSocket::handle_message(std::string_view text) {
  Packet packet;
  const PacketKind kind = protocol::scan_packet(text, server_.scan_limits(), packet);
  if (is_held() && !passes_held_actions(kind)) return keep_for_later(text);
  if (phase_ == Phase::kAwaitingHandshake && !may_come_first(text, packet)) {
    return close(kNotReady, {});
  }
  switch (kind) {
    case PacketKind::kEvent:
    case PacketKind::kResponse:
      return handle_packet(packet);
    case PacketKind::kBatch:
      return handle_batch(text);
    case PacketKind::kPongV1:
      return handle_pong(Dialect::kV1);
    case PacketKind::kEmpty:
      return handle_pong(Dialect::kV2);
    case PacketKind::kLimitExceeded:
      return close(websocket::CloseCode::kPolicyViolation,
                   "Message exceeds the limit of nesting or batch size");
    case PacketKind::kPingV1:
    case PacketKind::kOther:
      if (state_ != nullptr) state_->report_raw(text);
      return;
  }
}

void ClientSocket::handle_pong(Dialect dialect) {
  recognise(dialect);
  expire_token();
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
    if (packet.kind != PacketKind::kEvent && packet.kind != PacketKind::kResponse) continue;
    if (is_held() && !passes_held_actions(packet.kind)) {
      keep_for_later(reader.element());
    } else {
      handle_packet(packet);
    }
  }
}

void ClientSocket::handle_packet(const Packet& packet) {
  if (packet.kind == PacketKind::kResponse) return handle_response(packet);
  if (state_ != nullptr) {
    state_->set_expired_at(std::nullopt);
    if (packet.event != Event::kHandshake && packet.event != Event::kAuthenticate) expire_token();
  }
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
    case Event::kRemoveAuthToken:  // never answered
      if (state_ != nullptr) state_->drop_token();
      return;
    case Event::kApplication:
    case Event::kReservedUnknown:
    case Event::kSetAuthToken:
    case Event::kKickOut:
      return handle_event(packet);
    case Event::kNotAString:
    case Event::kNone:
      return;
  }
}

// ---- Holding actions back ----

void ClientSocket::run(MiddlewareRun* action) {
  if (!MiddlewareRun::start(action)) hold_actions();
}

bool ClientSocket::is_held() const {
  return held_ != nullptr && held_->is_held;
}

void ClientSocket::hold_actions() {
  if (phase_ == Phase::kOver) return;
  if (held_ == nullptr) held_ = std::make_unique<HeldActions>();
  held_->is_held = true;
  connection_->pause_reading();
}

void ClientSocket::keep_for_later(std::string_view text) {
  held_->texts.emplace_back(text);
}

// The action that held the others back is decided: they go on, until one of them has to wait, too.
void ClientSocket::action_decided() {
  if (!is_held() || phase_ == Phase::kOver) return;
  held_->is_held = false;
  if (held_->is_draining) return;  // this is the loop below, further down on the stack
  held_->is_draining = true;
  while (is_open() && !is_held() && !held_->texts.empty()) {
    const std::string text = std::move(held_->texts.front());
    held_->texts.pop_front();
    handle_message(text);
    if (held_ == nullptr) return;  // the socket is over
  }
  held_->is_draining = false;
  if (is_held() || !is_open()) return;
  held_.reset();
  connection_->resume_reading();
}

// ---- Answers ----

bool ClientSocket::wants_response(const Packet& packet) const {
  return protocol::wants_response(packet.cid, dialect());
}

// What an answer refers to; empty when none is wanted.
std::string_view ClientSocket::rid_of(const Packet& packet) const {
  return wants_response(packet) ? packet.cid.raw.text : std::string_view();
}

void ClientSocket::acknowledge(const Packet& packet) {
  if (wants_response(packet)) respond(packet.cid.raw.text, {});
}

void ClientSocket::refuse(const Packet& packet, const protocol::WireError& error) {
  refuse(rid_of(packet), error);
}

void ClientSocket::refuse(std::string_view rid, const protocol::WireError& error) {
  if (!rid.empty()) respond_error(rid, protocol::error_json(error));
}

std::string ClientSocket::blocked_error_json(const Verdict& verdict, const char* line,
                                             const char* v2_action, const char* v2_stream) const {
  if (!verdict.is_silent && verdict.error) return to_text(verdict.error->json());
  const bool v1 = dialect() == Dialect::kV1;
  return protocol::error_json(
      protocol::silent_block_error(dialect(), v1 ? line : v2_action, v2_stream));
}

// Section 15: the function's error, or a SilentMiddlewareBlockedError.
void ClientSocket::refuse_blocked(std::string_view rid, const Verdict& verdict, const char* line,
                                  const char* v2_action, std::string_view ack_data) {
  server_.report_blocked(verdict, line);
  if (rid.empty()) return;
  respond_error(rid, blocked_error_json(verdict, line, v2_action, "inbound"), ack_data);
}

// ---- Events (section 5) ----

class ClientSocket::EmitRun final : public LineRun<EmitRequest> {
 public:
  EmitRun(ClientSocket& socket, std::string_view event, const Packet& packet)
      : LineRun("emit", socket.server_.log(), socket.server_.middleware().emit,
                socket.state().handle(), event, Borrowed{packet.data.text}),
        state_(socket.state()),
        rid_(socket.rid_of(packet)) {
    if (state_->expired_at()) token_expired_error_ = socket.token_expired_error();
  }

 private:
  void finish(const Verdict& verdict) override {
    ClientSocket* socket = state_->live();
    if (socket == nullptr) return;
    if (verdict.is_allowed) {
      socket->dispatch_event(event(), data_json(), rid_);
    } else {
      socket->refuse_blocked(rid_, verdict, "emit", rid_.empty() ? "transmit" : "invoke");
    }
    socket->action_decided();
  }

  StateRef state_;
  std::string rid_;
};

void ClientSocket::handle_event(const Packet& packet) {
  std::string scratch;
  const std::string_view event = json::string_value(packet.name, scratch);
  const bool v1 = dialect() == Dialect::kV1;
  if (v1 && protocol::is_local_event(event)) return;                          // section 13
  const bool passes_middleware = packet.event == Event::kApplication || !v1;  // section 7.7
  if (passes_middleware && !server_.middleware().emit.is_empty()) {
    return run(new EmitRun(*this, event, packet));
  }
  dispatch_event(event, packet.data.text, rid_of(packet));
}

// An event that nobody handles is not answered; the caller times out (section 5).
void ClientSocket::dispatch_event(std::string_view event, std::string_view data_json,
                                  std::string_view rid) {
  const bool own = state_ != nullptr && state_->has_handler(event);
  const auto shared = own ? nullptr : server_.event_handler(event);
  if (own || shared != nullptr) state().run_handler(event, data_json, rid, shared);
}

// A response that nobody waits for is normal: old clients answer everything (section 2).
void ClientSocket::handle_response(const Packet& packet) {
  if (state_ == nullptr || !packet.rid.is_integer) return;
  state_->handle_answer(packet.rid.number, packet.error.is_nullish() ? "" : packet.error.text,
                        packet.data.text);
}

// Section 7.5. Old clients send it twice, and their close frame behind it.
void ClientSocket::handle_disconnect(const Packet& packet) {
  if (known_dialect_ == Dialect::kV2) return handle_event(packet);
  recognise(Dialect::kV1);
  const std::uint16_t code = announced_code(packet.code);
  std::string scratch;
  const json::RawValue& reason = packet.inner_data;
  end_application(code, reason.is_string() ? json::string_value(reason, scratch) : reason.text);
  close(code, {});
}

}  // namespace socketcluster::server
