// SPDX-License-Identifier: MIT
// Exchange: the server's own access to channels and brokers. What it publishes reaches every
// subscriber of every worker; what it subscribes to bypasses all rules for clients.
//
//   server.exchange().publish("news", {{"text", "hi"}});
//   server.exchange().subscribe("orders", [](const Json& order) { ... });
//
// Thread rule: the worker's loop thread only. Lifetime: as long as the server. Handlers never run
// inside of a call; what they throw is a warning in the log.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/error.h>
#include <socketcluster/handler.h>
#include <socketcluster/json.h>

namespace socketcluster {

namespace server {
class ExchangeCore;
}
class ExchangeChannel;

class Exchange {
 public:
  using Handler = socketcluster::Handler<void(const Json& data)>;
  // `error` is empty on success.
  using DoneHandler = socketcluster::Handler<void(const std::optional<Error>& error)>;
  using WatcherId = std::uint64_t;

  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Reaches every client and handler that is subscribed now, in the order of the calls. `on_done`:
  // every subscriber whose subscription was confirmed before gets it, or the publish failed
  // (BrokerError, TimeoutError): then it may have reached some. Without `on_done` a failure is a
  // warning in the log.
  void publish(std::string_view channel, const Json& data, DoneHandler on_done = nullptr);

  // Calls `handler` for every message of the channel, from the next one on. One handler per
  // channel; a later one replaces it. `on_done`: whatever is published from now on will come. An
  // error says that it takes longer than `ipcAckTimeout`; the exchange goes on trying.
  ExchangeChannel subscribe(std::string_view channel, Handler handler,
                            DoneHandler on_done = nullptr);
  // Subscribes for handlers that watch() adds.
  ExchangeChannel subscribe(std::string_view channel);
  // Drops the handler of subscribe(); those of watch() stay for a later subscription.
  void unsubscribe(std::string_view channel);
  // From subscribe() to unsubscribe().
  bool is_subscribed(std::string_view channel) const;
  // Names of the channels, in no particular order.
  std::vector<std::string> subscriptions() const;

  // Adds a handler to those of the channel. It hears what the exchange is subscribed to; watching
  // alone subscribes to nothing.
  WatcherId watch(std::string_view channel, Handler handler);
  // Removes one, or all. Without effect for what is not there.
  void unwatch(std::string_view channel, WatcherId watcher);
  void unwatch(std::string_view channel);
  // The same functions for one channel.
  ExchangeChannel channel(std::string_view name);

 private:
  friend class server::ExchangeCore;
  explicit Exchange(server::ExchangeCore& core) : core_(core) {}
  ~Exchange() = default;
  server::ExchangeCore& core_;
};

// One channel of the exchange: copies are cheap and mean the same. Lifetime: as its exchange.
class ExchangeChannel {
 public:
  const std::string& name() const { return name_; }
  void publish(const Json& data, Exchange::DoneHandler on_done = nullptr) const {
    exchange_->publish(name_, data, std::move(on_done));
  }
  void subscribe() const { exchange_->subscribe(name_); }
  void unsubscribe() const { exchange_->unsubscribe(name_); }
  bool is_subscribed() const { return exchange_->is_subscribed(name_); }
  Exchange::WatcherId watch(Exchange::Handler handler) const {
    return exchange_->watch(name_, std::move(handler));
  }
  void unwatch(Exchange::WatcherId watcher) const { exchange_->unwatch(name_, watcher); }
  void unwatch() const { exchange_->unwatch(name_); }

 private:
  friend class Exchange;
  ExchangeChannel(Exchange& exchange, std::string_view name) : exchange_(&exchange), name_(name) {}
  Exchange* exchange_;
  std::string name_;
};

}  // namespace socketcluster
