// SPDX-License-Identifier: MIT
// Exchange: the server's own access to channels. What it publishes reaches every subscriber; what
// it subscribes to bypasses all rules for clients.
//
//   server.exchange().publish("news", {{"text", "hi"}});
//
// Thread rule: the worker's loop thread only. Lifetime: as long as the server.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <socketcluster/handler.h>
#include <socketcluster/json.h>

namespace socketcluster {

namespace server {
class SocketServer;
}

class Exchange {
 public:
  using Handler = socketcluster::Handler<void(const Json& data)>;

  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Reaches every client and handler that is subscribed now, in the order of the calls.
  void publish(std::string_view channel, const Json& data);

  // Calls `handler` for every message of the channel, from the next one on. One handler per
  // channel; a later one replaces it. Never called inside publish().
  void subscribe(std::string_view channel, Handler handler);
  void unsubscribe(std::string_view channel);
  bool is_subscribed(std::string_view channel) const;

 private:
  friend class server::SocketServer;
  explicit Exchange(server::SocketServer& server) : server_(server) {}
  ~Exchange() = default;
  server::SocketServer& server_;
};

}  // namespace socketcluster
