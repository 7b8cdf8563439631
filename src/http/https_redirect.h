// SPDX-License-Identifier: MIT
// Sends clients of plain HTTP to the same place over HTTPS. What the client says of the host goes
// into the answer only if it is one: letters, digits, "-", ".", "_", or an IPv6 address.
//
// Thread rule: loop thread only; https_location() is pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/exchange.h"

namespace socketcluster::http {

// Where the request would go over HTTPS; nothing when it does not say a host or no path (CONNECT,
// `OPTIONS *`). `port` 443 is left out.
std::optional<std::string> https_location(const Request& request, std::uint16_t port);

// GET and HEAD get 301. Others get 308, because 301 lets a client repeat them as GET. So does who
// wants a WebSocket: clients that follow redirects connect again over TLS, others fail with the
// status. Who names no host gets 400. Connections are closed behind the answer.
class HttpsRedirect final : public RequestHandler {
 public:
  // `port`: where clients find HTTPS. Not 0.
  explicit HttpsRedirect(std::uint16_t port) : port_(port) {}

  void on_request(const Request& request, Exchange exchange) override;

 private:
  const std::uint16_t port_;
};

}  // namespace socketcluster::http
