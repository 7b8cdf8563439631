// SPDX-License-Identifier: MIT
// The part of MasterCore that starts processes and sees them end.
#include <signal.h>

#include <algorithm>
#include <utility>

#include "supervisor/master_core.h"

namespace socketcluster::supervisor {
namespace {

using std::chrono::milliseconds;

std::string with_pid(const Child& child) {
  return child.name() + " (PID " + std::to_string(child.pid()) + ")";
}

std::string why_not_started(const Child& child) {
  if (!child.failure().empty()) return child.failure();
  return child.name() + " " + child.exit().text() + " before it was ready";
}

}  // namespace

// ---- Start ----

JsonObject MasterCore::start_message(const Slot& slot) const {
  JsonObject message{{"type", "start"},
                     {"role", ipc::role_name(slot.role)},
                     {"id", slot.id},
                     {"respawn", slot.has_served},
                     {"options", options_json_},
                     {"brokers", options_.brokers},
                     {"socketDirectory", directory_->path()},
                     {"instanceId", options_.instance_id},
                     {"port", entrance_.port()}};
  if (slot.role == ipc::Role::kWorker && certificates_.are_used()) {
    message["tls"] = certificates_.parcel();
  }
  if (slot.role == ipc::Role::kBroker && slot.has_served) {
    JsonArray awaited;
    for (const auto& worker : workers_) {
      if (worker->serving != nullptr) awaited.emplace_back(worker->id);
    }
    message["awaitWorkers"] = std::move(awaited);
  }
  return message;
}

base::Status MasterCore::spawn(Slot& slot) {
  slot.restart.cancel();
  const bool is_worker = slot.role == ipc::Role::kWorker;
  auto child = Child::start(loop_, log_, *this, image_, rules_,
                            {.role = slot.role,
                             .id = slot.id,
                             .is_respawn = slot.has_served,
                             .listen_fd = slot.listen_fd,
                             .redirect_fd = is_worker ? entrance_.redirect_fd() : -1,
                             .has_seat = is_worker && entrance_.deals(),
                             .start = start_message(slot)});
  if (!child) return child.error();
  slot.coming = child->get();
  slot.children.push_back(std::move(*child));
  return base::Status::ok();
}

void MasterCore::on_child_ready(Child& child) {
  Slot& slot = slot_of(child);
  Child* const predecessor = std::exchange(slot.serving, &child);
  slot.coming = nullptr;
  slot.has_served = true;
  const bool is_worker = slot.role == ipc::Role::kWorker;
  if (is_worker) entrance_.add(child);
  if (predecessor != nullptr) {
    entrance_.rest(*predecessor);
    predecessor->end("drain");
  }
  events_.tell(is_worker ? events_.worker_start : events_.broker_start,
               ProcessStart{slot.id, child.pid(), child.is_respawn()});
  go_on();
  tell_summary();
  if (is_worker && slot.children.size() == 1) reload_.settled(slot.id);
}

bool MasterCore::start_successor(std::uint32_t id) {
  Slot& slot = *workers_[id];
  if (slot.coming != nullptr) return true;  // is on its way already
  const base::Status spawned = spawn(slot);
  if (!spawned) log_.error("no worker can be started: " + spawned.error().text);
  if (!spawned && slot.serving == nullptr) slot.restart.arm_in(milliseconds(1000));
  return spawned.has_value();
}

void MasterCore::reload_finished(bool is_complete) {
  if (stage_ == Stage::kRunning) service_.ready(summary());
  if (is_complete) return log_.info("all workers are replaced");
  log_.error("the replacement of workers has ended: a new worker does not come to serve");
}

void MasterCore::restart(Slot& slot) {
  if (is_ending() || slot.coming != nullptr || slot.serving != nullptr) return;
  ++slot.restarts;
  const base::Status spawned = spawn(slot);
  if (spawned) return;
  log_.error("no " + slot.name() + " can be started: " + spawned.error().text);
  const auto now = milliseconds(loop_.now_ms());
  const auto delay = slot.policy.next_delay(now, milliseconds(0));
  if (!delay) return fail(slot.name() + " cannot be started: " + spawned.error().text);
  slot.restart.arm_in(*delay);
}

// ---- End ----

void MasterCore::on_child_ended(Child& child) {
  Slot& slot = slot_of(child);
  const bool was_coming = slot.coming == &child;
  const bool was_serving = slot.serving == &child;
  if (was_coming) slot.coming = nullptr;
  if (was_serving) slot.serving = nullptr;
  report_end(slot, child);
  forget(slot, child);
  if (is_ending()) return go_on();
  tell_summary();
  if (stage_ != Stage::kRunning && was_coming) return fail(why_not_started(child));
  if (was_coming || was_serving) {
    if (was_coming) reload_.failed(slot.id);
    if (slot.serving == nullptr && slot.coming == nullptr) plan_restart(slot, child);
  } else if (slot.serving != nullptr && slot.children.size() == 1) {
    reload_.settled(slot.id);
  }
}

// The child lives to the end of the iteration: it is on the stack.
void MasterCore::forget(Slot& slot, Child& child) {
  if (slot.role == ipc::Role::kWorker) entrance_.remove(child);
  const auto found = std::find_if(slot.children.begin(), slot.children.end(),
                                  [&child](const auto& each) { return each.get() == &child; });
  loop_.defer([gone = std::shared_ptr<Child>(std::move(*found))] {});
  slot.children.erase(found);
  if (slot.role != ipc::Role::kWorker || !slot.children.empty()) return;
  for (const auto& broker : brokers_) {
    for (const auto& process : broker->children) {
      static_cast<void>(process->control().send({{"type", "workerGone"}, {"id", slot.id}}));
    }
  }
}

void MasterCore::report_end(const Slot& slot, const Child& child) {
  const ChildExit& exit = child.exit();
  ProcessExit report{.id = slot.id, .pid = child.pid(), .code = {}, .signal = {}};
  if (exit.signal != 0) {
    report.signal = exit.signal;
  } else {
    report.code = exit.code;
  }
  events_.tell(slot.role == ipc::Role::kWorker ? events_.worker_exit : events_.broker_exit, report);
  const bool is_start_failure = stage_ < Stage::kRunning && !child.has_been_ready();
  if (is_start_failure || (child.was_told_to_end() && exit.code == 0 && exit.signal == 0)) return;
  if (is_ending()) return log_.warning(with_pid(child) + " " + exit.text());
  const std::string why = child.failure().empty() ? "" : ": " + child.failure();
  log_.error(with_pid(child) + " " + exit.text() + why);
}

void MasterCore::plan_restart(Slot& slot, const Child& ended) {
  if (ended.was_told_to_end()) return slot.restart.arm_in(milliseconds(0));
  const bool is_worker = slot.role == ipc::Role::kWorker;
  if (is_worker && !options_.reboot_worker_on_crash) {
    const bool any = std::any_of(workers_.begin(), workers_.end(),
                                 [](const auto& each) { return !each->is_empty(); });
    if (!any) fail("no worker is left, and rebootWorkerOnCrash is off");
    return;
  }
  const auto life = milliseconds(loop_.now_ms() - ended.started_ms());
  const auto delay = slot.policy.next_delay(milliseconds(loop_.now_ms()), life);
  if (delay) return slot.restart.arm_in(*delay);
  fail(slot.name() + " has ended more than " + std::to_string(options_.restart_budget) +
       " times within a minute (option restartBudget); the last one " + ended.exit().text());
}

// ---- On request ----

void MasterCore::kill_all(ipc::Role role, KillMode mode) {
  for (const auto& slot : slots(role)) {
    for (const auto& child : slot->children) {
      child->end("stop");
      if (mode == KillMode::kImmediately) child->kill(SIGKILL);
    }
  }
}

void MasterCore::reload_workers() {
  if (is_ending()) return;
  if (stage_ == Stage::kRunning) service_.reloading("replacing the workers");
  for (const auto& slot : workers_) reload_.add(slot->id);
}

// ---- For the service manager ----

std::string MasterCore::summary() const {
  const auto count = [](const std::vector<std::unique_ptr<Slot>>& slots) {
    const auto serving = std::count_if(slots.begin(), slots.end(),
                                       [](const auto& slot) { return slot->serving != nullptr; });
    return std::to_string(serving) + " of " + std::to_string(slots.size());
  };
  return count(workers_) + " workers and " + count(brokers_) + " brokers serve";
}

void MasterCore::tell_summary() {
  if (stage_ == Stage::kRunning && !reload_.is_under_way()) service_.set_status(summary());
}

}  // namespace socketcluster::supervisor
