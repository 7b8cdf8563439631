// SPDX-License-Identifier: MIT
#include "http/router.h"

namespace socketcluster::http {

void Router::add(std::string path, Handler handler) {
  routes_.push_back({std::move(path), std::move(handler)});
}

void Router::on_request(const Request& request, Exchange exchange) {
  for (Route& route : routes_) {
    if (route.path == request.raw_path()) return route.handler(request, std::move(exchange));
  }
  if (fallback_ != nullptr) return fallback_->on_request(request, std::move(exchange));
  exchange.respond(Response::text(404));
}

void Router::on_upgrade(const Request& request, Exchange exchange) {
  if (upgrade_) return upgrade_(request, std::move(exchange));
  on_request(request, std::move(exchange));
}

void answer_health_check(const Request& request, Exchange exchange) {
  if (request.method() != "GET" && request.method() != "HEAD") {
    return exchange.respond(Response::text(405).with("Allow", "GET, HEAD"));
  }
  exchange.respond(Response::text(200, "OK").with("Cache-Control", "no-store"));
}

}  // namespace socketcluster::http
