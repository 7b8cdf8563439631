// SPDX-License-Identifier: MIT
// The handlers that the application has for one channel, as one subscriber of it. Messages are
// handed over at the end of the iteration, so that a handler never runs inside of a publish, and
// only to handlers that were there when the message came and still are.
//
// Thread rule: loop thread. Lifetime: owned by ExchangeCore; a handler that runs keeps it alive.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <socketcluster/exchange.h>

#include "broker/channel_table.h"
#include "net/event_loop.h"
#include "server/worker_log.h"

namespace socketcluster::server {

class ExchangeSubscriber final : public broker::Subscriber,
                                 public std::enable_shared_from_this<ExchangeSubscriber> {
 public:
  using WatcherId = Exchange::WatcherId;
  using Function = std::shared_ptr<const Exchange::Handler>;

  ExchangeSubscriber(net::EventLoop& loop, WorkerLog& log) : loop_(loop), log_(log) {}

  bool is_subscribed() const { return subscription_count() != 0; }
  bool has_handlers() const { return !watchers_.empty(); }

  // Ids grow with every handler of the exchange. Functions that remove handlers return them: user
  // code runs when they are destroyed, which may come back to the exchange.
  Function set_main_handler(WatcherId id, Exchange::Handler handler);
  void watch(WatcherId id, Exchange::Handler handler);
  Function unwatch(WatcherId id);
  std::vector<Function> unwatch_all();
  // What was delivered and not yet handed over is dropped, and so is the main handler.
  Function unsubscribed();

 private:
  struct Watcher {
    WatcherId id;
    Function function;
  };

  void deliver(const broker::Publication& publication) override;
  void hand_over(std::uint64_t subscription, WatcherId last_id, const std::string& channel,
                 const std::string& data_json);
  Function take(WatcherId id);
  void run(const Exchange::Handler& handler, const std::string& channel, const Json& data);

  net::EventLoop& loop_;
  WorkerLog& log_;
  std::vector<Watcher> watchers_;   // by id
  WatcherId main_id_ = 0;           // of the handler given to subscribe(); 0: none
  std::uint64_t subscription_ = 0;  // how often it has unsubscribed
};

}  // namespace socketcluster::server
