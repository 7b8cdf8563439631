// SPDX-License-Identifier: MIT
// The handlers of a master controller. Each runs at the end of the loop's iteration, behind the
// boundary for what it throws. Thread rule: loop thread.
#pragma once

#include <memory>
#include <utility>

#include <socketcluster/master.h>

#include "base/log.h"
#include "ipc/user_call.h"
#include "net/event_loop.h"

namespace socketcluster::supervisor {

class MasterEvents {
 public:
  // Both must outlive it and what it defers.
  MasterEvents(net::EventLoop& loop, base::Log& log) : loop_(loop), log_(log) {}

  // A handler that may be replaced while it runs.
  template <typename Handler>
  struct Event {
    const char* name;
    std::shared_ptr<const Handler> handler = nullptr;

    void set(Handler replacement) {
      handler = replacement ? std::make_shared<const Handler>(std::move(replacement)) : nullptr;
    }
  };

  template <typename Handler, typename... Args>
  void tell(const Event<Handler>& event, Args... args) {
    if (event.handler == nullptr) return;
    loop_.defer([this, name = event.name, handler = event.handler, ... args = std::move(args)] {
      ipc::call_user(log_, name, [&] { (*handler)(args...); });
    });
  }

  Event<Master::Task> ready{"the ready handler"};
  Event<Master::ReportHandler> fail{"the fail handler"};
  Event<Master::ReportHandler> warning{"the warning handler"};
  Event<Master::StartHandler> worker_start{"the workerStart handler"};
  Event<Master::ExitHandler> worker_exit{"the workerExit handler"};
  Event<Master::StartHandler> broker_start{"the brokerStart handler"};
  Event<Master::ExitHandler> broker_exit{"the brokerExit handler"};
  Event<Master::ProcessMessageHandler> worker_message{"the workerMessage handler"};
  Event<Master::ProcessMessageHandler> broker_message{"the brokerMessage handler"};

 private:
  net::EventLoop& loop_;
  base::Log& log_;
};

}  // namespace socketcluster::supervisor
