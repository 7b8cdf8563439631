// SPDX-License-Identifier: MIT
#include "supervisor/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace socketcluster::supervisor {
namespace {

using std::chrono::milliseconds;

// Between a signal that ought to end a process and SIGKILL.
constexpr milliseconds kKillDelay{2000};
// A process that has closed its control channel has this long to end by itself.
constexpr milliseconds kClosedDelay{5000};
// What a process has said arrives at once. Only a program that it has forked and that still holds
// its channel lets the master wait.
constexpr milliseconds kLastWordsDelay{500};

// A start may take this many times as long as `workerHangTimeout`.
constexpr int kStartFactor = 4;

// Descriptors of one child: the master's ends and the child's.
struct Ends {
  int mine = -1;
  int childs = -1;
};

class Descriptors {
 public:
  Descriptors() = default;
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() {
    for (const Ends* ends : {&control, &deal, &output}) {
      if (ends->mine >= 0) ::close(ends->mine);
      if (ends->childs >= 0) ::close(ends->childs);
    }
  }

  base::Status open(bool has_seat) {
    const base::Result<ipc::SocketPair> pair = ipc::make_control_pair();
    if (!pair) return pair.error();
    control = {pair->first, pair->second};
    if (has_seat) {
      const base::Result<ipc::SocketPair> dealing = ipc::make_descriptor_pair();
      if (!dealing) return dealing.error();
      deal = {dealing->first, dealing->second};
    }
    int pipe_ends[2];
    if (::pipe2(pipe_ends, O_CLOEXEC) != 0) {
      return base::Failure{std::string("cannot make a pipe: ") + std::strerror(errno)};
    }
    output = {pipe_ends[0], pipe_ends[1]};
    return base::Status::ok();
  }

  Ends control, deal, output;
};

base::LogLevel level_of(std::string_view name) {
  if (name == "error") return base::LogLevel::kError;
  if (name == "warning") return base::LogLevel::kWarning;
  if (name == "debug") return base::LogLevel::kDebug;
  return base::LogLevel::kInfo;
}

std::string_view text_of(const JsonObject& message, std::string_view member) {
  const Json* const value = message.if_contains(member);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

}  // namespace

std::string ChildExit::text() const {
  if (signal == 0) return "exited with code " + std::to_string(code);
  const char* const name = ::sigabbrev_np(signal);
  return "was killed by " +
         (name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name));
}

base::Result<std::unique_ptr<Child>> Child::start(net::EventLoop& loop, base::Log& log,
                                                  ChildOwner& owner, const ProcessImage& image,
                                                  const ChildRules& rules,
                                                  const ChildStart& settings) {
  Descriptors fds;
  if (base::Status opened = fds.open(settings.has_seat); !opened) return opened.error();
  const ipc::ChildRole role{.role = settings.role,
                            .id = settings.id,
                            .control_fd = fds.control.childs,
                            .deal_fd = fds.deal.childs,
                            .listen_fd = settings.listen_fd,
                            .redirect_fd = settings.redirect_fd};
  ChildEnvironment environment{
      .variables = {std::string(ipc::kChildRoleVariable) + '=' + ipc::to_text(role)},
      .error_output = fds.output.childs};
  for (const int fd : {role.control_fd, role.deal_fd, role.listen_fd, role.redirect_fd}) {
    if (fd >= 0) environment.descriptors.push_back(fd);
  }
  const base::Result<pid_t> pid = start_process(image, environment);
  if (!pid) return pid.error();
  std::unique_ptr<Child> child(
      new Child(loop, log, owner, rules, settings, *pid, std::exchange(fds.control.mine, -1),
                std::exchange(fds.deal.mine, -1), std::exchange(fds.output.mine, -1)));
  if (base::Status sent = child->control_->send(settings.start); !sent) return sent.error();
  return child;
}

