// SPDX-License-Identifier: MIT
// What stands behind a public HttpRequest: the parsed request and what else is known about it. Only
// `params` changes once it is shared, when a route has been found. Thread rule: loop thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/http.h>

#include "http/request.h"
#include "tls/peer.h"

namespace socketcluster::server {

struct HttpRequestData {
  http::Request request;
  std::string remote_address;
  std::string forwarded_address;                            // see Forwarding
  std::shared_ptr<const tls::Peer> tls;                     // null: not encrypted
  std::vector<std::pair<std::string, std::string>> params;  // of the route's pattern

  static HttpRequest handle(std::shared_ptr<const HttpRequestData> data);
};

HttpRequest make_http_request(const http::Request& request, std::string remote_address,
                              std::string forwarded_address, std::shared_ptr<const tls::Peer> tls);

}  // namespace socketcluster::server
