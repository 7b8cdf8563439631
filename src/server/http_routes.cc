// SPDX-License-Identifier: MIT
#include "server/http_routes.h"

#include <algorithm>
#include <exception>

#include "http/characters.h"
#include "http/response.h"
#include "http/router.h"
#include "http/url_path.h"
#include "net/connection.h"
#include "server/json_values.h"
#include "server/socket_server.h"

namespace socketcluster::server {

// ---- RoutePattern ----

base::Result<RoutePattern> RoutePattern::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') {
    return base::Failure{"a route's pattern must begin with '/': '" + std::string(text) + "'"};
  }
  RoutePattern pattern;
  std::string_view rest = text.substr(1);
  for (;;) {
    const std::size_t slash = rest.find('/');
    const bool is_last = slash == std::string_view::npos;
    const base::Status status = pattern.append(rest.substr(0, slash), is_last);
    if (!status) return base::Failure{status.error().text + ": '" + std::string(text) + "'"};
    if (is_last) return pattern;
    rest.remove_prefix(slash + 1);
  }
}

base::Status RoutePattern::append(std::string_view segment, bool is_last) {
  if (segment == "*" && is_last) {
    segments_.push_back({Segment::Kind::kRest, "*"});
  } else if (segment.find('*') != std::string_view::npos) {
    return base::Failure{"'*' must be the last segment of a route's pattern"};
  } else if (!segment.empty() && segment.front() == ':') {
    const std::string name(segment.substr(1));
    const auto has_name = [&name](const Segment& other) {
      return other.kind == Segment::Kind::kParameter && other.text == name;
    };
    if (name.empty()) return base::Failure{"a ':' without a name in a route's pattern"};
    if (std::any_of(segments_.begin(), segments_.end(), has_name)) {
      return base::Failure{"':" + name + "' occurs twice in a route's pattern"};
    }
    segments_.push_back({Segment::Kind::kParameter, name});
  } else {
    segments_.push_back({Segment::Kind::kText, std::string(segment)});
  }
  return base::Status::ok();
}

std::optional<RoutePattern::Params> RoutePattern::match(std::string_view raw_path) const {
  if (raw_path.empty() || raw_path.front() != '/') return std::nullopt;
  Params params;
  std::string_view rest = raw_path.substr(1);
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    const std::size_t slash =
        segment.kind == Segment::Kind::kRest ? std::string_view::npos : rest.find('/');
    const bool is_last = slash == std::string_view::npos;
    if (is_last != (i + 1 == segments_.size())) return std::nullopt;
    std::optional<std::string> text = http::decode_percent(rest.substr(0, slash));
    if (!text) return std::nullopt;
    switch (segment.kind) {
      case Segment::Kind::kText:
        if (*text != segment.text) return std::nullopt;
        break;
      case Segment::Kind::kParameter:
        if (text->empty()) return std::nullopt;
        params.emplace_back(segment.text, std::move(*text));
        break;
      case Segment::Kind::kRest:
        params.emplace_back(segment.text, std::move(*text));
        break;
    }
    rest.remove_prefix(is_last ? rest.size() : slash + 1);
  }
  return params;
}

// ---- HttpRoutes ----

base::Status HttpRoutes::add_route(std::string_view method, std::string_view pattern,
                                   HttpHandler handler) {
  if (method.empty() || !http::all_in_class(method, http::kToken)) {
    return base::Failure{"not an HTTP method: '" + std::string(method) + "'"};
  }
  base::Result<RoutePattern> parsed = RoutePattern::parse(pattern);
  if (!parsed) return parsed.error();
  routes_.push_back({std::string(method), std::move(*parsed),
                     std::make_shared<const HttpHandler>(std::move(handler))});
  return base::Status::ok();
}

void HttpRoutes::add_middleware(HttpMiddleware middleware) {
  if (middleware_ == nullptr) {
    middleware_ = std::make_shared<MiddlewareList>();
  } else if (middleware_.use_count() > 1) {  // requests are on their way through it
    middleware_ = std::make_shared<MiddlewareList>(*middleware_);
  }
  middleware_->push_back(std::make_shared<const HttpMiddleware>(std::move(middleware)));
}

void HttpRoutes::on_upgrade(const http::Request& request, http::Exchange exchange) {
  if (request.header_has_token("Upgrade", "websocket")) {
    ++server_.traffic().http_requests;
    return server_.accept_upgrade(request, std::move(exchange));
  }
  on_request(request, std::move(exchange));
}

void HttpRoutes::on_request(const http::Request& request, http::Exchange exchange) {
  ++server_.traffic().http_requests;
  if (middleware_ != nullptr) {
    return std::make_shared<HttpRun>(*this, request, std::move(exchange), middleware_)->proceed();
  }
  const Choice choice = choose(request);
  if (choice.handler == nullptr) return serve_rest(std::move(exchange), choice);
  std::make_shared<HttpRun>(*this, request, std::move(exchange), nullptr)->call(choice);
}

