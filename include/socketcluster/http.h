// SPDX-License-Identifier: MIT
// Http: the HTTP side of a worker: static files, and handlers for requests of your own.
//
//   worker.http().route("POST", "/login", [&](const sc::HttpRequest& request, sc::HttpReply reply)
//   {
//     reply.json(200, {{"hello", request.path()}});
//   });
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

#include <socketcluster/json.h>

namespace socketcluster {

namespace server {
class HttpRoutes;
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
  // A `:name` of the route's pattern, decoded; "" when the pattern has no such name.
  std::string param(std::string_view name) const;
  // The first header of that name, in any case.
  std::optional<std::string_view> header(std::string_view name) const;
  // All headers in order.
  std::vector<std::pair<std::string, std::string>> headers() const;
  const std::string& body() const;
  // The body as JSON; nothing when it is none.
  std::optional<Json> json() const;
  // Of the peer that connected, a proxy perhaps.
  const std::string& remote_address() const;

 private:
  friend class server::HttpRoutes;
  friend class server::WorkerCore;
  friend struct server::HttpRequestData;
  explicit HttpRequest(std::shared_ptr<const server::HttpRequestData> data)
      : data_(std::move(data)) {}
  std::shared_ptr<const server::HttpRequestData> data_;
};

// The HTTP side of a worker. `GET /health-check` is answered with 200 "OK" by itself.
class Http {
 public:
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // Serves GET and HEAD of the files below `directory`: index.html for directories, conditional
  // requests, no dot files, nothing outside of it. Replaces an earlier directory. Throws
  // std::runtime_error naming the directory and the reason when it cannot be opened.
  void serve_static(const std::string& directory);

 private:
  friend class server::WorkerCore;
  explicit Http(server::WorkerCore& core) : core_(core) {}
  ~Http() = default;
  server::WorkerCore& core_;
};

}  // namespace socketcluster
