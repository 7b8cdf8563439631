// SPDX-License-Identifier: MIT
// Middleware: an application's own rules. Functions of a line run in the order in which they were
// added, each for every action of its kind; each calls `next` to let the action pass to the next
// one.
//
//   server.use(sc::Line::kSubscribe, [](sc::SubscribeRequest& request, sc::Next next) {
//     if (request.channel() == "secret") {
//       return next(sc::Error("ForbiddenError", "Not allowed to read secret"));
//     }
//     next();
//   });
//
// `next` may be kept and called later; until then the request stays valid, and what the same client
// sends meanwhile waits, so that its actions keep their order. If all copies of `next` are dropped
// uncalled, or it is called twice, the log says so; a dropped one blocks the action.
//
// Thread rule: the worker's loop thread only. Exceptions of a function block the action with their
// text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <socketcluster/error.h>
#include <socketcluster/handler.h>
#include <socketcluster/http.h>
#include <socketcluster/json.h>
#include <socketcluster/socket.h>

namespace socketcluster {

namespace server {
class MiddlewareRun;
}

// Whether a client is told to forget the token that the authenticate line has refused.
enum class BadToken : bool { kNo, kYes };

// What a function of a line decides. Copies stand for the same decision.
class Next {
 public:
  Next(const Next& other);
  Next(Next&& other) noexcept;
  Next& operator=(Next other) noexcept;
  ~Next();

  // Lets the action pass.
  void operator()() const;
  // Blocks it; the client gets `error` if it waits for an answer, and the log a warning (option
  // `middlewareEmitWarnings`).
  void operator()(const Error& error) const;
  // Handshake line (SC): blocks and closes with `close_code` instead of 4008. Clients do not
  // reconnect by themselves from 4500 on.
  void operator()(const Error& error, int close_code) const;
  // Authenticate line: blocks, and says whether the client shall forget its token.
  void operator()(const Error& error, BadToken bad_token) const;
  // Blocks without a warning; the client gets a SilentMiddlewareBlockedError.
  void block_silently() const;

 private:
  friend class server::MiddlewareRun;
  Next(server::MiddlewareRun& run, std::uint32_t step);
  server::MiddlewareRun* run_;  // counted; null when moved from
  std::uint32_t step_;
};

// ---- The requests. Valid until the decision about them is complete. ----

// What most requests share. `token_expired_error` is set when the socket's token has just been
// found expired (and the socket deauthenticated for it).
class SocketRequest {
 public:
  SocketRequest(const SocketRequest&) = delete;
  SocketRequest& operator=(const SocketRequest&) = delete;

  Socket& socket() const { return *socket_; }
  const std::optional<Error>& token_expired_error() const { return token_expired_error_; }

 protected:
  explicit SocketRequest(Socket& socket) : socket_(&socket) {}
  ~SocketRequest() = default;
  std::optional<Error> token_expired_error_;

 private:
  Socket* socket_;
};

// Data of an action; read from the packet when it is first asked for. Null when there is none.
class DataRequest : public SocketRequest {
 public:
  const Json& data() const;
  // Replaces the data for everybody that comes later: the next functions, handlers, subscribers.
  void set_data(Json data);

 protected:
  // Text that stays where it is until keep_text().
  struct Borrowed {
    std::string_view text;
  };
  DataRequest(Socket& socket, std::string data_json)
      : SocketRequest(socket), own_text_(std::move(data_json)), data_json_(own_text_) {}
  DataRequest(Socket& socket, Borrowed data_json)
      : SocketRequest(socket), data_json_(data_json.text) {}
  ~DataRequest() = default;
  std::string_view data_json() const;
  bool is_data_replaced() const { return is_replaced_; }
  // Copies what is borrowed.
  void keep_text();

 private:
  mutable std::string own_text_;
  mutable std::string_view data_json_;  // as it travels in packets; empty: none
  mutable std::optional<Json> data_;    // parsed
  mutable bool is_text_stale_ = false;
  bool is_replaced_ = false;
};

// The HTTP request of a WebSocket upgrade, after the origin check. Blocking answers 401.
class HandshakeWsRequest {
 public:
  const HttpRequest& http() const { return http_; }

