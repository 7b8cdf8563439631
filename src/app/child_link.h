// SPDX-License-Identifier: MIT
// What workers and brokers have in common as children of a master: the control channel with its
// messages, signs of life, signals, and their end when the master has gone.
//
// Thread rule: loop thread only. Destroy it before the loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include <socketcluster/json.h>
#include <socketcluster/process_message.h>

#include "app/child_log.h"
#include "broker_node/master_port.h"
#include "ipc/control_channel.h"
#include "ipc/user_call.h"
#include "net/event_loop.h"
#include "net/signals.h"
#include "server/master_port.h"

namespace socketcluster::app {

// The worker or broker.
class ChildActions {
 public:
  virtual void on_master_message(const Json& data, MessageRespond respond) = 0;
  // Ends in order; may be called again. `another_serves`: a new process has taken its place
  // already.
  virtual void end(bool another_serves) = 0;
  // SIGTERM, perhaps to the whole process group.
  virtual void on_term_signal() = 0;
  // Any other message.
  virtual void on_control(std::string_view type, const JsonObject& message,
                          MessageRespond respond) = 0;

 protected:
  ~ChildActions() = default;
};

class ChildLink final : public server::MasterPort,
                        public broker_node::MasterPort,
                        private ipc::ControlHandler {
 public:
  // The link's connections on the loop.
  static constexpr std::size_t kConnections = 1;

  // `control_fd` is taken over. `actions` may be set until the loop runs.
  ChildLink(net::EventLoop& loop, int control_fd, ChildLog& log,
            std::chrono::milliseconds ack_timeout);
  ChildLink(const ChildLink&) = delete;
  ChildLink& operator=(const ChildLink&) = delete;
  ~ChildLink();

  void set_actions(ChildActions& actions) { actions_ = &actions; }
  // To the master; too large ones are left out.
  void send(const JsonObject& message) { static_cast<void>(channel_.send(message)); }
  void send_to_master(const Json& data, MessageAnswer answer) override;
  // Runs the loop until the master has everything, for at most a second. REQUIRES: the loop does
  // not run.
  void flush();

 private:
  class AliveTimer;
  void on_control(std::string_view type, const JsonObject& message,
                  MessageRespond respond) override;
  void on_control_closed() override;

  net::EventLoop& loop_;
  ChildLog& log_;
  const std::chrono::milliseconds ack_timeout_;
  ChildActions* actions_ = nullptr;
  ipc::ControlChannel channel_;
  net::Signals signals_;
  std::unique_ptr<AliveTimer> alive_;
};

}  // namespace socketcluster::app
