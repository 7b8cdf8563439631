// SPDX-License-Identifier: MIT
// The port of plain HTTP beside one that speaks TLS: sends everybody there (`httpRedirectPort`).
// Nothing of the application is asked.
//
// Thread rule: loop thread only. Must outlive its connections.
#pragma once

#include <cstddef>
#include <cstdint>

#include "http/http_connection.h"
#include "http/https_redirect.h"
#include "net/connection.h"

namespace socketcluster::server {

class RedirectPort {
 public:
  // Connections at once; each lives for one request. What is beyond is refused, so that this port
  // cannot take everything that the other one needs.
  static constexpr std::size_t kMaxConnections = 400;

  // `https_port`: where clients are sent.
  RedirectPort(const http::HttpOptions& options, std::uint16_t https_port)
      : redirect_(https_port), http_(redirect_, options) {}

  bool has_room() const { return http_.connection_count() < kMaxConnections; }
  // For a connection that has no handler yet.
  void serve(net::Connection& connection) { http_.serve(connection); }
  void begin_shutdown() { http_.begin_shutdown(); }
  void set_observer(http::AccessObserver* observer) { http_.set_observer(observer); }

 private:
  http::HttpsRedirect redirect_;
  http::HttpService http_;
};

}  // namespace socketcluster::server
