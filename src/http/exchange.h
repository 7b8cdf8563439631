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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_function.h"
#include "http/request.h"
#include "http/response.h"

namespace socketcluster::net {
class Connection;
}

namespace socketcluster::http {

class HttpConnection;

// Where the rest of a body lies in a file.
struct FileSlice {
  int descriptor;
  std::uint64_t offset;
};

// A body of known length that is produced piece by piece while the peer takes it, so that its size
// does not matter. Destroyed when it was sent completely or the connection died.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Fills `buffer` (never empty) as far as possible at once. 0: failed or ended before its
  // announced length; the connection is then closed, which is how the peer learns of it.
  virtual std::size_t read(std::span<char> buffer) = 0;

  // For a body that is a part of a file: what read() would bring next. The connection may have the
  // kernel send from there (net::Connection::can_send_files()) instead of reading, in whatever
  // mixture, and says how much with skip().
  virtual std::optional<FileSlice> file() const { return std::nullopt; }
  virtual void skip(std::size_t /*size*/) {}
};

// What the writer of a streamed body hears of.
enum class StreamEvent : std::uint8_t {
  kDrained,  // everything was taken, after a write() that returned false
  kClosed    // the peer is gone before the end; nothing comes after it
};
// Never called inside of a BodyWriter's functions.
using StreamObserver = base::UniqueFunction<void(StreamEvent)>;

// A body that its producer writes when it has something; see Exchange::respond_stream(). Destroying
// it before end() ends the connection in a way that lets the peer know.
class BodyWriter {
 public:
  BodyWriter(BodyWriter&& other) noexcept = default;
  BodyWriter& operator=(BodyWriter&& other) noexcept;
  ~BodyWriter();

  // Neither ended nor cut off.
  bool is_open() const;
  // Sends `bytes`, or what fits into the announced length. False when more than kSoftBytes wait for
  // the peer (kDrained will come), or when not is_open(). Who goes on writing while more than
  // kHardBytes wait loses the connection.
  bool write(std::string_view bytes);
  // The body is complete. With fewer bytes than announced the connection is closed.
  void end();

  static constexpr std::size_t kSoftBytes = std::size_t{256} * 1024;
  static constexpr std::size_t kHardBytes = std::size_t{16} * 1024 * 1024;

 private:
  friend class Exchange;
  // Shared by a connection and its exchanges; loses the pointer when the connection ends.
  struct Link {
    HttpConnection* connection;
  };
  friend class HttpConnection;
  BodyWriter(std::shared_ptr<Link> link, std::uint64_t number)
      : link_(std::move(link)), number_(number) {}

  std::shared_ptr<Link> link_;
  std::uint64_t number_;  // of the request within its connection
};

// Fields as (name, value).
using FieldList = std::vector<std::pair<std::string, std::string>>;

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
  // Answers with a body that is written piece by piece through the returned writer: of exactly
  // `length` bytes, or, without it, chunked (HTTP/1.1) or up to the end of the connection (1.0).
  // The writer is not open when the exchange was not.
  BodyWriter respond_stream(Response response, std::optional<std::uint64_t> length,
                            StreamObserver observer);
  // Fields for whatever answer comes; they replace fields of the same names that it has itself
  // (Set-Cookie is added). REQUIRES: Response::add_header() would take them.
  void set_extra_fields(FieldList fields) { extra_fields_ = std::move(fields); }
  // Leaves HTTP, for an upgrade request: no answer is sent, the HttpConnection ends, and the caller
  // sets its own handler on the connection. Nothing when not is_open(), or when the client has
  // ended its side meanwhile (the connection is then closed).
  std::optional<Takeover> take_over();

 private:
  friend class HttpConnection;
  using Link = BodyWriter::Link;
  Exchange(std::shared_ptr<Link> link, std::uint64_t number)
      : link_(std::move(link)), number_(number) {}
  void add_extra_fields(Response& response);

  std::shared_ptr<Link> link_;
  std::uint64_t number_;  // of the request within its connection
  FieldList extra_fields_;
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
