// SPDX-License-Identifier: MIT
// Server: the sockets of one worker. See socket.h for what handlers may do and when they run.
//
// Thread rule: the worker's loop thread only. Lifetime: as long as its worker.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <socketcluster/auth.h>
#include <socketcluster/codec.h>
#include <socketcluster/exchange.h>
#include <socketcluster/handler.h>
#include <socketcluster/json.h>
#include <socketcluster/middleware.h>
#include <socketcluster/socket.h>

namespace socketcluster {

namespace server {
class SocketServer;
}

class Server {
 public:
  using ConnectionHandler = Handler<void(Socket& socket)>;
  using SocketEventHandler = Handler<void(Socket& socket, const Json& data, Respond respond)>;

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Called for each client when its handshake is complete. Replaces an earlier handler.
  void on_connection(ConnectionHandler handler);
  // Handles `event` of every client that has no handler of its own for it: one handler for all
  // instead of one per socket. Replaces an earlier one.
  void on(std::string_view event, SocketEventHandler handler);

  // ---- Rules ----
  // Adds a function to a middleware line, behind those that are there (see middleware.h).
  template <typename Request>
  MiddlewareId use(LineTag<Request> line, typename LineTag<Request>::Function function) {
    return add(line, std::move(function));
  }
  // Removes it; actions that are on their way keep the functions that they began with.
  void remove_middleware(MiddlewareId id);
  // Puts another engine in the place of JSON Web Tokens with the keys of the options.
  void set_auth_engine(std::unique_ptr<AuthEngine> engine);

  // Exchanges packets with clients in another form than JSON text (see codec.h); clients must use
  // the same. To be called before the worker accepts connections. Throws what the codec throws when
  // it is asked for a ping.
  void set_codec(std::unique_ptr<Codec> codec);

  // ---- Events. Each replaces an earlier handler; they run at the end of the loop's iteration.
  // ----
  using EndHandler = Handler<void(Socket& socket, int code, const std::string& reason)>;
  using ChannelHandler = Handler<void(Socket& socket, const std::string& channel)>;
  using TokenHandler = Handler<void(Socket& socket, const Json& auth_token)>;
  using BadTokenHandler =
      Handler<void(Socket& socket, const Error& error, const std::string& signed_auth_token)>;
  // A connection is open; its handshake is still to come.
  void on_handshake(ConnectionHandler handler);
  // The end of a connection that had completed its handshake, of one that had not, of either.
  void on_disconnection(EndHandler handler);
  void on_connection_abort(EndHandler handler);
  void on_closure(EndHandler handler);
  // A socket subscribed to a channel; it left one: by itself, kicked out, or because it is over
  // (told before its disconnection).
  void on_subscription(ChannelHandler handler);
  void on_unsubscription(ChannelHandler handler);
  // A socket got a token; lost it (the handler is given the old one); presented one that was
  // refused.
  void on_authentication(TokenHandler handler);
  void on_deauthentication(TokenHandler handler);
  void on_bad_auth_token(BadTokenHandler handler);
  // Everything that is not fatal: what is also written to the log as a warning.
  void on_warning(Handler<void(const std::string& text)> handler);

  Exchange& exchange();

  // Clients with a complete handshake, and connections that have not got there yet.
  std::size_t clients_count() const;
  std::size_t pending_clients_count() const;
  // Calls `visit` for each of the former. It may close any of them; those that connect meanwhile
  // are not visited.
  void for_each_client(const std::function<void(Socket& socket)>& visit);

 private:
  friend class server::SocketServer;
  MiddlewareId add(LineTag<HandshakeWsRequest>, LineTag<HandshakeWsRequest>::Function function);
  MiddlewareId add(LineTag<HandshakeScRequest>, LineTag<HandshakeScRequest>::Function function);
  MiddlewareId add(LineTag<AuthenticateRequest>, LineTag<AuthenticateRequest>::Function function);
  MiddlewareId add(LineTag<EmitRequest>, LineTag<EmitRequest>::Function function);
  MiddlewareId add(LineTag<SubscribeRequest>, LineTag<SubscribeRequest>::Function function);
  MiddlewareId add(LineTag<PublishInRequest>, LineTag<PublishInRequest>::Function function);
  MiddlewareId add(LineTag<PublishOutRequest>, LineTag<PublishOutRequest>::Function function);

  explicit Server(server::SocketServer& core) : core_(core) {}
  ~Server() = default;
  server::SocketServer& core_;
};

}  // namespace socketcluster
