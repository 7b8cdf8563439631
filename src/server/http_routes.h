// SPDX-License-Identifier: MIT
// HttpRoutes: what a worker does with HTTP requests:
//
//   request -> middleware... -> /health-check -> routes -> rest (WebSocket path, static files, 404)
//   WebSocket upgrade --------> SocketServer
//
// Nothing is copied and no user code is involved for requests that no middleware or route concerns.
// Thread rule: loop thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/http.h>

#include "base/result.h"
#include "http/exchange.h"
#include "server/http_reply_state.h"
#include "server/http_request_data.h"

namespace socketcluster::server {

class SocketServer;

// The path of a route; see Http::route().
class RoutePattern {
 public:
  using Params = std::vector<std::pair<std::string, std::string>>;

  static base::Result<RoutePattern> parse(std::string_view text);
  // The parameters if the path, still percent-encoded, matches.
  std::optional<Params> match(std::string_view raw_path) const;

 private:
  struct Segment {
    enum class Kind { kText, kParameter, kRest } kind;
    std::string text;  // or the parameter's name
  };
  base::Status append(std::string_view segment, bool is_last);

  std::vector<Segment> segments_;
};

class HttpRoutes final : public http::RequestHandler {
 public:
  // Both must outlive it. `rest` serves what no route matches.
  HttpRoutes(SocketServer& server, http::RequestHandler& rest) : server_(server), rest_(rest) {}

  base::Status add_route(std::string_view method, std::string_view pattern, HttpHandler handler);
  void add_middleware(HttpMiddleware middleware);
  // `rest` has static files: GET and HEAD are its business where routes only have other methods.
  void set_has_files() { has_files_ = true; }

  void on_request(const http::Request& request, http::Exchange exchange) override;
  void on_upgrade(const http::Request& request, http::Exchange exchange) override;

 private:
  friend class HttpRun;
  using MiddlewareList = std::vector<std::shared_ptr<const HttpMiddleware>>;
  struct Route {
    std::string method;  // "*": any
    RoutePattern pattern;
    std::shared_ptr<const HttpHandler> handler;
  };
  // What the routes have for a request.
  struct Choice {
    std::shared_ptr<const HttpHandler> handler;
    RoutePattern::Params params;
    std::string allow;  // methods of matching routes, when there is no handler
  };

  Choice choose(const http::Request& request) const;
  static void note_allowed(std::string& allow, std::string_view method);
  // Answers without user code. REQUIRES: exchange.is_open().
  void serve_rest(http::Exchange exchange, const Choice& choice);

  SocketServer& server_;
  http::RequestHandler& rest_;
  std::shared_ptr<MiddlewareList> middleware_;  // never changed while a run has it; null: none
  std::vector<Route> routes_;
  bool has_files_ = false;
};

// One request on its way through user code. Kept alive by the HttpNext that it waits for.
class HttpRun : public std::enable_shared_from_this<HttpRun> {
 public:
  using MiddlewareList = HttpRoutes::MiddlewareList;

  HttpRun(HttpRoutes& routes, const http::Request& request, http::Exchange exchange,
          std::shared_ptr<const MiddlewareList> middleware);

  // Calls one middleware after the other, in a loop, as long as each decides at once.
  void proceed();
  // Calls the handler of a route.
  void call(const HttpRoutes::Choice& choice);
  // Called by HttpNext.
  void next(std::size_t step);
  void fail(std::size_t step, std::string_view text);

 private:
  bool decide(std::size_t step);
  template <typename Call>
  void guard(std::string_view what, Call&& call);
  void finish();

  HttpRoutes& routes_;
  std::shared_ptr<HttpRequestData> data_;
  HttpRequest request_;
  std::shared_ptr<HttpReplyState> reply_;  // null when the last step was taken
  std::shared_ptr<const MiddlewareList> middleware_;
  std::size_t step_ = 0;
  bool is_calling_ = false;
  bool is_decided_ = false;
};

}  // namespace socketcluster::server
