// SPDX-License-Identifier: MIT
// ShardedExchange: the engine of a worker with brokers. Each channel belongs to one broker, by the
// hash of its name.
//
//   auto exchange = std::make_unique<ShardedExchange>(worker.loop(), log, settings);
//   exchange->when_ready([&] { ... });            // before the engine is handed over
//   worker.set_exchange_engine(std::move(exchange));
//
// Thread rule: loop thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/unique_function.h"
#include "broker/exchange_engine.h"
#include "exchange/broker_link.h"
#include "net/event_loop.h"

namespace socketcluster::exchange {

struct ExchangeSettings {
  std::vector<std::string> paths;  // the brokers' sockets, by their ids; at least one
  std::string secret_key;
  std::uint32_t worker_id = 0;
  std::chrono::milliseconds ack_timeout{10000};  // option `ipcAckTimeout`
};

class ShardedExchange final : public broker::ExchangeEngine, private BrokerLink::Owner {
 public:
  // `loop` and `log` must outlive it.
  ShardedExchange(net::EventLoop& loop, base::Log& log, const ExchangeSettings& settings);
  ~ShardedExchange() override;

  // Calls `task` once, when every broker is connected and has confirmed what the worker had
  // subscribed to by then. Replaces an earlier task. The loop must be running.
  void when_ready(base::UniqueFunction<void()> task);

  // broker::ExchangeEngine
  void start(broker::ExchangeSink& sink) override;
  void subscribe(std::string_view channel) override;
  void unsubscribe(std::string_view channel) override;
  bool is_subscribed(std::string_view channel) const override;
  void when_subscribed(std::string_view channel, Done done) override;
  void publish(std::string_view channel, std::string_view data_json, Done done) override;
  void request(std::size_t broker, std::string_view action, std::string_view request_json,
               Answer answer) override;
  std::size_t broker_count() const override { return links_.size(); }
  std::size_t open_connections() const override;

 private:
  // BrokerLink::Owner
  void on_message(std::string_view channel, std::string_view data_json) override;
  void for_each_channel(std::size_t index,
                        const std::function<void(std::string_view)>& visit) override;
  void on_ready() override;

  std::size_t index_of(std::string_view channel) const;
  BrokerLink& link_of(std::string_view channel) const { return *links_[index_of(channel)]; }

  net::EventLoop& loop_;
  broker::ExchangeSink* sink_ = nullptr;
  base::UniqueFunction<void()> ready_task_;
  std::vector<std::unique_ptr<BrokerLink>> links_;
};

}  // namespace socketcluster::exchange
