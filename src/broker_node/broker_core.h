// SPDX-License-Identifier: MIT
// BrokerCore: one broker process: the connections of the workers, the channels that they subscribe
// to, the key-value store and the controller's handlers, on a loop of its own.
//
//   BrokerCore broker(options, settings, log, master_port);
//   controller(broker.api());
//   if (auto status = broker.start(); !status) ...     // afterwards the broker is ready
//   broker.run();                                      // until stop()
//
// Its end calls no user code. Thread rule: one thread makes, runs and destroys it. Other users of
// its loop (the connection to the master) must be gone before it is destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include <socketcluster/broker.h>
#include <socketcluster/options.h>

#include "base/log.h"
#include "base/result.h"
#include "broker_node/master_port.h"
#include "broker_node/recovery.h"
#include "broker_node/requests.h"
#include "broker_node/settings.h"
#include "broker_node/status_meter.h"
#include "broker_node/switchboard.h"
#include "broker_node/user_events.h"
#include "broker_node/worker_session.h"
#include "ipc/user_tasks.h"
#include "net/acceptor.h"
#include "net/event_loop.h"

namespace socketcluster::broker_node {

// For the table of processes.
struct BrokerFigures {
  std::size_t workers = 0;  // connections that serve
  std::size_t channels = 0;
  std::size_t subscriptions = 0;
  std::uint64_t published = 0;  // since the start
  std::uint64_t delivered = 0;  // since the start, one for each worker
  std::size_t data_bytes = 0;   // of the key-value store
};

class BrokerCore final : private SessionHost {
 public:
  // `options` are valid, with a secret key and an instance id. `log` and `master` must outlive it.
  BrokerCore(const Options& options, BrokerSettings settings, base::Log& log, MasterPort& master);
  BrokerCore(const BrokerCore&) = delete;
  BrokerCore& operator=(const BrokerCore&) = delete;
  ~BrokerCore();

  // Accepts workers from now on.
  base::Status start();
  void run() { loop_.run(); }
  // Ends run() at once. Workers see the connection end.
  void stop() { loop_.stop(); }

  net::EventLoop& loop() { return loop_; }
  Broker& api() { return api_; }
  const Options& options() const { return options_; }
  std::uint32_t id() const { return settings_.id; }
  BrokerFigures figures() const;
  const StatusMeter& status() const { return status_; }

  // ---- From the master ----
  // The worker has ended: recovery does not wait for it.
  void worker_gone(std::uint32_t worker) { recovery_.settled(worker); }
  void take_master_message(const Json& data, MessageRespond respond);

  // ---- For Broker ----
  UserEvents& events() { return events_; }
  ipc::UserTasks& tasks() { return tasks_; }
  Requests& requests() { return requests_; }
  void send_to_master(const Json& data, MessageAnswer answer);
  void set_master_message_handler(MessageHandler handler);
  void publish(std::string_view channel, const Json& data);

 private:
  bool is_secret_key(std::string_view key) const override;
  bool on_worker_ready(WorkerSession& session) override;
  void on_request(WorkerSession& session, std::uint32_t id, std::string_view json) override;
  void on_session_closed(WorkerSession& session) override;
  void accept(int fd);
  void end_recovery();

  Options options_;
  BrokerSettings settings_;
  base::Log& log_;
  MasterPort& master_;
  net::EventLoop loop_;
  UserEvents events_;
  Switchboard switchboard_;
  Requests requests_;
  ipc::UserTasks tasks_;
  Recovery recovery_;
  net::Acceptor acceptor_;
  StatusMeter status_;
  std::shared_ptr<const MessageHandler> on_master_message_;
  std::unordered_map<const WorkerSession*, std::unique_ptr<WorkerSession>> sessions_;
  std::vector<WorkerSession*> held_;  // until recovery is over
  Broker api_;
};

}  // namespace socketcluster::broker_node