Child::Child(net::EventLoop& loop, base::Log& log, ChildOwner& owner, const ChildRules& rules,
             const ChildStart& settings, pid_t pid, int control_fd, int deal_fd, int output_fd)
    : loop_(loop),
      log_(log),
      owner_(owner),
      rules_(rules),
      role_(settings.role),
      id_(settings.id),
      is_respawn_(settings.is_respawn),
      pid_(pid),
      started_ms_(loop.now_ms()),
      heard_ms_(loop.now_ms()),
      control_(new ipc::ControlChannel(loop, control_fd, log, *this)),
      output_(std::make_unique<OutputReader>(loop, output_fd, log, name(), pid)),
      kill_timer_(loop, [this] { escalate(); }),
      end_timer_(loop, [this] { finish(); }) {
  if (deal_fd >= 0) connections_ = std::make_unique<ipc::DescriptorSender>(loop, deal_fd);
}

Child::~Child() {
  if (is_reaped_) return;
  kill(SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// ---- Its end ----

void Child::kill(int signal) const {
  if (!is_reaped_) ::kill(pid_, signal);
}

void Child::end(std::string_view how) {
  if (phase_ == Phase::kEnded) return;
  static_cast<void>(control_->send({{"type", how}}));
  phase_ = Phase::kEnding;
  was_told_to_end_ = true;
  if (!kill_timer_.is_armed()) kill_timer_.arm_in(rules_.force_kill_timeout);
}

void Child::escalate() {
  if (is_reaped_) return;
  const int signal = kills_++ == 0 && !hangs_ ? rules_.force_kill_signal : SIGKILL;
  if (!hangs_) {
    log_.warning(name() + " (PID " + std::to_string(pid_) + ") does not end and gets " +
                 ChildExit{.signal = signal}.text().substr(sizeof("was killed by ") - 1));
  }
  kill(signal);
  kill_timer_.arm_in(kKillDelay);
}

// The loop of a process says that it turns. Until it first does, the process may be busy with its
// controller's start function, which has more time.
void Child::check_alive() {
  if (rules_.hang_timeout.count() == 0 || hangs_ || is_reaped_) return;
  const auto silence = milliseconds(loop_.now_ms() - heard_ms_);
  if (silence < rules_.hang_timeout * (says_alive_ ? 1 : kStartFactor)) return;
  hangs_ = true;
  log_.error(name() + " (PID " + std::to_string(pid_) + ") has not " +
             (says_alive_ ? "moved" : "come to serve") + " for " + std::to_string(silence.count()) +
             " ms and is killed");
  kill(SIGABRT);
  kill_timer_.arm_in(kKillDelay);
}

void Child::reaped(int wait_status) {
  is_reaped_ = true;
  kill_timer_.cancel();
  if (WIFSIGNALED(wait_status)) exit_.signal = WTERMSIG(wait_status);
  if (WIFEXITED(wait_status)) exit_.code = WEXITSTATUS(wait_status);
  end_timer_.arm_in(control_->is_open() ? kLastWordsDelay : milliseconds(0));
}

void Child::on_control_closed() {
  if (is_reaped_) return end_timer_.arm_in(milliseconds(0));
  if (!kill_timer_.is_armed()) kill_timer_.arm_in(kClosedDelay);
}

void Child::finish() {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kEnded;
  output_->finish();
  control_->close();
  owner_.on_child_ended(*this);
}

// ---- Connections ----

void Child::deal(ipc::NumberedDescriptor connection) {
  if (connections_ != nullptr) connections_->send(connection);
}

void Child::cancel(std::uint64_t number) {
  if (connections_ != nullptr) connections_->cancel(number);
}

// ---- Messages ----

void Child::on_control(std::string_view type, const JsonObject& message, MessageRespond respond) {
  heard_ms_ = loop_.now_ms();
  if (type == "alive") {
    says_alive_ = true;
  } else if (type == "log") {
    take_log(message);
  } else if (type == "failed") {
    failure_ = text_of(message, "text");
  } else if (type != "ready") {
    owner_.on_child_message(*this, type, message, std::move(respond));
  } else if (phase_ == Phase::kStarting) {
    phase_ = Phase::kServing;
    has_been_ready_ = true;
    owner_.on_child_ready(*this);
  }
}

void Child::take_log(const JsonObject& message) {
  const Json* const time = message.if_contains("time");
  auto when = std::chrono::system_clock::now();
  if (time != nullptr && time->is_int64()) {
    when = std::chrono::system_clock::time_point(milliseconds(time->get_int64()));
  }
  owner_.on_child_log(*this, level_of(text_of(message, "level")), text_of(message, "text"), when);
}

}  // namespace socketcluster::supervisor
