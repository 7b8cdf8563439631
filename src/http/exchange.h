// SPDX-License-Identifier: MIT
// The two sides of serving HTTP: RequestHandler is what a user of this layer implements, Exchange
// is the handle through which one request is answered, at once or later.
//
// Thread rule: loop thread only. An Exchange survives its connection: when the peer is gone,
// answering is a call without effect. Nothing calls back synchronously.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "http/request.h"
#include "http/response.h"

namespace socketcluster::net {
class Connection;
}

namespace socketcluster::http {

class HttpConnection;

// A body of known length that is produced piece by piece while the peer takes it, so that its size
// does not matter. Destroyed when it was sent completely or the connection died.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Fills `buffer` (never empty) as far as possible at once. 0: failed or ended before its
  // announced length; the connection is then closed, which is how the peer learns of it.
  virtual std::size_t read(std::span<char> buffer) = 0;
};

// A connection that has left HTTP. The caller of take_over() gives it a handler before it returns.
struct Takeover {
  net::Connection* connection;
  // What the client sent behind its request; writable. Valid until the callback that called
  // take_over() returns.
  std::span<char> rest;
};

class Exchange {
 public:
  Exchange(Exchange&& other) noexcept = default;
  Exchange& operator=(Exchange&& other) noexcept;
  // An exchange that nobody answered is answered with 500, so that no client waits for ever.
  ~Exchange();

  // The answer is still wanted: nothing was answered yet and the connection is open.
  bool is_open() const;
  // The request, until it is answered. REQUIRES: is_open().
  const Request& request() const;
  // The connection, for its addresses. REQUIRES: is_open().
  net::Connection& connection() const;

  // Answers. Without effect when not is_open(). The body of a HEAD request's answer is counted, not
  // sent.
  void respond(Response response);
  // Answers with `length` bytes from `body`; the response's own body is ignored.
  void respond(Response response, std::uint64_t length, std::unique_ptr<BodySource> body);
  // Leaves HTTP, for an upgrade request: no answer is sent, the HttpConnection ends, and the caller
  // sets its own handler on the connection. Nothing when not is_open(), or when the client has
  // ended its side meanwhile (the connection is then closed).
  std::optional<Takeover> take_over();

 private:
  friend class HttpConnection;
  // Shared by a connection and its exchanges; loses the pointer when the connection ends.
  struct Link {
    HttpConnection* connection;
  };
  Exchange(std::shared_ptr<Link> link, std::uint64_t number)
      : link_(std::move(link)), number_(number) {}

  std::shared_ptr<Link> link_;
  std::uint64_t number_;  // of the request within its connection
};

class RequestHandler {
 public:
  // A complete request. `request` is valid until it is answered, at most until its connection ends.
  virtual void on_request(const Request& request, Exchange exchange) = 0;
  // A request that asks to leave HTTP (Request::is_upgrade()): take_over(), or an answer as usual.
  // The default ignores the wish, as RFC 9110 section 7.8 allows.
  virtual void on_upgrade(const Request& request, Exchange exchange) {
    on_request(request, std::move(exchange));
  }

 protected:
  ~RequestHandler() = default;
};

}  // namespace socketcluster::http
