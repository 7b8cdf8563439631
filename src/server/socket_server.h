// SPDX-License-Identifier: MIT
// SocketServer: what all sockets of a worker share: options, channels, counts, the handlers of the
// application, and the way from an HTTP upgrade request to a ClientSocket.
//
// Thread rule: loop thread only. Lifetime: must outlive the loop's connections; see WorkerCore.
#pragma once

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <socketcluster/codec.h>
#include <socketcluster/options.h>
#include <socketcluster/server.h>

#include "auth/auth_engine.h"
#include "base/log.h"
#include "base/random.h"
#include "base/shared_bytes.h"
#include "broker/channel_table.h"
#include "http/exchange.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "protocol/origin.h"
#include "protocol/packet.h"
#include "protocol/socket_id.h"
#include "server/codec_boundary.h"
#include "server/exchange_core.h"
#include "server/forwarding.h"
#include "server/middleware.h"
#include "server/socket_state.h"
#include "server/traffic.h"
#include "server/worker_log.h"
#include "websocket/deflate.h"
#include "websocket/handshake.h"

namespace socketcluster::server {

class ClientSocket;
class SocketState;

class SocketServer {
 public:
  // `loop`, `log` and `random` must outlive it; `options` is valid (see validate()).
  SocketServer(net::EventLoop& loop, const Options& options, base::Log& log,
               base::RandomSource& random, std::unique_ptr<auth::AuthEngine> auth_engine);
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  // REQUIRES: no connection of this server is left on the loop.
  ~SocketServer();

  // An upgrade request, whatever its path: becomes a socket, or is refused.
  void accept_upgrade(const http::Request& request, http::Exchange exchange);
  // Closes all sockets with this code and accepts no more. For an orderly end.
  void close_all(std::uint16_t code, std::string_view reason);
  // Closes up to `count` sockets, and goes on accepting.
  void close_some(std::size_t count, std::uint16_t code, std::string_view reason);

  const Options& options() const { return options_; }
  const Forwarding& forwarding() const { return forwarding_; }
  WorkerLog& log() { return *log_; }
  net::EventLoop& loop() { return loop_; }
  broker::ChannelTable& channels() { return channels_; }
  websocket::DeflateContext& deflate() { return deflate_; }
  const protocol::ScanLimits& scan_limits() const { return scan_limits_; }
  const net::OutputLimits& output_limits() const { return output_limits_; }

  // Delivers a JSON value, given as it stands in packets, to the subscribers in this process. Empty
  // `data_json`: no data.
  void publish_here(std::string_view channel, std::string_view channel_json,
                    std::string_view data_json);
  ExchangeCore& exchange() { return exchange_; }
  // What a publish goes through; null: there is nobody but the subscribers in this process.
  broker::ExchangeEngine* engine() const { return exchange_.engine(); }

  // Pings as complete frames; `both` is for peers whose generation is not known.
  struct PingFrames {
    base::SharedBytes v1, v2, both;
  };
  const PingFrames& ping_frames() const { return ping_frames_; }

  // ---- Sockets, by phase ----
  void add_pending(ClientSocket& socket);
  // The handshake is complete; `socket` is told to the application.
  void promote(ClientSocket& socket);
  void remove(ClientSocket& socket);
  std::size_t clients_count() const { return clients_.size(); }
  std::size_t pending_count() const { return pending_.size(); }
  // All of them, those included whose closing handshake is under way.
  std::size_t living_count() const { return living_count_; }
  Traffic& traffic() { return traffic_; }
  void count_living(int change) { living_count_ += static_cast<std::size_t>(change); }

  // Where the user data of sockets that are over goes: empty whenever it is asked for.
  std::any& discarded_user_data();

  // A subscriber whose copy of the current publication goes through middleware.
  void collect(ClientSocket& socket);
  // Null: JSON text.
  CodecBoundary* codec() const { return codec_.get(); }
  // Throws what the codec throws at a ping.
  void set_codec(std::unique_ptr<Codec> codec);
  // Of packets.
  websocket::Opcode opcode() const {
    return codec_ != nullptr && codec_->is_binary() ? websocket::Opcode::kBinary
                                                    : websocket::Opcode::kText;
  }

  // ---- Rules and tokens ----
  Middleware& middleware() { return middleware_; }
  MiddlewareId next_middleware_id() { return ++last_middleware_id_; }
  auth::AuthEngine& auth_engine() { return *auth_engine_; }
  void set_auth_engine(std::unique_ptr<auth::AuthEngine> engine);
  auth::WallTime wall_now() const { return std::chrono::system_clock::now(); }

