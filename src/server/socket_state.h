// SPDX-License-Identifier: MIT
// SocketState: what user code holds on to of a socket: its handlers, the answers that it owes, the
// answers that it waits for. Made when user code first sees a socket, so that a plain pub/sub
// server has none; outlives the connection as long as there are handles.
//
// References are counted by Socket, Respond and the ClientSocket; not atomic. Thread rule: loop
// thread.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <socketcluster/server.h>
#include <socketcluster/socket.h>

#include "auth/auth_engine.h"
#include "protocol/packet.h"
#include "protocol/socket_id.h"

namespace socketcluster::server {

class ClientSocket;
class SocketServer;

class SocketState {
 public:
  SocketState(SocketServer& server, ClientSocket& live);
  SocketState(const SocketState&) = delete;
  SocketState& operator=(const SocketState&) = delete;

  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

  // Null when the connection is over.
  ClientSocket* live() const { return live_; }
  const protocol::SocketId& id() const { return id_; }
  // The handle that handlers are given by reference.
  Socket& handle() { return handle_; }

  void set_handler(std::string_view event, EventHandler handler);
  void remove_handler(std::string_view event);
  void set_once_handler(std::string_view event, EventHandler handler);
  void set_disconnect_handler(DisconnectHandler handler);
  // Handlers of what is no event of the client.
  struct Listeners {
    Handler<void(const std::string& message)> raw;
    AuthTokenHandler authenticate, deauthenticate;
    Handler<void(const std::string& channel, const Json& data)> subscribe;
    Handler<void(const std::string& channel)> unsubscribe;
  };
  // Ignored when the connection is over: what the handler captured could keep this alive for ever.
  template <typename Function>
  void set_listener(Function Listeners::*which, Function handler) {
    if (live_ != nullptr) listeners().*which = std::move(handler);
  }
  bool hears_subscriptions() const;
  void report_raw(std::string_view text);
  void report_subscription(const std::string& channel, const std::string& data_json);
  void report_unsubscription(const std::string& channel);
  void report_token(bool is_gained, const Json& token);
  bool has_handler(std::string_view event) const;

  // Runs the handler of an event. `shared`: the server's handler when the socket has none itself.
  // `rid_json`: what an answer refers to; empty when none is wanted.
  void run_handler(std::string_view event, std::string_view data_json, std::string_view rid_json,
                   const std::shared_ptr<const Server::SocketEventHandler>& shared);
  void run_connection_handler(const Server::ConnectionHandler& handler);

  // ---- Authentication ----
  bool is_authenticated() const { return token_ != nullptr; }
  Json token_claims() const { return token_ == nullptr ? Json() : Json(token_->claims); }
  // Null: there is none.
  const Json* token_claim(std::string_view name) const {
    return token_ == nullptr ? nullptr : token_->claims.if_contains(name);
  }
  std::string signed_token() const { return token_ == nullptr ? std::string() : token_->text; }
  std::optional<double> token_expiry() const;
  void set_token(JsonObject claims, std::string text);
  void drop_token();
  // The expiry that was noticed when the current packet came.
  const std::optional<std::int64_t>& expired_at() const { return expired_at_; }
  void set_expired_at(std::optional<std::int64_t> expiry) { expired_at_ = expiry; }
  void sign_token(JsonObject claims, auth::SignOptions options, DoneHandler on_done);
  void deauthenticate(DoneHandler on_done);

  void set_request(HttpRequest request) { request_ = std::move(request); }
  const std::optional<HttpRequest>& request() const { return request_; }
  void set_forwarded_address(std::string address) { forwarded_address_ = std::move(address); }
  std::string forwarded_address() const;
  // Of a socket whose end was told: a place where nothing stays.
  std::any& user_data();

  // ---- Answers that user code owes: a slot belongs to all copies of one Respond, and is free when
  // the last of them is gone, answered or not ----
  void retain_answer(std::uint32_t slot);
  void release_answer(std::uint32_t slot);
  bool is_answer_wanted(std::uint32_t slot) const;
  void answer(std::uint32_t slot, std::string_view data_json);
  void answer_error(std::uint32_t slot, std::string_view error_json);

  // ---- Answers that user code waits for ----
  void emit_with_answer(std::string_view event, std::string_view data_json, AckHandler on_answer);
  void handle_answer(std::uint64_t rid, std::string_view error_json, std::string_view data_json);

  // The connection is over: tells the application (at the end of this iteration, never inside the
  // caller), fails what waits, drops the handlers.
  void end(int code, std::string_view reason);

 private:
  struct Handler {
    std::string event;
    std::shared_ptr<const EventHandler> function;
  };
  struct Owed {
    std::uint32_t holders = 0;
    bool is_wanted = false;
    std::string rid_json;
  };
  class Farewell;
  class PendingAnswer;
  struct Token {
    JsonObject claims;
    std::string text;
  };

  ~SocketState();

  Listeners& listeners();
  std::uint64_t await_answer(std::string_view event, AckHandler on_answer);
  void token_signed(base::Result<auth::SignedToken> token, DoneHandler on_done);
  void deliver_token(const std::string& text, std::uint64_t cid);
  static AckHandler as_ack(DoneHandler on_done);

  std::shared_ptr<const EventHandler> handler(std::string_view event) const;
  template <typename Call>
  bool throws(std::string_view where, std::string& message, Call&& call);
  Respond owe(std::string_view rid_json);
  std::optional<std::string> settle(std::uint32_t slot);
  void finish_answer(std::uint64_t cid, const std::optional<Error>& error, const Json& data);
  void fail_answer(PendingAnswer& pending);
  void tell_end(int code, const std::string& reason);
  void drop_user_code();

  SocketServer& server_;
  ClientSocket* live_;
  std::uint32_t references_ = 0;
  protocol::SocketId id_;
  Socket handle_;  // not counted, or the state would keep itself alive
  std::uint64_t next_cid_ = 1;
  std::vector<Handler> handlers_;
  DisconnectHandler disconnect_handler_;
  std::unique_ptr<Listeners> listeners_;
  std::unique_ptr<Token> token_;
  std::optional<std::int64_t> expired_at_;
  std::optional<HttpRequest> request_;
  std::string forwarded_address_;  // when there is no request_
  std::any user_data_;
  bool is_told_ = false;  // of its end; user code is gone from here, for good
  std::vector<Owed> owed_;
  std::vector<std::uint32_t> free_slots_;
  std::unordered_map<std::uint64_t, std::unique_ptr<PendingAnswer>> pending_;
};

// A counted reference.
class StateRef {
 public:
  explicit StateRef(SocketState& state) : state_(&state) { state.retain(); }
  StateRef(const StateRef& other) : state_(other.state_) { state_->retain(); }
  StateRef(StateRef&& other) noexcept : state_(other.state_) { state_->retain(); }
  StateRef& operator=(const StateRef&) = delete;
  ~StateRef() { state_->release(); }
  SocketState* operator->() const { return state_; }

 private:
  SocketState* state_;
};

}  // namespace socketcluster::server