 protected:
  explicit HandshakeWsRequest(HttpRequest http) : http_(std::move(http)) {}
  ~HandshakeWsRequest() = default;

 private:
  HttpRequest http_;
};

// The `#handshake` of a new socket, before its token is looked at.
class HandshakeScRequest : public SocketRequest {
 protected:
  using SocketRequest::SocketRequest;
  ~HandshakeScRequest() = default;
};

// A valid token was presented, in the handshake or later. Blocking leaves the socket
// unauthenticated.
class AuthenticateRequest : public SocketRequest {
 public:
  const Json& auth_token() const { return auth_token_; }

 protected:
  AuthenticateRequest(Socket& socket, Json auth_token)
      : SocketRequest(socket), auth_token_(std::move(auth_token)) {}
  ~AuthenticateRequest() = default;

 private:
  Json auth_token_;
};

// An event whose name does not begin with '#'.
class EmitRequest : public DataRequest {
 public:
  const std::string& event() const { return event_; }

 protected:
  EmitRequest(Socket& socket, std::string_view event, Borrowed data_json)
      : DataRequest(socket, data_json), event_(event) {}
  ~EmitRequest() = default;

 private:
  std::string event_;
};

// What the requests about one channel share.
class ChannelRequest : public DataRequest {
 public:
  const std::string& channel() const { return channel_; }

 protected:
  ChannelRequest(Socket& socket, std::string channel, std::string data_json)
      : DataRequest(socket, std::move(data_json)), channel_(std::move(channel)) {}
  ChannelRequest(Socket& socket, std::string channel, Borrowed data_json)
      : DataRequest(socket, data_json), channel_(std::move(channel)) {}
  ~ChannelRequest() = default;

 private:
  std::string channel_;
};

// A client subscribes; the data are those of its subscription options.
class SubscribeRequest : public ChannelRequest {
 public:
  // The client subscribes only while it is authenticated.
  bool wait_for_auth() const { return wait_for_auth_; }

 protected:
  SubscribeRequest(Socket& socket, std::string channel, std::string data_json, bool wait_for_auth)
      : ChannelRequest(socket, std::move(channel), std::move(data_json)),
        wait_for_auth_(wait_for_auth) {}
  ~SubscribeRequest() = default;

 private:
  bool wait_for_auth_;
};

// A client publishes.
class PublishInRequest : public ChannelRequest {
 public:
  // Sent to the publisher as the data of its acknowledgement.
  void set_ack_data(Json data) { ack_data_ = std::move(data); }

 protected:
  using ChannelRequest::ChannelRequest;
  ~PublishInRequest() = default;
  std::optional<Json> ack_data_;
};

// A message is about to be sent to one subscriber. Data that is replaced here is replaced for this
// subscriber alone. Blocking means that this subscriber does not get it.
class PublishOutRequest : public ChannelRequest {
 public:
  // Sends the bytes that were encoded once for all, whatever was replaced.
  void set_use_cache(bool use_cache) { use_cache_ = use_cache; }

 protected:
  using ChannelRequest::ChannelRequest;
  ~PublishOutRequest() = default;
  bool use_cache_ = false;
};

// ---- The lines, as tags that choose the type of the function. ----

// Names a line and the type of its requests.
template <typename Request>
struct LineTag {
  using Function = Handler<void(Request& request, Next next)>;
};

// The lines, in the order in which a client meets them. See Server::use().
struct Line {
  static constexpr LineTag<HandshakeWsRequest> kHandshakeWs{};
  static constexpr LineTag<HandshakeScRequest> kHandshakeSc{};
  static constexpr LineTag<AuthenticateRequest> kAuthenticate{};
  static constexpr LineTag<EmitRequest> kEmit{};
  static constexpr LineTag<SubscribeRequest> kSubscribe{};
  static constexpr LineTag<PublishInRequest> kPublishIn{};
  static constexpr LineTag<PublishOutRequest> kPublishOut{};
};

// Names an added function, for removing it.
using MiddlewareId = std::uint64_t;

}  // namespace socketcluster