  // ---- What the application is told. Handlers run at the end of the iteration. ----
  struct Handlers {
    Server::ConnectionHandler handshake;
    Server::EndHandler disconnection, connection_abort, closure;
    Server::ChannelHandler subscription, unsubscription;
    Server::TokenHandler authentication, deauthentication;
    Server::BadTokenHandler bad_auth_token;
    Handler<void(const std::string&)> warning;

    // Any of those that are given a socket.
    bool meet_sockets() const {
      return handshake || disconnection || connection_abort || closure || subscription ||
             unsubscription || authentication || deauthentication || bad_auth_token;
    }
  };
  Handlers& handlers() { return handlers_; }
  void warn(const std::string& text);
  // An exception has left a handler, and `crashWorkerOnError` is set: the loop has been told to
  // stop.
  bool has_crashed() const { return has_crashed_; }
  void report_blocked(const Verdict& verdict, const char* line);
  void report_end(ClientSocket& socket, int code, std::string_view reason);
  void report_subscription(ClientSocket& socket, std::string_view channel,
                           std::string_view data_json);
  // Each end of a subscription, whatever ends it: the client, a kick-out, the end of the socket.
  void report_unsubscription(ClientSocket& socket, std::string_view channel);
  bool hears_unsubscriptions(ClientSocket& socket) const;
  void report_token(SocketState& state, bool is_gained, const Json& token);
  void report_bad_token(ClientSocket& socket, const std::string& error_json,
                        const std::string& token);

  // ---- For the public API ----
  Server& api() { return api_; }
  void report_connection(ClientSocket& socket);
  bool has_connection_handler() const { return connection_handler_ != nullptr; }
  void set_connection_handler(Server::ConnectionHandler handler);
  void set_event_handler(std::string_view event, Server::SocketEventHandler handler);
  std::shared_ptr<const Server::SocketEventHandler> event_handler(std::string_view event) const;
  void for_each_client(const std::function<void(Socket&)>& visit);

 private:
  struct NameHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): named by the standard
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>{}(name);
    }
  };
  template <typename Value>
  using NameMap = std::unordered_map<std::string, Value, NameHash, std::equal_to<>>;

  void refuse(http::Exchange& exchange, int status, std::string body, std::string_view header);
  class HandshakeWsRun;
  void user_code_threw(const std::string& text);
  // Empty when the codec cannot make it.
  base::SharedBytes publication_frame(std::string_view channel_json, std::string_view data_json);
  template <typename Handler, typename... Args>
  void tell(const Handler& handler, Args&&... args);
  bool keeps_requests() const;
  bool has_code_for_sockets();
  std::string forwarded_address(const http::Request& request, const std::string& peer);
  void open_socket(http::Exchange& exchange, const websocket::Upgrade& upgrade,
                   std::optional<HttpRequest> request, std::string forwarded_address = {});
  void refuse_blocked(http::Exchange& exchange, const Verdict& verdict);
  static void erase_at(std::vector<ClientSocket*>& list, std::uint32_t index);

  net::EventLoop& loop_;
  const Options options_;
  const Forwarding forwarding_;
  const std::shared_ptr<WorkerLog> log_;
  protocol::SocketIdSource ids_;
  protocol::OriginPolicy origins_;
  protocol::ScanLimits scan_limits_;
  net::OutputLimits output_limits_;
  websocket::DeflateContext deflate_;
  PingFrames ping_frames_;
  broker::ChannelTable channels_;
  ExchangeCore exchange_{*this};
  std::size_t living_count_ = 0;
  Traffic traffic_;
  bool is_ending_ = false;
  bool is_telling_warning_ = false;
  bool has_crashed_ = false;
  std::vector<ClientSocket*> pending_;
  std::vector<ClientSocket*> clients_;
  std::shared_ptr<const Server::ConnectionHandler> connection_handler_;
  NameMap<std::shared_ptr<const Server::SocketEventHandler>> event_handlers_;
  std::unique_ptr<CodecBoundary> codec_;
  std::vector<StateRef> collected_;
  Middleware middleware_;
  MiddlewareId last_middleware_id_ = 0;
  std::unique_ptr<auth::AuthEngine> auth_engine_;
  Handlers handlers_;
  std::any discarded_user_data_;
  Server api_;
};

}  // namespace socketcluster::server
