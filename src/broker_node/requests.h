// SPDX-License-Identifier: MIT
// Requests: what workers ask of a broker, and the answers.
//
//   {"action":"send","data":...}                  the controller's handler of messages
//   {"action":"run","procedure":"name","data":..} a procedure of the controller
//   {"action":"get","key":...} and all the others the key-value store, see broker/data_commands.h
//   answer: {"value":...}, without value for undefined, or {"error":"text"}
//
// Thread rule: loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <socketcluster/json.h>
#include <socketcluster/process_message.h>

#include "base/log.h"
#include "broker/data_commands.h"
#include "broker_node/user_events.h"
#include "broker_node/worker_session.h"
#include "net/event_loop.h"
#include "net/timer_wheel.h"

namespace socketcluster::broker_node {

class Requests final : private net::Timer {
 public:
  // `loop` and `events` must outlive it.
  Requests(net::EventLoop& loop, UserEvents& events, const broker::DataLimits& limits,
           std::chrono::milliseconds sweep_interval);

  void take(WorkerSession& session, std::uint32_t id, std::string_view json);
  void set_message_handler(MessageHandler handler);
  void set_procedure(std::string_view name, MessageHandler handler);
  // A command of the key-value store.
  broker::CommandResult execute(const Json& command);
  std::size_t used_bytes() const { return data_.used_bytes(); }

 private:
  std::string answer_to(WorkerSession& session, std::uint32_t id, const Json& request);
  std::string hand_over(WorkerSession& session, std::uint32_t id, const JsonObject& request,
                        std::string_view what, std::shared_ptr<const MessageHandler> handler);
  void on_timer() override;
  void sweep_later(std::chrono::milliseconds delay);

  net::EventLoop& loop_;
  UserEvents& events_;
  broker::DataCommands data_;
  std::chrono::milliseconds sweep_interval_;
  std::shared_ptr<const MessageHandler> on_message_;
  std::map<std::string, std::shared_ptr<const MessageHandler>, std::less<>> procedures_;
};

}  // namespace socketcluster::broker_node
