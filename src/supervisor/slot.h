// SPDX-License-Identifier: MIT
// A slot: the place of one worker or broker. Usually one process is in it; while that one is being
// replaced, two are, and while it waits to be started again, none is. Thread rule: loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ipc/child_role.h"
#include "supervisor/child.h"
#include "supervisor/restart_policy.h"
#include "supervisor/task_timer.h"

namespace socketcluster::supervisor {

struct Slot {
  Slot(ipc::Role slot_role, std::uint32_t slot_id, const RestartLimits& limits,
       net::EventLoop& loop, std::function<void(Slot&)> start)
      : role(slot_role),
        id(slot_id),
        policy(limits),
        restart(loop, [this, start = std::move(start)] { start(*this); }) {}

  const ipc::Role role;
  const std::uint32_t id;
  RestartPolicy policy;
  TaskTimer restart;        // when the next process is started
  int listen_fd = -1;       // inherited by each of its processes; not the slot's own
  Child* coming = nullptr;  // is being started
  Child* serving = nullptr;
  std::vector<std::unique_ptr<Child>> children;  // all that have not ended
  std::uint32_t restarts = 0;  // processes that took the place of one that had ended by itself
  bool has_served = false;     // at any time

  bool is_empty() const { return children.empty(); }
  std::string name() const { return ipc::process_name(role, id); }
};

}  // namespace socketcluster::supervisor
