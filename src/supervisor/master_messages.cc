// SPDX-License-Identifier: MIT
// The part of MasterCore that hears and talks to processes, and the public class Master.
#include <unistd.h>

#include <charconv>
#include <utility>

#include "supervisor/master_core.h"

namespace socketcluster {
namespace supervisor {
namespace {

std::vector<std::uint64_t> numbers_of(const JsonObject& message) {
  std::vector<std::uint64_t> numbers;
  const Json* const list = message.if_contains("numbers");
  if (list == nullptr || !list->is_array()) return numbers;
  for (const Json& number : list->get_array()) {
    if (number.is_int64()) numbers.push_back(static_cast<std::uint64_t>(number.get_int64()));
  }
  return numbers;
}

Json member(const JsonObject& message, std::string_view name) {
  const Json* const value = message.if_contains(name);
  return value == nullptr ? Json() : *value;
}

// "worker 12" in its parts.
void set_origin(ProcessReport& report, std::string_view name) {
  const std::size_t space = name.find(' ');
  report.type = name.substr(0, space);
  if (space == std::string_view::npos) return;
  std::from_chars(name.data() + space + 1, name.data() + name.size(), report.id);
}

}  // namespace

void MasterCore::on_child_log(Child& child, base::LogLevel level, std::string_view text,
                              std::chrono::system_clock::time_point time) {
  const std::string name = child.name();
  log_.write_from({.name = name, .pid = child.pid(), .time = time}, level, text);
}

void MasterCore::take_report(const base::LogOrigin* origin, base::LogLevel level,
                             std::string_view text) {
  const bool is_error = level == base::LogLevel::kError;
  if (origin != nullptr && !(is_error ? options_.propagate_errors : options_.propagate_warnings)) {
    return;
  }
  ProcessReport report{.type = "master",
                       .id = 0,
                       .pid = ::getpid(),
                       .time = std::chrono::system_clock::now(),
                       .text = std::string(text)};
  if (origin != nullptr) {
    set_origin(report, origin->name);
    report.pid = static_cast<int>(origin->pid);
    report.time = origin->time;
  }
  events_.tell(is_error ? events_.fail : events_.warning, std::move(report));
}

void MasterCore::on_child_message(Child& child, std::string_view type, const JsonObject& message,
                                  MessageRespond respond) {
  if (type == "message") {
    const bool is_worker = child.role() == ipc::Role::kWorker;
    auto& event = is_worker ? events_.worker_message : events_.broker_message;
    if (event.handler == nullptr) {
      return respond(Error(std::string("The master has no handler of messages from ") +
                           (is_worker ? "workers" : "brokers")));
    }
    loop_.defer([this, name = event.name, handler = event.handler, id = child.id(),
                 data = member(message, "data"), respond = std::move(respond)] {
      const auto thrown = ipc::call_user(log_, name, [&] { (*handler)(id, data, respond); });
      if (thrown) respond(Error(*thrown));
    });
  } else if (type == "adopted") {
    entrance_.dealer().adopted(child, numbers_of(message));
  } else if (type == "returned") {
    entrance_.dealer().returned(child, numbers_of(message));
  } else if (type == "replace" && slot_of(child).serving == &child && !is_ending()) {
    reload_.add(child.id());
  }
}

void MasterCore::send(ipc::Role role, std::uint32_t id, const Json& data, MessageAnswer answer) {
  const auto& list = slots(role);
  Child* target = nullptr;
  if (id < list.size())
    target = list[id]->serving != nullptr ? list[id]->serving : list[id]->coming;
  const std::string name = role == ipc::Role::kWorker ? "Worker" : "Broker";
  if (target == nullptr) {
    const std::string text = name + " with id " + std::to_string(id) +
                             (id < list.size() ? " is not running" : " does not exist");
    log_.error(text);
    if (!answer) return;
    loop_.defer([this, answer = std::move(answer), text] {
      ipc::call_user(log_, "the handler of an answer", [&] { answer(Error(text), Json()); });
    });
    return;
  }
  JsonObject message{{"type", "message"}, {"data", data}};
  if (!answer) {
    const base::Status sent = target->control().send(message);
    if (!sent) log_.error(name + " " + std::to_string(id) + ": " + sent.error().text);
    return;
  }
  target->control().request(
      std::move(message), options_.ipc_ack_timeout,
      [this, answer = std::move(answer)](const std::optional<Error>& error, const Json& value) {
        ipc::call_user(log_, "the handler of an answer", [&] { answer(error, value); });
      });
}

}  // namespace supervisor

// ---- Master ----

using ipc::Role;

const Options& Master::options() const {
  return core_.options();
}
const std::string& Master::instance_id() const {
  return core_.options().instance_id;
}

void Master::on_ready(Task handler) {
  core_.events().ready.set(std::move(handler));
}
void Master::on_fail(ReportHandler handler) {
  core_.events().fail.set(std::move(handler));
}
void Master::on_warning(ReportHandler handler) {
  core_.events().warning.set(std::move(handler));
}
void Master::on_worker_start(StartHandler handler) {
  core_.events().worker_start.set(std::move(handler));
}
void Master::on_worker_exit(ExitHandler handler) {
  core_.events().worker_exit.set(std::move(handler));
}
void Master::on_broker_start(StartHandler handler) {
  core_.events().broker_start.set(std::move(handler));
}
void Master::on_broker_exit(ExitHandler handler) {
  core_.events().broker_exit.set(std::move(handler));
}
void Master::on_worker_message(ProcessMessageHandler handler) {
  core_.events().worker_message.set(std::move(handler));
}
void Master::on_broker_message(ProcessMessageHandler handler) {
  core_.events().broker_message.set(std::move(handler));
}

void Master::send_to_worker(std::uint32_t id, const Json& data, MessageAnswer answer) {
  core_.send(Role::kWorker, id, data, std::move(answer));
}
void Master::send_to_broker(std::uint32_t id, const Json& data, MessageAnswer answer) {
  core_.send(Role::kBroker, id, data, std::move(answer));
}

void Master::kill_workers(KillMode mode) {
  core_.kill_all(Role::kWorker, mode);
}
void Master::kill_brokers(KillMode mode) {
  core_.kill_all(Role::kBroker, mode);
}
void Master::reload() {
  core_.reload_workers();
}
void Master::shutdown() {
  core_.shutdown();
}

void Master::log(std::string_view text) {
  core_.log().info(text);
}

Master::TimerId Master::set_timeout(std::chrono::milliseconds delay, Task task) {
  return core_.tasks().add_timer(delay, false, std::move(task));
}
Master::TimerId Master::set_interval(std::chrono::milliseconds interval, Task task) {
  return core_.tasks().add_timer(interval, true, std::move(task));
}
void Master::clear_timer(TimerId timer) {
  core_.tasks().remove_timer(timer);
}
void Master::post(Task task) {
  core_.tasks().post(std::move(task));
}

}  // namespace socketcluster
