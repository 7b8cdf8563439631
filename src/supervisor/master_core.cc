// SPDX-License-Identifier: MIT
#include "supervisor/master_core.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "config/option_json.h"
#include "config/signal_name.h"
#include "net/signals.h"

namespace socketcluster::supervisor {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{1000};
// A gap between two ticks that is longer than this was a pause of the master itself.
constexpr std::uint64_t kPauseMs = 3000;
constexpr pid_t kInit = 1;

// Half of the descriptors may be copies of connections that no worker has looked at yet.
std::size_t max_copies() {
  constexpr std::size_t kUnknown = 512;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / 2 : kUnknown;
}

ChildRules child_rules(const Options& options) {
  return {.hang_timeout = options.worker_hang_timeout,
          .force_kill_timeout = options.force_kill_timeout,
          .force_kill_signal = config::signal_number(options.force_kill_signal).value_or(SIGHUP)};
}

template <typename Slots, typename Predicate>
bool all_of(const Slots& slots, Predicate predicate) {
  return std::all_of(slots.begin(), slots.end(),
                     [&predicate](const auto& slot) { return predicate(*slot); });
}

bool serves(const Slot& slot) {
  return slot.serving != nullptr;
}
bool is_empty(const Slot& slot) {
  return slot.is_empty();
}

}  // namespace

MasterCore::MasterCore(const Options& options, base::Log& console, ProcessImage image)
    : options_(options),
      image_(std::move(image)),
      log_(console, [this](const base::LogOrigin* origin, base::LogLevel level,
                           std::string_view text) { take_report(origin, level, text); }),
      events_(loop_, console),
      tasks_(loop_, log_),
      rules_(child_rules(options)),
      options_json_(config::options_to_json(options)),
      certificates_(options_, log_, milliseconds(loop_.now_ms())),
      entrance_(loop_, log_, max_copies()),
      service_(loop_, log_, take_service_settings()),
      reload_(*this),
      tick_(loop_, [this] { tick(); }),
      api_(*this) {
  const RestartLimits limits{.budget = options.restart_budget};
  const auto fill = [&](ipc::Role role, std::uint32_t count) {
    for (std::uint32_t id = 0; id < count; ++id) {
      slots(role).push_back(
          std::make_unique<Slot>(role, id, limits, loop_, [this](Slot& slot) { restart(slot); }));
    }
  };
  fill(ipc::Role::kBroker, options.brokers);
  fill(ipc::Role::kWorker, options.workers);
}

MasterCore::~MasterCore() {
  tasks_.stop();
  status_.reset();
  for (auto* list : {&workers_, &brokers_}) {
    for (const auto& slot : *list) {
      slot->restart.cancel();
      for (const auto& child : slot->children) entrance_.rest(*child);
    }
    list->clear();
  }
  for (const int fd : broker_sockets_) ::close(fd);
  loop_.drop_connections();
}

// ---- Start ----

base::Status MasterCore::open() {
  if (base::Status loaded = certificates_.load(); !loaded) return loaded;
  if (base::Status opened = entrance_.open(options_); !opened) return opened;
  auto directory =
      SocketDirectory::create(SocketPlace::here(options_.socket_root, options_.app_name));
  if (!directory) return directory.error();
  directory_.emplace(std::move(*directory));
  if (!options_.downgrade_to_user.empty()) {
    const base::Result<User> user = find_user(options_.downgrade_to_user);
    if (!user) return user.error();
    if (base::Status may = check_may_start_as(*user); !may) return may;
    if (base::Status given = directory_->give_sockets_to(*user); !given) return given;
  }
  if (base::Status opened = open_broker_sockets(); !opened) return opened;
  status_ = std::make_unique<MasterStatus>(*this);
  return status_->open();
}

// The master's own, so that a worker that connects while a broker is started again waits in the
// queue.
base::Status MasterCore::open_broker_sockets() {
  for (const auto& slot : brokers_) {
    constexpr int kBacklog = 4096;
    const base::Result<int> fd =
        directory_->listen(std::string("b").append(std::to_string(slot->id)), kBacklog);
    if (!fd) return fd.error();
    broker_sockets_.push_back(*fd);
    slot->listen_fd = *fd;
  }
  for (const auto& slot : workers_) slot->listen_fd = entrance_.listen_fd(slot->id);
  return base::Status::ok();
}

base::Status MasterCore::run() {
  if (base::Status opened = open(); !opened) return opened;
  const net::Signals signals(loop_, {SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGCHLD},
                             [this](int number) { on_signal(number); });
  tick();
  start_all(brokers_);
  go_on();
  loop_.run();
  if (failure_) return *failure_;
  return base::Status::ok();
}

void MasterCore::start_all(std::vector<std::unique_ptr<Slot>>& slots) {
  for (const auto& slot : slots) {
    if (is_ending()) return;
    if (base::Status spawned = spawn(*slot); !spawned) fail(spawned.error().text);
  }
}

