// SPDX-License-Identifier: MIT
// Master: what a master controller gets. The master starts workers and brokers, starts them again
// when they end, and serves no clients itself.
//
//   void run_master(sc::Master& master) {
//     master.on_worker_message([](std::uint32_t id, const sc::Json& data, sc::MessageRespond
//     respond)
//     {
//       respond({{"hello", id}});
//     });
//     master.on_worker_exit([&master](const sc::ProcessExit& exit) {
//       master.log("worker " + std::to_string(exit.id) + " has ended");
//     });
//   }
//
// There is no master when the option `workers` is 0.
//
// Thread rule: everything on the master's loop thread, except post(). Handlers never run inside the
// call that registers or causes them; what they throw is a warning in the log. While one runs, no
// process is watched: do nothing slow in it. Lifetime: the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <socketcluster/handler.h>
#include <socketcluster/json.h>
#include <socketcluster/options.h>
#include <socketcluster/process_message.h>

namespace socketcluster {

namespace supervisor {
class MasterCore;
}

// A worker or broker has been started and serves.
struct ProcessStart {
  std::uint32_t id = 0;
  int pid = 0;
  // It takes the place of one that has ended or is being replaced.
  bool respawn = false;
};

// A worker or broker has ended.
struct ProcessExit {
  std::uint32_t id = 0;
  int pid = 0;
  std::optional<int> code;    // of a process that exited
  std::optional<int> signal;  // that killed it
};

// An error or a warning of any process of the instance; it is in the log already.
struct ProcessReport {
  std::string type;  // "master", "worker" or "broker"
  std::uint32_t id = 0;
  int pid = 0;
  std::chrono::system_clock::time_point time;
  std::string text;
};

enum class KillMode {
  kGracefully,   // clients are told to connect again, as long as `processTermTimeout` allows
  kImmediately,  // SIGKILL
};

class Master {
 public:
  using Task = Handler<void()>;
  using TimerId = std::uint64_t;
  using ReportHandler = Handler<void(const ProcessReport& report)>;
  using StartHandler = Handler<void(const ProcessStart& start)>;
  using ExitHandler = Handler<void(const ProcessExit& exit)>;
  using ProcessMessageHandler =
      Handler<void(std::uint32_t id, const Json& data, MessageRespond respond)>;

  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  const Options& options() const;
  // The same in all processes of an instance.
  const std::string& instance_id() const;

  // ---- Handlers. One of each kind: a later one replaces it, an empty one takes it away. ----
  // All workers and brokers serve, for the first time.
  void on_ready(Task handler);
  // Errors and warnings of all processes; those of workers and brokers only with the options
  // `propagateErrors` and `propagateWarnings`.
  void on_fail(ReportHandler handler);
  void on_warning(ReportHandler handler);
  void on_worker_start(StartHandler handler);
  void on_worker_exit(ExitHandler handler);
  void on_broker_start(StartHandler handler);
  void on_broker_exit(ExitHandler handler);
  // `send_to_master()` of a worker or broker. What the handler throws is the answer for whoever
  // waits for one.
  void on_worker_message(ProcessMessageHandler handler);
  void on_broker_message(ProcessMessageHandler handler);

  // ---- Messages ----
  // Raises the worker's or broker's handler of master messages. `answer`, if any, is called exactly
  // once. One that is being started gets it when it serves. An id that does not exist is an error
  // for `answer` and for on_fail().
  void send_to_worker(std::uint32_t id, const Json& data, MessageAnswer answer = nullptr);
  void send_to_broker(std::uint32_t id, const Json& data, MessageAnswer answer = nullptr);

  // ---- Processes ----
  // Ends all workers or brokers. New ones take their place at once.
  void kill_workers(KillMode mode = KillMode::kGracefully);
  void kill_brokers(KillMode mode = KillMode::kGracefully);
  // Replaces the workers one after the other, as SIGUSR2 does: a new one serves before the clients
  // of the old one are told to connect again. A new executable is picked up. One that fails to
  // start leaves the old one serving and ends the replacement.
  void reload();
  // Ends the instance in order, as SIGTERM does.
  void shutdown();

  // Writes an entry to the log.
  void log(std::string_view text);

  // Runs `task` once after `delay`, or every `interval` (at least 1 ms).
  TimerId set_timeout(std::chrono::milliseconds delay, Task task);
  TimerId set_interval(std::chrono::milliseconds interval, Task task);
  // Without effect for a timer that is gone. May be called by the timer's own task.
  void clear_timer(TimerId timer);
  // Runs `task` on the loop thread, in order of posting. May be called from any thread.
  void post(Task task);

 private:
  friend class supervisor::MasterCore;
  explicit Master(supervisor::MasterCore& core) : core_(core) {}
  ~Master() = default;
  supervisor::MasterCore& core_;
};

}  // namespace socketcluster