HttpRoutes::Choice HttpRoutes::choose(const http::Request& request) const {
  Choice choice;
  if (request.raw_path() == http::kHealthCheckPath) return choice;  // the rest answers it
  const std::string_view method = request.method();
  for (const Route& route : routes_) {
    std::optional<RoutePattern::Params> params = route.pattern.match(request.raw_path());
    if (!params) continue;
    const bool matches = route.method == method || route.method == "*" ||
                         (method == "HEAD" && route.method == "GET");
    if (matches) return {route.handler, std::move(*params), {}};
    note_allowed(choice.allow, route.method);
  }
  return choice;
}

void HttpRoutes::note_allowed(std::string& allow, std::string_view method) {
  const std::string listed = ", " + allow + ",";
  if (listed.find(", " + std::string(method) + ",") != std::string::npos) return;
  if (!allow.empty()) allow += ", ";
  allow += method;
  if (method == "GET") note_allowed(allow, "HEAD");
}

void HttpRoutes::serve_rest(http::Exchange exchange, const Choice& choice) {
  const http::Request& request = exchange.request();
  const bool is_read = request.method() == "GET" || request.method() == "HEAD";
  if (choice.allow.empty() || (is_read && has_files_)) {
    return rest_.on_request(request, std::move(exchange));
  }
  http::Response response =
      request.method() == "OPTIONS" ? http::Response(204) : http::Response::text(405);
  exchange.respond(std::move(response).with("Allow", choice.allow));
}

// ---- HttpRun ----

namespace {

HttpRequestData make_data(SocketServer& server, const http::Request& request,
                          const http::Exchange& exchange) {
  std::string peer = exchange.connection().remote_address();
  std::string client = server.forwarding().client_of(request, peer);
  return {request, std::move(peer), std::move(client), tls::Peer::of(exchange.connection()), {}};
}

}  // namespace

HttpRun::HttpRun(HttpRoutes& routes, const http::Request& request, http::Exchange exchange,
                 std::shared_ptr<const MiddlewareList> middleware)
    : routes_(routes),
      data_(std::make_shared<HttpRequestData>(make_data(routes.server_, request, exchange))),
      request_(HttpRequestData::handle(data_)),
      reply_(std::make_shared<HttpReplyState>(routes.server_, std::move(exchange), data_)),
      middleware_(std::move(middleware)) {}

// The boundary to user code.
template <typename Call>
void HttpRun::guard(std::string_view what, Call&& call) {
  const std::shared_ptr<HttpReplyState> reply = reply_;
  try {
    call();
  } catch (const std::exception& error) {
    reply->threw(what, error.what());
  } catch (...) {
    reply->threw(what, "unknown exception");
  }
}

void HttpRun::proceed() {
  while (step_ < middleware_->size()) {
    if (!reply_->is_open()) return reply_.reset();
    is_decided_ = false;
    is_calling_ = true;
    guard("a middleware", [this] {
      (*(*middleware_)[step_])(request_, HttpReply(reply_), HttpNext(shared_from_this(), step_));
    });
    is_calling_ = false;
    if (!is_decided_ || reply_ == nullptr) return;  // goes on when next is called, or failed
    ++step_;
  }
  finish();
}

void HttpRun::finish() {
  if (!reply_->is_open()) return reply_.reset();
  HttpRoutes::Choice choice = routes_.choose(data_->request);
  if (choice.handler != nullptr) return call(choice);
  routes_.serve_rest(std::exchange(reply_, nullptr)->take_exchange(), choice);
}

void HttpRun::call(const HttpRoutes::Choice& choice) {
  data_->params = choice.params;
  guard("the handler", [this, &choice] {
    (*choice.handler)(request_, HttpReply(std::exchange(reply_, nullptr)));
  });
}

bool HttpRun::decide(std::size_t step) {
  if (reply_ == nullptr) return false;  // all is over
  if (is_decided_ || step != step_) {
    reply_->warn("'next' of a middleware was called a second time; ignored");
    return false;
  }
  is_decided_ = true;
  return true;
}

void HttpRun::next(std::size_t step) {
  if (!decide(step) || is_calling_) return;  // proceed() is below us on the stack
  const auto keep = shared_from_this();      // user code may destroy the HttpNext
  ++step_;
  proceed();
}

void HttpRun::fail(std::size_t step, std::string_view text) {
  if (!decide(step)) return;
  std::exchange(reply_, nullptr)->fail("a middleware failed", text);
}

}  // namespace socketcluster::server

namespace socketcluster {

void HttpNext::operator()() const {
  run_->next(step_);
}
void HttpNext::operator()(const Error& error) const {
  run_->fail(step_, server::to_text(error.json()));
}

}  // namespace socketcluster
