// SPDX-License-Identifier: MIT
// HttpReply: the answer to one HTTP request, given at once or later, once. HttpStream: a body that
// is written piece by piece.
//
//   reply.status(201).header("Location", "/users/7").json({{"id", 7}});
//
// Copies stand for the same answer. When the last copy is gone and nothing was answered, the client
// gets 500 and the log a warning. When the client is gone, everything is without effect.
//
// Thread rule: the worker's loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <socketcluster/error.h>
#include <socketcluster/handler.h>
#include <socketcluster/json.h>

namespace socketcluster {

namespace server {
class HttpReplyState;
class HttpRun;
class HttpStreamState;
}  // namespace server

enum class SameSite : std::uint8_t { kNotSet, kLax, kStrict, kNone };

// Attributes of a cookie (RFC 6265 section 4.1). `path` and `domain` empty: left out.
struct CookieOptions {
  std::string path = "/";
  std::string domain{};
  std::optional<std::chrono::seconds> max_age{};  // not set: until the browser is closed
  bool http_only = true;                          // not readable by scripts
  bool secure = false;                            // over HTTPS only
  SameSite same_site = SameSite::kLax;
};

// Writes the body of an answer. Copies stand for the same body. When the last copy is gone before
// end(), the connection is closed, so that the client notices, and the log gets a warning.
class HttpStream {
 public:
  // Neither ended, nor is the client gone.
  bool is_open() const;
  // Sends `bytes`. False when more than 256 KiB wait for the client (or it is gone): go on when
  // on_drain() says so. Who goes on writing regardless loses the connection at 16 MiB.
  bool write(std::string_view bytes) const;
  // The body is complete. Of an announced length, all bytes must have been written; what is beyond
  // it was not sent, and with less the connection is closed.
  void end() const;
  void end(std::string_view last_bytes) const;
  // The client has taken what waited, after a write() that returned false.
  void on_drain(Handler<void()> handler) const;
  // The client is gone before end(). Called once; nothing comes after it. A client that only goes
  // silent is noticed when it does not take anything for 60 seconds.
  void on_close(Handler<void()> handler) const;

 private:
  friend class HttpReply;
  explicit HttpStream(std::shared_ptr<server::HttpStreamState> state) : state_(std::move(state)) {}
  std::shared_ptr<server::HttpStreamState> state_;
};

class HttpReply {
 public:
  // An answer is still wanted.
  bool is_open() const;

  // ---- The head. What is set here is sent with whatever answer comes, also when a later
  // middleware, a route or a static file gives it (but `status` then belongs to that). ----
  // 200 to 599; 200 when it is not set. Throws std::invalid_argument for others.
  const HttpReply& status(int status) const;
  // Sets a header, in the place of one of the same name. Throws std::invalid_argument for a name
  // that is no token, for control characters in the value (CR and LF among them), and for
  // Content-Length, Transfer-Encoding, Connection, Keep-Alive, Date and Trailer, which are the
  // server's own.
  const HttpReply& header(std::string_view name, std::string_view value) const;
  // The same beside others of that name.
  const HttpReply& add_header(std::string_view name, std::string_view value) const;
  // Sets a cookie; the value is percent-encoded, HttpRequest::cookie() decodes it. Throws
  // std::invalid_argument for a name that is no token, or a `;` or control character in an
  // attribute.
  const HttpReply& cookie(std::string_view name, std::string_view value,
                          const CookieOptions& options = {}) const;
  // Makes the browser forget it; `path` and `domain` as they were when it was set.
  const HttpReply& clear_cookie(std::string_view name, CookieOptions options = {}) const;

  // ---- The answer. Each ends the exchange; a second one is ignored and reported. A Content-Type
  // that was set as a header wins. ----
  void text(std::string body) const;  // text/plain; charset=utf-8
  void text(int status, std::string body) const;
  void html(std::string body) const;  // text/html; charset=utf-8
  void html(int status, std::string body) const;
  void json(const Json& body) const;  // application/json; charset=utf-8
  void json(int status, const Json& body) const;
  void bytes(std::string body, std::string_view content_type = "application/octet-stream") const;
  // No body.
  void empty(int status = 204) const;
  // To `location`, a path or URL; what a header must not hold is percent-encoded. `status`: 301,
  // 302, 303, 307 or 308.
  void redirect(std::string_view location, int status = 302) const;
  // A body of `length` bytes, or of unknown length: chunked for HTTP/1.1, ended by closing the
  // connection for HTTP/1.0.
  HttpStream stream(std::optional<std::uint64_t> length = std::nullopt) const;

 private:
  friend class server::HttpRun;
  friend void coroutine_failed(const HttpReply& reply, const std::string& text);
  explicit HttpReply(std::shared_ptr<server::HttpReplyState> state) : state_(std::move(state)) {}
  std::shared_ptr<server::HttpReplyState> state_;
};

// Lets a request pass from an HTTP middleware to the next one, at last to the routes. Copies stand
// for the same step; a second call is ignored and reported.
class HttpNext {
 public:
  void operator()() const;
  // Answers 500; the error goes to the log, not to the client.
  void operator()(const Error& error) const;

 private:
  friend class server::HttpRun;
  HttpNext(std::shared_ptr<server::HttpRun> run, std::size_t step)
      : run_(std::move(run)), step_(step) {}
  std::shared_ptr<server::HttpRun> run_;
  std::size_t step_;
};

}  // namespace socketcluster
