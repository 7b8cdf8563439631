// SPDX-License-Identifier: MIT
// Http: the HTTP side of a worker: static files, and handlers for requests of your own.
//
//   worker.http().post("/login/:kind", [](const sc::HttpRequest& request, sc::HttpReply reply) {
//     reply.json({{"kind", request.param("kind")}});
//   });
//
// A request passes the middleware, then `GET /health-check` (200 "OK"), the routes, the static
// files; what nothing matches is 404. Handlers may be coroutines (coroutine.h). What they throw is
// answered with 500, and its text written to the log, not sent. WebSocket upgrades do not come
// here.
//
// Thread rule: the worker's loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/handler.h>
#include <socketcluster/http_reply.h>
#include <socketcluster/json.h>
#include <socketcluster/tls.h>

namespace socketcluster {

namespace server {
class HttpRoutes;
class HttpRun;
class WorkerCore;
struct HttpRequestData;
}  // namespace server

// A received request. Copies are cheap and stay valid for as long as they are kept.
class HttpRequest {
 public:
  std::string_view method() const;
  // Path and query exactly as sent: "/a%20b?x=1".
  std::string_view target() const;
  // The path, percent-decoded.
  const std::string& path() const;
  // What follows the first '?', undecoded; empty when there is none.
  std::string_view query() const;
  // The first parameter `name` of the query, decoded; nothing when there is none.
  std::optional<std::string> query_param(std::string_view name) const;
  // The first field `name` of a body that an HTML form has sent
  // (application/x-www-form-urlencoded), decoded; nothing when there is none.
  std::optional<std::string> form_param(std::string_view name) const;
  // A cookie, percent-decoded; nothing when the client did not send it.
  std::optional<std::string> cookie(std::string_view name) const;
  // A `:name` of the route's pattern, or "*" for what its `*` stands for; percent-decoded once, so
  // it may hold any byte, "/" too. "" when the pattern has no such name.
  std::string param(std::string_view name) const;
  // The first header of that name, in any case.
  std::optional<std::string_view> header(std::string_view name) const;
  // All headers in order.
  std::vector<std::pair<std::string, std::string>> headers() const;
  const std::string& body() const;
  // The body as JSON; nothing when it is none.
  std::optional<Json> json() const;
  // Of the peer that connected, a proxy perhaps; the client's when `proxyProtocol` is on. "" on
  // UNIX sockets.
  const std::string& remote_address() const;
  // The client's address, as proxies tell it; see Socket::forwarded_address().
  const std::string& forwarded_address() const;
  // The connection speaks TLS.
  bool is_encrypted() const;
  // What is known of it, the client's certificate above all; nothing when it is not encrypted. Put
  // together by each call, so ask once.
  std::optional<TlsDetails> tls() const;

 private:
  friend struct server::HttpRequestData;
  explicit HttpRequest(std::shared_ptr<const server::HttpRequestData> data)
      : data_(std::move(data)) {}
  std::shared_ptr<const server::HttpRequestData> data_;
};

using HttpHandler = Handler<void(const HttpRequest& request, HttpReply reply)>;
using HttpMiddleware = Handler<void(const HttpRequest& request, HttpReply reply, HttpNext next)>;

class Http {
 public:
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // Serves GET and HEAD of the files below `directory`: index.html for directories, conditional
  // requests, byte ranges, compressed forms, a 404.html for what is missing; no dot files, nothing
  // outside of it. The options httpIndex, httpNotFoundPage, httpCacheControl, httpImmutable and
  // httpCompression say how. Replaces an earlier directory. Throws std::runtime_error naming the
  // directory and the reason when it cannot be opened.
  void serve_static(const std::string& directory);

  // Answers requests with `method` ("*": any) for paths that match `pattern`: segments that are
  // equal (case and a trailing slash count), `:name` for one segment that is not empty, and a final
  // `*` for all the rest, empty or not. The first route that was added and matches wins. Routes may
  // be added at any time.
  //
  //   "/login"   "/users/:id/posts/:post"   "/files/*"
  //
  // HEAD is answered by a route for GET without sending the body. Where only routes for other
  // methods match, OPTIONS gets 204 and others 405, both with `Allow`; GET and HEAD get the static
  // files if there are any. Throws std::invalid_argument for a method that is no token, or a
  // pattern that does not begin with a slash, has a nameless or repeated `:name`, or a `*`
  // elsewhere.
  void route(std::string_view method, std::string_view pattern, HttpHandler handler);
  void get(std::string_view pattern, HttpHandler handler);
  void post(std::string_view pattern, HttpHandler handler);
  void put(std::string_view pattern, HttpHandler handler);
  void patch(std::string_view pattern, HttpHandler handler);
  void del(std::string_view pattern, HttpHandler handler);

  // Adds a function that every request passes before all else, in the order of adding. It answers,
  // or calls `next`, at once or later; who does neither and drops both has the client answered with
  // 500.
  //
  //   worker.http().use([](const sc::HttpRequest&, sc::HttpReply reply, sc::HttpNext next) {
  //     reply.header("Access-Control-Allow-Origin", "*");
  //     next();
  //   });
  void use(HttpMiddleware middleware);

 private:
  friend class server::WorkerCore;
  explicit Http(server::WorkerCore& core) : core_(core) {}
  ~Http() = default;
  server::WorkerCore& core_;
};

}  // namespace socketcluster
