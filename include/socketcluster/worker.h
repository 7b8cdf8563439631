// SPDX-License-Identifier: MIT
// Worker: what a worker controller gets: the HTTP side, the sockets, timers.
//
// Thread rule: everything on the worker's loop thread, except post(). Lifetime: the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <socketcluster/http.h>
#include <socketcluster/options.h>
#include <socketcluster/server.h>

namespace socketcluster {

namespace server {
class WorkerCore;
}

class Worker {
 public:
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  const Options& options() const;
  Http& http();
  Server& server();
  Exchange& exchange() { return server().exchange(); }

  // Runs `task` once after `delay`, or every `interval` (at least 1 ms).
  TimerId set_timeout(std::chrono::milliseconds delay, Task task);
  TimerId set_interval(std::chrono::milliseconds interval, Task task);
  // Without effect for a timer that is gone. May be called by the timer's own task.
  void clear_timer(TimerId timer);

  // Runs `task` on the loop thread. May be called from any thread.
  void post(Task task);

 private:
  friend class server::WorkerCore;
  explicit Worker(server::WorkerCore& core) : core_(core) {}
  ~Worker() = default;
  server::WorkerCore& core_;
};

}  // namespace socketcluster
