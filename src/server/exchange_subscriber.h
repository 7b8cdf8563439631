// SPDX-License-Identifier: MIT
// A handler of the application as a subscriber of one channel. Messages are handed over at the end
// of the iteration, so that a handler never runs inside of a publish. Thread rule: loop thread.
#pragma once

#include <memory>
#include <utility>

#include <socketcluster/exchange.h>

#include "base/log.h"
#include "broker/channel_table.h"
#include "net/event_loop.h"

namespace socketcluster::server {

class ExchangeSubscriber final : public broker::Subscriber {
 public:
  ExchangeSubscriber(net::EventLoop& loop, base::Log& log) : loop_(loop), log_(log) {}

  void set_handler(Exchange::Handler handler) {
    handler_ = std::make_shared<const Exchange::Handler>(std::move(handler));
  }

 private:
  void deliver(const broker::Publication& publication) override;

  net::EventLoop& loop_;
  base::Log& log_;
  std::shared_ptr<const Exchange::Handler> handler_;
};

}  // namespace socketcluster::server
