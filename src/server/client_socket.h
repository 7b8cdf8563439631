// SPDX-License-Identifier: MIT
// ClientSocket: one SocketCluster connection on top of a WebSocket session: handshake, liveness,
// and what each packet means (protocol sections 2 to 7, 9, 10, 13 and 14).
//
//   kAwaitingHandshake --#handshake--> kReady --close, loss--> kOver
//        |  4005 after handshakeTimeout, 4009 for any other first message
//
// Which generation of the protocol the peer speaks shows in its first pong; until then it is
// treated as v1, with what v2 needs added where both can be served (section 14).
//
// Thread rule: loop thread only. Lifetime: owned by itself from attach() on (see Session).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <socketcluster/error.h>
#include <socketcluster/json.h>

#include "auth/token.h"
#include "base/unique_function.h"
#include "broker/channel_table.h"
#include "broker/exchange_engine.h"
#include "protocol/dialect.h"
#include "protocol/errors.h"
#include "protocol/packet.h"
#include "protocol/socket_id.h"
#include "server/socket_ref.h"
#include "websocket/session.h"

namespace socketcluster::server {

class MiddlewareRun;
class PacketBatch;
class SocketServer;
class SocketState;
struct HeldActions;
struct Verdict;

class ClientSocket final : public websocket::Session, public broker::Subscriber {
 public:
  ClientSocket(SocketServer& server, const protocol::SocketId& id);

  // After attach(): counts as pending, pings begin, the handshake must come in time.
  void start();

  const protocol::SocketId& id() const { return id_; }
  bool is_ready() const { return phase_ == Phase::kReady; }
  // v1 while it is not known.
  protocol::Dialect dialect() const { return known_dialect_.value_or(protocol::Dialect::kV1); }

  // Server to client. All packets leave through here, as JSON text; the codec and batches follow.
  void send_packet(std::string_view packet_json);
  void emit(std::string_view event, std::string_view data_json, std::uint64_t cid);
  void respond(std::string_view rid_json, std::string_view data_json);
  void respond_error(std::string_view rid_json, std::string_view error_json,
                     std::string_view data_json = {});
  bool kick_out(std::string_view channel, std::string_view message);
  // Closes in the manner of the peer's generation: `#disconnect` and/or the reason in the close
  // frame.
  void disconnect(int code, std::string_view reason);

  // What user code sees of this socket; made when it is first asked for.
  SocketState& state();
  bool has_state() const { return state_ != nullptr; }

  // Tokens, for the public API. `cid` 0: no confirmation is wanted.
  void send_auth_token(std::string_view token, std::uint64_t cid);
  void send_remove_auth_token(std::uint64_t cid);

  std::vector<std::string> subscriptions() const;
  bool is_subscribed(std::string_view channel) const;

  net::Connection* connection() const { return connection_; }
  const net::OutputLimits& output_limits() const override;

 private:
  friend class SocketServer;
  enum class Phase : std::uint8_t { kAwaitingHandshake, kReady, kOver };

  ~ClientSocket() override;

  // websocket::Session
  void on_message(websocket::MessageKind kind, std::string_view payload) override;
  void on_session_end(std::uint16_t code, std::string_view reason) override;
  void on_deadline() override;
  // broker::Subscriber
  void deliver(const broker::Publication& publication) override;

  class EmitRun;
  class PublishInRun;
  class PublishOutRun;
  class SubscribeRun;
  class HandshakeScRun;
  class AuthenticateRun;

  // The token in a #handshake or #authenticate.
  struct PresentedToken {
    explicit PresentedToken(const json::RawValue& value);
    bool is_given;
    bool is_text;
    std::string text;
  };
  // What a token has come to.
  struct AuthOutcome {
    bool is_authenticated = false;
    bool is_bad_token = false;
    std::string error_json;  // empty: none

    static AuthOutcome good(bool is_authenticated) { return {is_authenticated, false, {}}; }
  };
  // Continues a handshake or #authenticate; the socket is alive when it is called.
  using AfterAuth = base::UniqueFunction<void(ClientSocket&, const AuthOutcome&)>;

  // Packets.
  void handle_message(std::string_view text);
  void decode_message(websocket::MessageKind kind, std::string_view payload);
  void handle_pong(protocol::Dialect dialect);
  bool may_come_first(std::string_view text, const protocol::Packet& packet);
  void handle_packet(const protocol::Packet& packet);
  void handle_batch(std::string_view text);
  void handle_disconnect(const protocol::Packet& packet);
  void handle_event(const protocol::Packet& packet);
  void dispatch_event(std::string_view event, std::string_view data_json, std::string_view rid);
  void handle_response(const protocol::Packet& packet);

