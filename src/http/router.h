// SPDX-License-Identifier: MIT
// The smallest router that a server needs: exact paths, one handler for upgrades, one for the rest.
//
// Thread rule: loop thread only. Handlers are set before requests come.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_function.h"
#include "http/exchange.h"

namespace socketcluster::http {

class Router final : public RequestHandler {
 public:
  using Handler = base::UniqueFunction<void(const Request&, Exchange)>;

  // Requests, of any method, whose still encoded path is exactly `path`. The first one added wins.
  void add(std::string path, Handler handler);
  // All upgrade requests; without it they are served like others.
  void set_upgrade(Handler handler) { upgrade_ = std::move(handler); }
  // What no path matches; without it 404. `handler` must outlive the router.
  void set_fallback(RequestHandler& handler) { fallback_ = &handler; }

  void on_request(const Request& request, Exchange exchange) override;
  void on_upgrade(const Request& request, Exchange exchange) override;

 private:
  struct Route {
    std::string path;
    Handler handler;
  };
  std::vector<Route> routes_;  // a handful: compared one by one
  Handler upgrade_;
  RequestHandler* fallback_ = nullptr;
};

inline constexpr std::string_view kHealthCheckPath = "/health-check";

// 200 "OK" for GET and HEAD, 405 for the rest. Says that the loop turns, no more.
void answer_health_check(const Request& request, Exchange exchange);

}  // namespace socketcluster::http