// Takes the next step when the one before is done.
void MasterCore::go_on() {
  if (stage_ == Stage::kBrokers && all_of(brokers_, serves)) {
    stage_ = Stage::kWorkers;
    start_all(workers_);
  }
  if (stage_ == Stage::kWorkers && all_of(workers_, serves)) {
    stage_ = Stage::kRunning;
    service_.ready(summary());
    if (on_started_) on_started_(entrance_.port());
    events_.tell(events_.ready);
  }
  if (stage_ == Stage::kEndingWorkers && all_of(workers_, is_empty)) {
    stage_ = Stage::kEndingBrokers;
    end_processes(brokers_);
  }
  if (stage_ == Stage::kEndingBrokers && all_of(brokers_, is_empty)) {
    stage_ = Stage::kOver;
    loop_.stop();
  }
}

// ---- End ----

void MasterCore::fail(std::string reason) {
  if (is_ending()) return;
  failure_ = base::Failure{std::move(reason)};
  begin_end();
}

void MasterCore::shutdown() {
  if (is_ending()) return kill_everything();
  begin_end();
}

void MasterCore::begin_end() {
  stage_ = Stage::kEndingWorkers;
  service_.stopping(failure_ ? failure_->text : "stopping");
  entrance_.close();
  reload_.cancel();
  for (auto* list : {&workers_, &brokers_}) {
    for (const auto& slot : *list) slot->restart.cancel();
  }
  end_processes(workers_);
  // Whoever called has to be finished first.
  loop_.defer([this] { go_on(); });
}

void MasterCore::end_processes(std::vector<std::unique_ptr<Slot>>& slots) {
  for (const auto& slot : slots) {
    for (const auto& child : slot->children) child->end("stop");
  }
}

void MasterCore::kill_everything() {
  for (auto* list : {&workers_, &brokers_}) {
    for (const auto& slot : *list) {
      for (const auto& child : slot->children) child->kill(SIGKILL);
    }
  }
}

// ---- Signals ----

void MasterCore::on_signal(int number) {
  switch (number) {
    case SIGCHLD:
      return reap();
    case SIGHUP:
      return net::has_lost_terminal() ? on_stop_signal() : reread_files();
    case SIGUSR2:
      return replace_on_signal();
    default:
      return on_stop_signal();
  }
}

void MasterCore::on_stop_signal() {
  if (stops_.take(loop_.now_ms()) != net::StopSignals::Meaning::kNothingNew) shutdown();
}

void MasterCore::reread_files() {
  if (is_ending()) return;
  log_.info("Master received SIGHUP signal - Reading files again");
  JsonObject message{{"type", "reread"}};
  if (certificates_.are_used() && certificates_.reload(milliseconds(loop_.now_ms()))) {
    message["tls"] = certificates_.parcel();
  }
  tell_workers(message);
}

void MasterCore::tell_workers(const JsonObject& message) {
  for (const auto& slot : workers_) {
    for (const auto& child : slot->children) {
      static_cast<void>(child->control().send(message));
    }
  }
}

void MasterCore::replace_on_signal() {
  if (is_ending()) return;
  if (options_.kill_master_on_signal) {
    log_.warning("Master received SIGUSR2 signal - Shutting down");
    return begin_end();
  }
  if (!options_.reboot_on_signal) return;
  log_.warning("Master received SIGUSR2 signal - Replacing all workers");
  reload_workers();
}

// Only our own: user code may have children, too. Processes that have lost their parent come to the
// first process of a container, which has to take them.
void MasterCore::reap() {
  int status = 0;
  for (auto* list : {&workers_, &brokers_}) {
    for (const auto& slot : *list) {
      for (const auto& child : slot->children) {
        if (child->is_reaped() || ::waitpid(child->pid(), &status, WNOHANG) != child->pid()) {
          continue;
        }
        child->reaped(status);
      }
    }
  }
  if (::getpid() != kInit) return;
  siginfo_t info{};
  while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    if (is_ours(info.si_pid)) return;  // has ended since; its signal is on its way
    ::waitpid(info.si_pid, nullptr, WNOHANG);
    info = {};
  }
}

bool MasterCore::is_ours(pid_t pid) const {
  for (const auto* list : {&workers_, &brokers_}) {
    for (const auto& slot : *list) {
      for (const auto& child : slot->children) {
        if (child->pid() == pid) return true;
      }
    }
  }
  return false;
}

void MasterCore::tick() {
  tick_.arm_in(kTick);
  const bool was_paused = loop_.now_ms() - last_tick_ms_ > kPauseMs;
  last_tick_ms_ = loop_.now_ms();
  if (certificates_.rotate_ticket_keys(milliseconds(loop_.now_ms()))) {
    tell_workers({{"type", "ticketKeys"}, {"keys", certificates_.ticket_keys()}});
  }
  for (auto* list : {&workers_, &brokers_}) {
    for (const auto& slot : *list) {
      for (const auto& child : slot->children) {
        was_paused ? child->forgive() : child->check_alive();
      }
    }
  }
}

}  // namespace socketcluster::supervisor
