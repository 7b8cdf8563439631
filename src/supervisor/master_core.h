// SPDX-License-Identifier: MIT
// MasterCore: the master process of an instance. It starts the brokers, then the workers, watches
// them, starts them again, replaces workers on request, and ends them all in order.
//
//   kBrokers --all serve--> kWorkers --all serve--> kRunning --end--> kEndingWorkers
//                                                        --all gone--> kEndingBrokers --> kOver
//
// Brokers come first and go last, so a worker never serves without its brokers. A process that
// does not come to serve before the instance is running ends the start.
//
//   master_core.cc      start and end of the instance, signals
//   master_children.cc  start and end of processes
//   master_messages.cc  what they say, and the public class
//
// Thread rule: one thread makes, runs and destroys it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <socketcluster/master.h>
#include <socketcluster/options.h>

#include "base/log.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "ipc/user_tasks.h"
#include "net/event_loop.h"
#include "net/stop_signals.h"
#include "supervisor/certificates.h"
#include "supervisor/child.h"
#include "supervisor/entrance.h"
#include "supervisor/master_events.h"
#include "supervisor/master_log.h"
#include "supervisor/master_status.h"
#include "supervisor/reload.h"
#include "supervisor/service_manager.h"
#include "supervisor/slot.h"
#include "supervisor/socket_directory.h"

namespace socketcluster::supervisor {

class MasterCore final : private ChildOwner, private Reload::Actions {
 public:
  // `options` are valid, with everything that is generated; `workers` is not 0. `console` must
  // outlive it.
  MasterCore(const Options& options, base::Log& console, ProcessImage image);
  MasterCore(const MasterCore&) = delete;
  MasterCore& operator=(const MasterCore&) = delete;
  // Processes that still run are killed.
  ~MasterCore();

  // Called when all processes serve, with the port that is really listened on.
  void set_started_handler(base::UniqueFunction<void(std::uint16_t port)> handler) {
    on_started_ = std::move(handler);
  }

  // Opens the sockets, runs the instance until it has ended, and says why if that was not asked
  // for.
  base::Status run();

  Master& api() { return api_; }
  const Options& options() const { return options_; }
  net::EventLoop& loop() { return loop_; }
  base::Log& log() { return log_; }
  MasterEvents& events() { return events_; }
  ipc::UserTasks& tasks() { return tasks_; }
  // For the report of all processes. Slots live as long as the master.
  const std::vector<std::unique_ptr<Slot>>& brokers() const { return brokers_; }
  const std::vector<std::unique_ptr<Slot>>& workers() const { return workers_; }
  std::uint16_t port() const { return entrance_.port(); }
  const SocketDirectory* socket_directory() const {
    return directory_.has_value() ? &*directory_ : nullptr;
  }

  // ---- For Master ----
  void send(ipc::Role role, std::uint32_t id, const Json& data, MessageAnswer answer);
  void kill_all(ipc::Role role, KillMode mode);
  void reload_workers();
  // Ends the instance in order; a second call kills what is left.
  void shutdown();

 private:
  enum class Stage : std::uint8_t {
    kBrokers,
    kWorkers,
    kRunning,
    kEndingWorkers,
    kEndingBrokers,
    kOver,
  };

  // ---- The instance ----
  base::Status open();
  base::Status open_broker_sockets();
  void start_all(std::vector<std::unique_ptr<Slot>>& slots);
  void go_on();
  void fail(std::string reason);
  // The line that the service manager shows.
  std::string summary() const;
  void tell_summary();
  void begin_end();
  void end_processes(std::vector<std::unique_ptr<Slot>>& slots);
  void kill_everything();
  bool is_ending() const { return stage_ >= Stage::kEndingWorkers; }
  void on_signal(int number);
  void on_stop_signal();
  void replace_on_signal();
  void reread_files();
  void tell_workers(const JsonObject& message);
  void reap();
  bool is_ours(pid_t pid) const;
  void tick();

  // ---- Processes ----
  std::vector<std::unique_ptr<Slot>>& slots(ipc::Role role) {
    return role == ipc::Role::kWorker ? workers_ : brokers_;
  }
  Slot& slot_of(const Child& child) { return *slots(child.role())[child.id()]; }
  base::Status spawn(Slot& slot);
  JsonObject start_message(const Slot& slot) const;
  void restart(Slot& slot);
  void plan_restart(Slot& slot, const Child& ended);
  void forget(Slot& slot, Child& child);
  void report_end(const Slot& slot, const Child& child);
  void on_child_ready(Child& child) override;
  void on_child_ended(Child& child) override;
  bool start_successor(std::uint32_t slot) override;
  void reload_finished(bool is_complete) override;

  // ---- What they say ----
  void on_child_log(Child& child, base::LogLevel level, std::string_view text,
                    std::chrono::system_clock::time_point time) override;
  void on_child_message(Child& child, std::string_view type, const JsonObject& message,
                        MessageRespond respond) override;
  void take_report(const base::LogOrigin* origin, base::LogLevel level, std::string_view text);

  const Options options_;
  const ProcessImage image_;
  net::EventLoop loop_;
  MasterLog log_;
  MasterEvents events_;
  ipc::UserTasks tasks_;
  ChildRules rules_;
  JsonObject options_json_;  // as every child gets them
  base::UniqueFunction<void(std::uint16_t)> on_started_;
  std::optional<SocketDirectory> directory_;
  std::vector<int> broker_sockets_;  // owned
  Certificates certificates_;
  Entrance entrance_;
  net::StopSignals stops_;
  ServiceManager service_;
  Reload reload_;
  std::vector<std::unique_ptr<Slot>> brokers_;
  std::vector<std::unique_ptr<Slot>> workers_;
  TaskTimer tick_;
  std::uint64_t last_tick_ms_ = 0;
  Stage stage_ = Stage::kBrokers;
  std::unique_ptr<MasterStatus> status_;
  std::optional<base::Failure> failure_;  // why the instance ends
  Master api_;
};

}  // namespace socketcluster::supervisor
