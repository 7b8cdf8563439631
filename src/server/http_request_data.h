// SPDX-License-Identifier: MIT
// What stands behind a public HttpRequest: the parsed request and what else is known about it.
// Immutable once it is shared. Thread rule: loop thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <socketcluster/http.h>

#include "http/request.h"

namespace socketcluster::server {

struct HttpRequestData {
  http::Request request;
  std::string remote_address;
  std::vector<std::pair<std::string, std::string>> params;  // of the route's pattern

  static HttpRequest handle(HttpRequestData data);
};

HttpRequest make_http_request(const http::Request& request, std::string remote_address,
                              std::vector<std::pair<std::string, std::string>> params = {});

}  // namespace socketcluster::server
