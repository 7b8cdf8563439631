// SPDX-License-Identifier: MIT
// What stands behind a public HttpReply and HttpStream: the exchange that is to be answered, and
// the head that is being put together for it.
//
// Thread rule: loop thread. Lifetime: as long as handles; after the worker is gone they may only be
// destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <socketcluster/http_reply.h>

#include "http/exchange.h"
#include "server/http_request_data.h"

namespace socketcluster::server {

class SocketServer;

class HttpReplyState {
 public:
  // `server` must outlive every use but the destruction.
  HttpReplyState(SocketServer& server, http::Exchange exchange,
                 std::shared_ptr<const HttpRequestData> request)
      : server_(server), exchange_(std::move(exchange)), request_(std::move(request)) {}
  HttpReplyState(const HttpReplyState&) = delete;
  HttpReplyState& operator=(const HttpReplyState&) = delete;
  // Answers 500 when nobody has answered.
  ~HttpReplyState();

  bool is_open() const { return exchange_.is_open(); }
  void set_status(int status);
  void set_header(std::string_view name, std::string_view value);
  void add_header(std::string_view name, std::string_view value);

  // Answers, with the headers that were set. Status 0: the one that was set, or 200.
  void send(int status, std::string body, std::string_view content_type);
  std::shared_ptr<HttpStreamState> stream(std::optional<std::uint64_t> length);
  // 500, and a line in the log: `what` of the application has failed, or thrown.
  void fail(std::string_view what, std::string_view text);
  void threw(std::string_view what, std::string_view text);
  void answer_500();
  void warn(std::string_view text);

  // For those who answer without user code; the headers that were set go with it.
  http::Exchange take_exchange();

 private:
  bool may_answer();
  http::Response response(int status, std::string body, std::string_view content_type);
  std::string label() const;

  SocketServer& server_;
  http::Exchange exchange_;
  std::shared_ptr<const HttpRequestData> request_;
  http::FieldList fields_;
  int status_ = 0;  // 0: not set
  bool is_answered_ = false;
};

class HttpStreamState : public std::enable_shared_from_this<HttpStreamState> {
 public:
  HttpStreamState(SocketServer& server, std::string label)
      : server_(server), label_(std::move(label)) {}
  HttpStreamState(const HttpStreamState&) = delete;
  HttpStreamState& operator=(const HttpStreamState&) = delete;
  ~HttpStreamState();

  void begin(http::Exchange& exchange, http::Response response,
             std::optional<std::uint64_t> length);

  bool is_open() const { return writer_ && writer_->is_open(); }
  bool write(std::string_view bytes) { return writer_ && writer_->write(bytes); }
  void end();
  void set_drain_handler(Handler<void()> handler);
  void set_close_handler(Handler<void()> handler);

 private:
  void observe(http::StreamEvent event);
  // REQUIRES: the caller keeps `handler` alive.
  void tell(const std::shared_ptr<const Handler<void()>>& handler);
  void tell_closed();
  void forget_handlers();

  SocketServer& server_;
  std::string label_;  // of the request, for the log
  std::optional<http::BodyWriter> writer_;
  // User code may hold this object through what its handlers capture, so they go with the body.
  std::shared_ptr<const Handler<void()>> on_drain_;
  std::shared_ptr<const Handler<void()>> on_close_;
  bool is_over_ = false;  // ended, or on_close_ was called
};

}  // namespace socketcluster::server
