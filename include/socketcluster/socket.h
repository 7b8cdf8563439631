// SPDX-License-Identifier: MIT
// Socket: a handle to one client's connection. Copies are cheap and name the same connection; a
// handle stays valid when the connection is gone: every call is then without effect, as each
// function says. It may outlive the worker only to be destroyed.
//
//   server.on_connection([](socketcluster::Socket& socket) {
//     socket.on("add", [](const socketcluster::Json& data, socketcluster::Respond respond) {
//       respond(data.at("a").as_int64() + data.at("b").as_int64());
//     });
//     socket.emit("welcome", {{"hello", "world"}});
//   });
//
// The Socket& given to handlers lives as long as they do, so handlers of that socket may capture it
// by reference. It cannot be assigned to; copies can. Thread rule: the worker's loop thread only.
// Handlers never run inside the call that registered them, and may do anything, closing the socket
// included. What a handler throws becomes an error response to the caller (if it waits for one) and
// a warning; with option `crashWorkerOnError` the worker then ends.
#pragma once

#include <any>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <socketcluster/error.h>
#include <socketcluster/handler.h>
#include <socketcluster/http.h>
#include <socketcluster/json.h>
#include <socketcluster/tls.h>

namespace socketcluster {

namespace server {
class SocketState;
}

// How a token is made; see Socket::set_auth_token(). What is not set is left out of the token.
struct AuthTokenOptions {
  // Time until it expires. Not set: option `authDefaultExpiry`. An `exp` among the claims wins.
  std::optional<std::chrono::seconds> expires_in;
  // Time until it becomes valid.
  std::optional<std::chrono::seconds> not_before;
  Json audience;  // a string or an array of strings; null: none
  std::optional<std::string> issuer;
  std::optional<std::string> subject;
  std::optional<std::string> jwt_id;
  std::optional<std::string> key_id;
  // Leaves `iat` out.
  bool no_timestamp = false;
  // Further members of the token's header.
  JsonObject header;
};

enum class AuthState : std::uint8_t { kUnauthenticated, kAuthenticated };

// Answers one event of a client; copies answer the same one. Answering when the client does not
// wait, a second time, or after the connection is gone has no effect.
class Respond {
 public:
  Respond() = default;  // answers nothing
  Respond(const Respond& other);
  Respond(Respond&& other) noexcept;
  Respond& operator=(Respond other) noexcept;
  ~Respond();

  // Success without data.
  void operator()() const;
  // Success with data.
  void operator()(const Json& data) const;
  // Success with a text.
  template <typename Text>
  requires(std::convertible_to<const Text&, std::string_view> &&
           !std::same_as<Text, std::nullptr_t>) void
  operator()(const Text& text) const {
    operator()(Json(std::string_view(text)));
  }
  // Failure. Takes nothing but an Error, so that braces mean data: respond({{"sum", 5}}).
  template <std::same_as<Error> E>
  void operator()(const E& error) const {
    fail(error);
  }

  // The client waits for an answer and has not got it.
  bool is_wanted() const;

 private:
  friend class server::SocketState;
  Respond(server::SocketState& state, std::uint32_t slot);
  void fail(const Error& error) const;
  server::SocketState* state_ = nullptr;
  std::uint32_t slot_ = 0;
};

// A client's event: its data (null when there was none) and the way to answer it.
using EventHandler = Handler<void(const Json& data, Respond respond)>;
// The answer of a client: `error` is empty on success. TimeoutError when it did not come within
// `ackTimeout`, BadConnectionError when the connection was lost.
using AckHandler = Handler<void(const std::optional<Error>& error, const Json& data)>;
// The end of a connection: WebSocket close code and reason (protocol section 9; 1006: lost).
using DisconnectHandler = Handler<void(int code, const std::string& reason)>;

// Told of the token that a socket has got or lost.
using AuthTokenHandler = Handler<void(const Json& auth_token)>;
// Told whether something was done; see the functions that take it.
using DoneHandler = Handler<void(const std::optional<Error>& error)>;

class Socket {
 public:
  Socket(const Socket& other);
  Socket& operator=(const Socket& other);
  ~Socket();

  // 20 characters of base64url, unique for all time. Known also when the socket is closed.
  std::string id() const;
  // The handshake is complete and the connection not closed.
  bool is_open() const;
  friend bool operator==(const Socket& a, const Socket& b) { return a.state_ == b.state_; }

