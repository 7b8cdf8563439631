// SPDX-License-Identifier: MIT
// ExchangeCore: what is behind the public Exchange, and the worker's side of its exchange engine:
// tells the engine which channels have subscribers here, and hands what comes from it to them.
// Without an engine a publish is delivered at once, in this process.
//
// Thread rule: loop thread. Lifetime: a part of its SocketServer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <socketcluster/exchange.h>

#include "broker/channel_table.h"
#include "broker/exchange_engine.h"
#include "server/broker_requests.h"
#include "server/exchange_subscriber.h"

namespace socketcluster::server {

class SocketServer;

class ExchangeCore final : private broker::ExchangeSink, private broker::ChannelObserver {
 public:
  explicit ExchangeCore(SocketServer& sockets);
  ExchangeCore(const ExchangeCore&) = delete;
  ExchangeCore& operator=(const ExchangeCore&) = delete;
  ~ExchangeCore();

  // Null: this process is alone.
  broker::ExchangeEngine* engine() const { return engine_.get(); }
  // Starts it. REQUIRES: there was none, and nobody has subscribed yet.
  void set_engine(std::unique_ptr<broker::ExchangeEngine> engine);
  // For the end of the worker. REQUIRES: the engine's connections are gone.
  void drop_engine();

  // ---- For the public API ----
  Exchange& api() { return api_; }
  BrokerRequests& requests() { return requests_; }
  void publish(std::string_view channel, const Json& data, Exchange::DoneHandler on_done);
  void subscribe(std::string_view channel, Exchange::DoneHandler on_done);
  void set_handler(std::string_view channel, Exchange::Handler handler);
  void unsubscribe(std::string_view channel);
  bool is_subscribed(std::string_view channel) const;
  std::vector<std::string> subscriptions() const;
  Exchange::WatcherId watch(std::string_view channel, Exchange::Handler handler);
  void unwatch(std::string_view channel, Exchange::WatcherId watcher);
  void unwatch(std::string_view channel);

 private:
  struct NameHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): named by the standard
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>{}(name);
    }
  };
  using Subscribers = std::unordered_map<std::string, std::shared_ptr<ExchangeSubscriber>, NameHash,
                                         std::equal_to<>>;

  // broker::ExchangeSink
  void on_message(std::string_view channel, std::string_view data_json) override;
  void for_each_channel(const std::function<void(std::string_view)>& visit) const override;
  // broker::ChannelObserver
  void on_channel_created(std::string_view channel) override;
  void on_channel_destroyed(std::string_view channel) override;

  std::shared_ptr<ExchangeSubscriber> find(std::string_view channel) const;
  std::shared_ptr<ExchangeSubscriber> find_or_make(std::string_view channel);
  void forget_if_unused(std::string_view channel);
  void tell_done(Exchange::DoneHandler on_done);
  broker::ExchangeEngine::Done as_done(Exchange::DoneHandler on_done);
  void run(const Exchange::DoneHandler& on_done, const std::optional<Error>& error);

  SocketServer& sockets_;
  BrokerRequests requests_;
  std::unique_ptr<broker::ExchangeEngine> engine_;
  Subscribers subscribers_;
  Exchange::WatcherId last_watcher_ = 0;
  Exchange api_;
};

}  // namespace socketcluster::server
