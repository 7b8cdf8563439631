// SPDX-License-Identifier: MIT
#include "project/watch_loop.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string_view>
#include <system_error>

#include "base/printable.h"
#include "project/app_build.h"

namespace socketcluster::project {
namespace {

// An editor writes several files, or one in several steps.
constexpr std::chrono::milliseconds kQuietTime{150};
constexpr std::size_t kShownFiles = 5;

void say(std::string_view text) {
  std::cout << text << std::endl;
}

// With the option `workers` 0 there are no other processes, and nothing that SIGUSR2 could replace.
bool has_children(pid_t pid) {
  const std::string id = std::to_string(pid);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  std::string first;
  return !file || file >> first;
}

std::filesystem::file_time_type time_of(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::last_write_time(file, error);
}

// As many as fit on a line: another branch of a repository changes them all.
std::string names(const std::set<std::string>& files) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& file : files) {
    if (shown == kShownFiles)
      return text + " and " + std::to_string(files.size() - shown) + " more";
    text += (text.empty() ? "" : ", ") + base::printable(file);
    shown++;
  }
  return text;
}

}  // namespace

WatchLoop::~WatchLoop() {
  if (signals_ >= 0) ::close(signals_);
}

base::Status WatchLoop::open() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals_ < 0) return base::Failure{std::string("signalfd: ") + std::strerror(errno)};
  return files_.open(".");
}

int WatchLoop::run() {
  if (const base::Status opened = open(); !opened) {
    std::cerr << "[Error] " << opened.error().text << std::endl;
    return 1;
  }
  start_build();
  while (turn()) {
  }
  return exit_code_;
}

bool WatchLoop::turn() {
  if (is_ending_ && server_ < 0 && step_ < 0) return false;
  int timeout = -1;
  if (due_ && step_ < 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - Clock::now());
    timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }
  pollfd fds[] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                  {.fd = files_.fd(), .events = POLLIN, .revents = 0}};
  ::poll(fds, 2, timeout);
  if (fds[0].revents != 0) take_signals();
  if (fds[1].revents != 0) look_for_changes();
  if (due_ && step_ < 0 && !is_ending_ && Clock::now() >= *due_) start_build();
  return true;
}

void WatchLoop::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    info.ssi_signo == SIGCHLD ? take_ended() : end();
  }
}

void WatchLoop::take_ended() {
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == step_) {
      step_ = -1;
      step_ended(exit_code(status));
    } else if (pid == server_) {
      server_ended(status);
    }
  }
}

void WatchLoop::look_for_changes() {
  if (files_.take_changes(changed_)) due_ = Clock::now() + kQuietTime;
}

// ---- Build ----

void WatchLoop::start_build() {
  due_.reset();
  building_.merge(changed_);
  changed_.clear();
  build_began_ = std::filesystem::file_time_type::clock::now();
  say(building_.empty() ? "[Busy] Building the app" : "[Busy] Building again: " + names(building_));
  const std::vector<Command> steps = build_steps(ProcessGroup::kOwn);
  steps_.assign(steps.begin(), steps.end());
  next_step();
}

void WatchLoop::next_step() {
  const Command step = std::move(steps_.front());
  steps_.pop_front();
  const base::Result<pid_t> pid = start_command(step);
  if (pid) {
    step_ = *pid;
  } else {
    std::cerr << "[Error] " << pid.error().text << std::endl;
    step_ended(1);
  }
}

void WatchLoop::step_ended(int code) {
  if (is_ending_) return;
  if (code == 0 && !steps_.empty()) return next_step();
  keep_changes_newer();
  if (code == 0) {
    if (const base::Status made = check_server(); made) return built();
    std::cerr << "[Error] " << check_server().error().text << std::endl;
  }
  // What has changed so far comes to those who run with the next build that works.
  std::cerr << "[Error] The build has failed; "
            << (server_ < 0 ? "it is tried again" : "what runs is left as it is, it is tried again")
            << " at the next change." << std::endl;
}

// What has changed during the build may have been read before; the next one must see it.
void WatchLoop::keep_changes_newer() {
  look_for_changes();
  if (!changed_.empty()) date_outputs(build_began_);
}

void WatchLoop::built() {
  const std::set<std::string> files = std::exchange(building_, {});
  const auto old_server = std::exchange(server_time_, time_of(kServer));
  const auto old_broker = std::exchange(broker_time_, time_of("build/broker.so"));
  if (server_ < 0) return start_server();
  if (starts_again_) return;  // is on its way, and takes what is built now
  if (server_time_ == old_server) return say("[Active] Nothing else has been built");
  const bool is_program = files.contains("server.cpp") || files.contains("main.cpp");
  if (is_program || broker_time_ != old_broker || !has_children(server_)) return restart_server();
  say("[Active] The workers are replaced by new ones");
  ::kill(server_, SIGUSR2);
}

// ---- The app ----

void WatchLoop::start_server() {
  starts_again_ = false;
  const base::Result<pid_t> pid = start_command(server_command(arguments_));
  if (pid) {
    server_ = *pid;
  } else {
    std::cerr << "[Error] " << pid.error().text << std::endl;
  }
}

void WatchLoop::restart_server() {
  say("[Active] The app is started again");
  starts_again_ = true;
  ::kill(server_, SIGTERM);
}

void WatchLoop::server_ended(int wait_status) {
  server_ = -1;
  exit_code_ = exit_code(wait_status);
  if (is_ending_) return;
  // SIGUSR2 kills one that has not come so far as to listen to it.
  const bool came_too_early = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGUSR2;
  if (starts_again_ || came_too_early) return start_server();
  std::cerr << "[Error] The app has ended with code " << exit_code_
            << "; it is started again at the next change." << std::endl;
}

void WatchLoop::end() {
  is_ending_ = true;
  if (step_ > 0) ::kill(-step_, SIGTERM);
  if (server_ > 0) ::kill(server_, SIGTERM);
}

}  // namespace socketcluster::project
