// SPDX-License-Identifier: MIT
#include "ipc/user_tasks.h"

#include <algorithm>
#include <utility>

#include "ipc/user_call.h"
#include "net/timer_wheel.h"

namespace socketcluster::ipc {

class UserTasks::UserTimer final : public net::Timer {
 public:
  UserTimer(UserTasks& tasks, TimerId id, std::uint64_t interval_ms, Task task)
      : tasks_(tasks),
        id_(id),
        interval_ms_(interval_ms),
        task_(std::make_shared<const Task>(std::move(task))) {}

 private:
  void on_timer() override {
    UserTasks& tasks = tasks_;
    const auto task = task_;  // the task may remove this timer
    if (interval_ms_ != 0) {
      tasks.loop_.timers().arm(*this, tasks.loop_.now_ms() + interval_ms_);
    } else {
      tasks.remove_timer(id_);
    }
    tasks.run(*task);
  }

  UserTasks& tasks_;
  TimerId id_;
  std::uint64_t interval_ms_;  // 0: fires once
  std::shared_ptr<const Task> task_;
};

UserTasks::UserTasks(net::EventLoop& loop, OnException on_exception)
    : loop_(loop), on_exception_(std::move(on_exception)) {}

UserTasks::UserTasks(net::EventLoop& loop, base::Log& log)
    : UserTasks(loop, [&log](const std::string& text) { log.warning(text); }) {}

UserTasks::~UserTasks() {
  stop();
}

UserTasks::TimerId UserTasks::add_timer(std::chrono::milliseconds delay, bool repeats, Task task) {
  if (is_over_) return 0;
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(1, delay.count()));
  const TimerId id = ++last_timer_;
  auto timer = std::make_unique<UserTimer>(*this, id, repeats ? ms : 0, std::move(task));
  loop_.timers().arm(*timer, loop_.now_ms() + ms);
  timers_.emplace(id, std::move(timer));
  return id;
}

void UserTasks::remove_timer(TimerId id) {
  const auto timer = timers_.extract(id);  // destroyed when the map is in order again
}

void UserTasks::post(Task task) {
  loop_.post([this, task = std::move(task)] { run(task); });
}

void UserTasks::run(const Task& task) {
  if (is_over_) return;
  if (const auto thrown = catch_user(task)) {
    on_exception_("a timer's or posted task threw: " + *thrown);
  }
}

void UserTasks::stop() {
  is_over_ = true;
  while (!timers_.empty()) {
    const auto timer = timers_.extract(timers_.begin());  // its destruction may remove others
  }
}

}  // namespace socketcluster::ipc