  // Actions wait while middleware or an engine has not decided about an earlier one.
  void run(MiddlewareRun* action);
  void hold_actions();
  void action_decided();
  bool is_held() const;
  void keep_for_later(std::string_view text);

  // Channels.
  void handle_publish(const protocol::Packet& packet);
  void handle_subscribe(const protocol::Packet& packet);
  void handle_unsubscribe(const protocol::Packet& packet);
  void subscribe(std::string_view channel, std::string_view rid, bool in_batch,
                 std::string_view data_json);
  struct WaitingSubscribe {
    std::string channel, rid, data_json;
    bool in_batch;
  };
  void await_subscription(WaitingSubscribe request, bool is_new);
  void finish_subscribe(const WaitingSubscribe& request, const broker::ExchangeError* error);
  void answer_subscribe(std::string_view rid, bool in_batch);
  bool forget_unconfirmed(std::string_view channel);
  void acknowledge_in_batch(std::string_view rid);
  void publish(std::string_view channel, std::string_view channel_json, std::string_view data_json,
               std::string_view rid, std::string_view ack_data = {});
  broker::ExchangeEngine::Done answer_publish(std::string_view rid, std::string_view ack_data);
  void published(std::string_view rid, std::string_view ack_data,
                 const broker::ExchangeError* error);
  void send_publication(const broker::Publication& publication);
  void send_through_middleware(const broker::Publication& publication);

  // Handshake and tokens.
  void handle_handshake(const protocol::Packet& packet);
  void present_token(const PresentedToken& token, std::string rid);
  void complete_handshake(const std::string& rid, const AuthOutcome& outcome);
  void answer_handshake(std::string_view rid, const AuthOutcome& outcome);
  void reject_handshake(const std::string& rid, const Verdict& verdict);
  void handle_authenticate(const protocol::Packet& packet);
  void answer_authenticate(const std::string& rid, const AuthOutcome& outcome);
  void verify_token(const PresentedToken& token, AfterAuth then);
  void token_verified(const std::string& token, auth::Verdict verdict, AfterAuth then);
  void accept_token(const std::string& token, JsonObject claims, AfterAuth& then);
  void finish_authentication(AfterAuth& then, const AuthOutcome& outcome);
  bool is_authenticated() const;
  void expire_token();
  std::optional<Error> token_expired_error() const;

  // Output.
  bool sends_plain_json() const;
  void send_unbatched(std::string_view packet_json);
  void close_soon();
  PacketBatch& batch();
  void begin_batching();

  // Answers to a packet; without effect when it wants none.
  bool wants_response(const protocol::Packet& packet) const;
  std::string_view rid_of(const protocol::Packet& packet) const;
  void acknowledge(const protocol::Packet& packet);
  void refuse(const protocol::Packet& packet, const protocol::WireError& error);
  void refuse(std::string_view rid, const protocol::WireError& error);
  void refuse_blocked(std::string_view rid, const Verdict& verdict, const char* line,
                      const char* v2_action, std::string_view ack_data = {});
  std::string blocked_error_json(const Verdict& verdict, const char* line, const char* v2_action,
                                 const char* v2_stream) const;

  // Liveness.
  void recognise(protocol::Dialect dialect);
  void send_ping();
  void arm_deadline();
  std::uint64_t silence_deadline_ms() const;
  void close_for_handshake_timeout();
  void end_subscriptions();
  void end_application(int code, std::string_view reason);

  // The name as text; false when it is no string or too long. `name` may point into `scratch`.
  bool read_channel(const json::RawValue& channel, std::string& scratch,
                    std::string_view& name) const;
  std::string id_text() const { return id_.text(); }
  SocketRef reference();

  SocketServer& server_;
  SocketState* state_ = nullptr;  // counted reference
  SocketLink* link_ = nullptr;    // see socket_ref.h
  std::unique_ptr<PacketBatch> batch_;
  std::unique_ptr<HeldActions> held_;  // only while actions are held
  std::uint64_t last_activity_ms_ = 0;
  std::uint64_t next_ping_ms_ = 0;
  std::uint64_t handshake_deadline_ms_ = 0;
  std::uint32_t index_ = 0;  // in the server's list of its phase
  protocol::SocketId id_;
  std::optional<protocol::Dialect> known_dialect_;
  Phase phase_ = Phase::kAwaitingHandshake;
  bool is_authenticating_ = false;
  bool is_v1_asked_ = false;  // by a ping through a codec
};

}  // namespace socketcluster::server
