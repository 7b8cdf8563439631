// SPDX-License-Identifier: MIT
// Lifecycle of a ClientSocket: start, liveness, output, end. What packets mean: client_packets.cc.
#include "server/client_socket.h"

#include <algorithm>
#include <string>
#include <utility>

#include <socketcluster/codec.h>

#include "base/assert.h"
#include "base/utf8.h"
#include "json/text.h"
#include "protocol/close_code.h"
#include "protocol/writer.h"
#include "server/held_actions.h"
#include "server/packet_batch.h"
#include "server/socket_server.h"
#include "server/socket_state.h"

namespace socketcluster::server {
namespace {

std::optional<protocol::Dialect> configured_dialect(const Options& options) {
  switch (options.protocol_version) {
    case ProtocolVersion::kAuto:
      return std::nullopt;
    case ProtocolVersion::kV1:
      return protocol::Dialect::kV1;
    case ProtocolVersion::kV2:
      return protocol::Dialect::kV2;
  }
  return std::nullopt;
}

std::uint64_t to_ms(std::chrono::milliseconds duration) {
  return static_cast<std::uint64_t>(duration.count());
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

}  // namespace

ClientSocket::ClientSocket(SocketServer& server, const protocol::SocketId& id)
    : Session(server.options().max_payload),
      server_(server),
      id_(id),
      known_dialect_(configured_dialect(server.options())) {
  server_.count_living(+1);
}

ClientSocket::~ClientSocket() {
  server_.count_living(-1);
  if (state_ != nullptr) state_->release();
}

void ClientSocket::start() {
  server_.add_pending(*this);
  const std::uint64_t now = loop().now_ms();
  last_activity_ms_ = now;
  next_ping_ms_ = now + to_ms(server_.options().ping_interval);
  handshake_deadline_ms_ = now + to_ms(server_.options().handshake_timeout);
  arm_deadline();
}

const net::OutputLimits& ClientSocket::output_limits() const {
  return server_.output_limits();
}

// ---- Liveness (protocol section 4) ----

// One timer for all deadlines: the next ping, the silence of the peer, the handshake. Activity only
// notes the time; a timer that comes too early for that reason arms itself again.
void ClientSocket::arm_deadline() {
  std::uint64_t deadline = net::TimerWheel::kNever;
  if (!server_.options().ping_timeout_disabled) {
    deadline = std::min(next_ping_ms_, silence_deadline_ms());
  }
  if (phase_ == Phase::kAwaitingHandshake) deadline = std::min(deadline, handshake_deadline_ms_);
  if (deadline != net::TimerWheel::kNever) loop().timers().arm(*this, deadline);
}

// A peer that reads so slowly that its own messages are left unread cannot show that it is alive:
// it gets more time, but not for ever.
std::uint64_t ClientSocket::silence_deadline_ms() const {
  const std::uint64_t timeout = to_ms(server_.options().ping_timeout);
  return last_activity_ms_ + (connection_->is_reading_paused() ? 3 * timeout : timeout);
}

void ClientSocket::on_deadline() {
  const std::uint64_t now = loop().now_ms();
  if (phase_ == Phase::kAwaitingHandshake && now >= handshake_deadline_ms_) {
    return close_for_handshake_timeout();
  }
  if (!server_.options().ping_timeout_disabled) {
    if (now >= silence_deadline_ms()) {
      return close(protocol::to_int(protocol::CloseCode::kClientPongTimeout), {});
    }
    if (now >= next_ping_ms_) send_ping();
  }
  arm_deadline();
}

void ClientSocket::send_ping() {
  const SocketServer::PingFrames& frames = server_.ping_frames();
  if (known_dialect_) {
    write_frame(*known_dialect_ == protocol::Dialect::kV1 ? frames.v1 : frames.v2);
  } else if (server_.codec() == nullptr) {
    write_frame(frames.both);
  } else {
    // The codec of a v1 client may throw on the empty ping, while v2 clients bear the other one. So
    // the peer is asked for v1 first; one that leaves this unanswered is not of v1.
    write_frame(is_v1_asked_ ? frames.v2 : frames.v1);
    is_v1_asked_ = true;
  }
  const std::uint64_t interval = to_ms(server_.options().ping_interval);
  next_ping_ms_ = std::max(next_ping_ms_ + interval, loop().now_ms() + 1);
}

// The first pong, or something that only one generation sends, tells which one the peer speaks.
void ClientSocket::recognise(protocol::Dialect dialect) {
  if (!known_dialect_) known_dialect_ = dialect;
}

void ClientSocket::close_for_handshake_timeout() {
  const int code = protocol::to_int(protocol::CloseCode::kHandshakeTimeout);
  if (dialect() == protocol::Dialect::kV1) {
    std::string packet;
    protocol::append_disconnect(packet, code);
    send_packet(packet);
  }
  close(static_cast<std::uint16_t>(code), {});
}

// ---- Output ----

// Whether a packet may be written as text straight into the output queue.
bool ClientSocket::sends_plain_json() const {
  return server_.codec() == nullptr && (batch_ == nullptr || !batch_->takes_everything());
}

void ClientSocket::send_packet(std::string_view packet_json) {
  if (batch_ != nullptr && batch_->takes_everything()) return batch_->add(packet_json);
  send_unbatched(packet_json);
}

void ClientSocket::send_unbatched(std::string_view packet_json) {
  ++server_.traffic().messages_out;
  CodecBoundary* const codec = server_.codec();
  if (codec == nullptr) return send_text(packet_json);
  std::string frame;
  if (!codec->encode(packet_json, frame)) return close_soon();
  codec->is_binary() ? send_binary(frame) : send_text(frame);
}

// The client would wait for what cannot be said. Whoever sends is not done with the socket, so it
// is closed at the end of the iteration.
void ClientSocket::close_soon() {
  loop().defer([keep = StateRef(state())] {
    if (keep->live() == nullptr) return;
    keep->live()->close(websocket::CloseCode::kInternalError, "The codec failed");
  });
}

PacketBatch& ClientSocket::batch() {
  if (batch_ == nullptr) {
    batch_ = std::make_unique<PacketBatch>(
        loop().timers(), [this](std::string_view packets) { send_unbatched(packets); });
  }
  return *batch_;
}

// Section 10: v2 clients take arrays of anything; older ones than version 8 take none.
void ClientSocket::begin_batching() {
  const Options& options = server_.options();
  if (!options.batch_on_handshake || known_dialect_ != protocol::Dialect::kV2) return;
  const std::uint64_t now = loop().now_ms();
  const std::uint64_t interval = to_ms(options.batch_interval);
  batch().start(now + interval, interval, now + to_ms(options.batch_on_handshake_duration));
}

void ClientSocket::emit(std::string_view event, std::string_view data_json, std::uint64_t cid) {
  std::string packet;
  protocol::append_event(packet, dialect(), event, data_json, cid);
  send_packet(packet);
}

void ClientSocket::respond(std::string_view rid_json, std::string_view data_json) {
  const std::size_t size = protocol::response_size(rid_json, data_json);
  const auto fill = [&](char* out) { protocol::write_response(out, rid_json, data_json); };
  if (sends_plain_json()) {
    ++server_.traffic().messages_out;
    return write_text(size, fill);
  }
  std::string packet(size, '\0');
  fill(packet.data());
  send_packet(packet);
}

void ClientSocket::respond_error(std::string_view rid_json, std::string_view error_json,
                                 std::string_view data_json) {
  std::string packet;
  protocol::append_error_response(packet, rid_json, error_json, data_json);
  send_packet(packet);
}

bool ClientSocket::kick_out(std::string_view channel, std::string_view message) {
  if (!server_.channels().unsubscribe(*this, channel)) return false;
  const bool was_reported = !forget_unconfirmed(channel);
  std::string packet;
  protocol::append_kick_out(packet, dialect(), quoted(channel),
                            message.empty() ? std::string() : quoted(message));
  send_packet(packet);
  if (was_reported) server_.report_unsubscription(*this, channel);
  return true;
}

// v1 clients take the reason from `#disconnect`, v2 clients from the close frame (section 14).
void ClientSocket::disconnect(int code, std::string_view reason) {
  const bool sendable = code >= 1000 && code < 5000 &&
                        websocket::is_valid_close_code(static_cast<std::uint16_t>(code));
  const auto wire_code = static_cast<std::uint16_t>(sendable ? code : 1000);
  const bool tells_v1 = known_dialect_ != protocol::Dialect::kV2;
  const bool tells_v2 = known_dialect_ != protocol::Dialect::kV1;
  if (tells_v1 && is_open()) {
    std::string packet;
    protocol::append_disconnect(packet, wire_code, reason.empty() ? std::string() : quoted(reason));
    send_packet(packet);
  }
  end_application(wire_code, reason);
  // A close frame with anything but UTF-8 would be a protocol error of ours (RFC 6455
  // section 5.5.1).
  const bool has_reason = tells_v2 && base::is_valid_utf8(reason);
  close(wire_code, has_reason ? reason : std::string_view());
}

std::vector<std::string> ClientSocket::subscriptions() const {
  return server_.channels().subscriptions(*this);
}

bool ClientSocket::is_subscribed(std::string_view channel) const {
  return server_.channels().is_subscribed(*this, channel);
}

// ---- End ----

SocketRef ClientSocket::reference() {
  SC_DCHECK(phase_ != Phase::kOver);
  if (link_ == nullptr) link_ = new SocketLink{.socket = this, .socket_member = &link_};
  return SocketRef(*link_);
}

SocketState& ClientSocket::state() {
  if (state_ == nullptr) {
    state_ = new SocketState(server_, *this);
    state_->retain();
  }
  return *state_;
}

void ClientSocket::on_session_end(std::uint16_t code, std::string_view reason) {
  end_application(code, protocol::close_reason_or_text(code, reason));
}

// The application hears of the end of what it has heard the beginning of.
void ClientSocket::end_subscriptions() {
  if (!server_.hears_unsubscriptions(*this)) return;
  for (const std::string& channel : subscriptions()) {
    if (!forget_unconfirmed(channel)) server_.report_unsubscription(*this, channel);
  }
}

// Everything but the transport: no message, handler or count concerns this socket any more.
void ClientSocket::end_application(int code, std::string_view reason) {
  if (phase_ == Phase::kOver) return;
  end_subscriptions();  // for the application they end before the socket
  server_.report_end(*this, code, reason);
  server_.remove(*this);
  phase_ = Phase::kOver;
  batch_.reset();
  held_.reset();
  server_.channels().unsubscribe_all(*this);
  if (link_ != nullptr) std::exchange(link_, nullptr)->socket = nullptr;
  if (state_ != nullptr) state_->end(code, reason);
}

}  // namespace socketcluster::server
