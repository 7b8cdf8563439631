// SPDX-License-Identifier: MIT
// UserTasks: timers and posted tasks of the controllers of a process, and what becomes of what they
// throw. Thread rule: loop thread, but for post(). After stop() no task is run or taken any more.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include <socketcluster/handler.h>

#include "base/log.h"
#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::ipc {

class UserTasks {
 public:
  using Task = Handler<void()>;
  using TimerId = std::uint64_t;

  // Hears what a task has thrown: "a timer's or posted task threw: ...".
  using OnException = base::UniqueFunction<void(const std::string& text)>;

  // `loop` must outlive it.
  UserTasks(net::EventLoop& loop, OnException on_exception);
  // Warnings in `log`, which must outlive it.
  UserTasks(net::EventLoop& loop, base::Log& log);
  UserTasks(const UserTasks&) = delete;
  UserTasks& operator=(const UserTasks&) = delete;
  ~UserTasks();

  TimerId add_timer(std::chrono::milliseconds delay, bool repeats, Task task);
  void remove_timer(TimerId id);
  // May be called from any thread, as long as the loop lives.
  void post(Task task);
  // Calls `task` now.
  void run(const Task& task);
  // Destroys what waits.
  void stop();

 private:
  class UserTimer;

  net::EventLoop& loop_;
  OnException on_exception_;
  std::unordered_map<TimerId, std::unique_ptr<UserTimer>> timers_;
  TimerId last_timer_ = 0;
  bool is_over_ = false;
};

}  // namespace socketcluster::ipc