  // ---- Events from this client ----
  // Replaces the handler of `event`. Names beginning with '#' are the protocol's own.
  void on(std::string_view event, EventHandler handler);
  void off(std::string_view event);
  // Removes the handler before it runs for the first time.
  void once(std::string_view event, EventHandler handler);
  // A message that is no packet of the protocol.
  void on_raw(Handler<void(const std::string& message)> handler);
  // The socket was authenticated, by a token of the client or by set_auth_token(); it lost its
  // token (the handler is given the old one), for whatever reason.
  void on_authenticate(AuthTokenHandler handler);
  void on_deauthenticate(AuthTokenHandler handler);
  // Like Server::on_subscription() and Server::on_unsubscription(), for this socket. `data`: what
  // the client gave with its subscription. The end of the socket ends its subscriptions before the
  // handler of on_disconnect() is called.
  void on_subscribe(Handler<void(const std::string& channel, const Json& data)> handler);
  void on_unsubscribe(Handler<void(const std::string& channel)> handler);
  // Called once, when the connection has ended. Replaces an earlier one.
  void on_disconnect(DisconnectHandler handler);

  // ---- Events to this client. Ignored when closed. ----
  void emit(std::string_view event);
  void emit(std::string_view event, const Json& data);
  // `on_answer` is called exactly once, also when the socket is closed already.
  void emit(std::string_view event, const Json& data, AckHandler on_answer);
  // A text message outside of the protocol; clients raise their `raw` event.
  void send(std::string_view text);

  // ---- Channels ----
  // Takes the client off `channel` and tells it so, with a message if it is not empty. It does not
  // subscribe again by itself. Without effect when it was not subscribed.
  void kick_out(std::string_view channel, std::string_view message = {});
  // The same for every channel that it is subscribed to.
  void kick_out_all(std::string_view message = {});
  std::vector<std::string> subscriptions() const;
  bool is_subscribed(std::string_view channel) const;

  // ---- Authentication. See the guide on authentication. ----
  AuthState auth_state() const;
  bool is_authenticated() const { return auth_state() == AuthState::kAuthenticated; }
  // The claims of the token; null when unauthenticated.
  Json auth_token() const;
  // One of the claims; null when there is none of that name.
  Json auth_claim(std::string_view name) const;
  // The same of a claim that is text, a name for instance; "" for any other.
  std::string auth_text(std::string_view name) const;
  // The token as text; empty when unauthenticated.
  std::string signed_auth_token() const;
  // Signs a token with these claims (an object), authenticates the socket by it at once, and gives
  // it to the client, which keeps it for later connections. A token that cannot be signed closes
  // the socket (4002). `on_done`: the client has confirmed it, or why it has not.
  void set_auth_token(const Json& claims, const AuthTokenOptions& options = {},
                      DoneHandler on_done = nullptr);
  // Takes the token away, here and from the client.
  void deauthenticate(DoneHandler on_done = nullptr);
  // The same without telling the client.
  void deauthenticate_self();

  // ---- What it is ----
  // The upgrade request. Kept (1 to 2 KB per connection) when the server has a connection handler,
  // a handshake handler or handshake middleware at the time of the connect; empty otherwise.
  const std::optional<HttpRequest>& request() const;
  // The client's address, as proxies tell it. With the option `trustedProxies`: from the right, the
  // first address in `X-Forwarded-For` (or `Forwarded`, see `forwardedHeader`) that is not one of
  // theirs; "" when it was not one of them that connected. Without it: the first address of
  // `X-Forwarded-For`, not trimmed, which anybody can send. "" without the header, or when at the
  // time of the connect the server had nothing that is given a socket (handlers, middleware).
  std::string forwarded_address() const;
  // Anything that the application wants to keep with the socket; it may hold handles of this same
  // socket. Destroyed when the socket has ended and the last of its handlers, that of
  // on_disconnect(), has returned; from then on it is empty, and what is put there does not stay.
  std::any& user_data();

  // ---- Closing ----
  // `code` 1000, 3000 to 4999. Clients reconnect by themselves unless it is 1000 or at least 4500.
  // A code that cannot be sent is replaced by 1000.
  void disconnect(int code = 1000, std::string_view reason = {});
  // Ends the connection without a closing handshake.
  void terminate();

  // Of the peer that connected, a proxy perhaps; "" and 0 when closed.
  std::string remote_address() const;
  std::uint16_t remote_port() const;
  // The connection speaks TLS; what is known of it then, the client's certificate above all, put
  // together by each call. False and nothing when closed; what has to be known later can be kept in
  // user_data().
  bool is_encrypted() const;
  std::optional<TlsDetails> tls() const;

 private:
  friend class server::SocketState;
  struct Uncounted {};
  Socket(server::SocketState& state, Uncounted);
  explicit Socket(server::SocketState& state);
  server::SocketState* state_;
};

}  // namespace socketcluster
