// SPDX-License-Identifier: MIT
#include "app/controllers.h"

#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/controller_file.h"
#include "base/printable.h"

namespace socketcluster::app {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A single process is what one debugs.
LoadFrom load_from(const Options& options) {
  return options.workers == 0 ? LoadFrom::kPlace : LoadFrom::kCopy;
}

base::Result<ControllerFile> load_init(const Options& options) {
  const std::string& path = options.init_controller;
  base::Result<ControllerFile> file = load_controller("initController", path, load_from(options));
  if (file && !file->worker && !file->broker && !file->master) {
    return base::Failure{"initController " + base::printable(path) +
                         ": it has no controller; add one of SOCKETCLUSTER_WORKER_CONTROLLER, "
                         "SOCKETCLUSTER_BROKER_CONTROLLER, SOCKETCLUSTER_MASTER_CONTROLLER"};
  }
  return file;
}

// One kind of process: the entry of a file, and what it is called.
template <typename Process>
struct Kind {
  std::string_view option;
  std::string path;
  std::string_view macro;
  void (*ControllerFile::*entry)(Process&);
  std::function<void(Process&)> own;
};

template <typename Process>
base::Result<std::function<void(Process&)>> chosen_controller(const Options& options,
                                                              const Kind<Process>& kind) {
  std::function<void(Process&)> controller = kind.own;
  if (!kind.path.empty()) {
    const auto file = load_controller(kind.option, kind.path, load_from(options));
    if (!file) return file.error();
    controller = (*file).*kind.entry;
    if (!controller) {
      return base::Failure{std::string(kind.option) + " " + base::printable(kind.path) +
                           ": it has no such controller; add " + std::string(kind.macro) +
                           "(function)"};
    }
  }
  if (options.init_controller.empty()) return controller;
  const base::Result<ControllerFile> init = load_init(options);
  if (!init) return init.error();
  auto* const first = (*init).*kind.entry;
  if (first == nullptr) return controller;
  return std::function<void(Process&)>([first, then = std::move(controller)](Process& process) {
    first(process);
    if (then) then(process);
  });
}

std::vector<std::pair<std::string_view, std::string>> controller_paths(const Options& options) {
  std::vector<std::pair<std::string_view, std::string>> paths;
  const auto add = [&paths](std::string_view option, const std::string& path) {
    if (!path.empty()) paths.emplace_back(option, path);
  };
  add("initController", options.init_controller);
  add("workerController", options.worker_controller);
  if (options.workers > 0) add("brokerController", options.broker_controller);
  return paths;
}

bool is_there(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

// While it lives, SIGTERM and SIGINT wait to be asked for. The first process of a container would
// otherwise not even notice them.
class HeldSignals {
 public:
  HeldSignals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  // True when one came within `time`.
  bool came_within(milliseconds time) const {
    const timespec span{.tv_sec = static_cast<std::time_t>(time.count() / 1000),
                        .tv_nsec = static_cast<long>(time.count() % 1000) * 1'000'000};
    return ::sigtimedwait(&set_, nullptr, &span) > 0;
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

base::Status await_file(std::string_view option, const std::string& path, Clock::time_point end,
                        milliseconds interval, base::Log& log) {
  if (is_there(path)) return base::Status::ok();
  const std::string name = std::string(option) + " " + base::printable(path);
  const HeldSignals signals;
  log.info(name + " is not there yet: waiting for it");
  while (!is_there(path)) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (left <= milliseconds(0)) {
      return base::Failure{"Failed to locate a controller file at path " + base::printable(path) +
                           " before SOCKETCLUSTER_CONTROLLER_BOOT_TIMEOUT"};
    }
    if (signals.came_within(std::min(interval, left))) {
      return base::Failure{"told to end while waiting for " + name};
    }
  }
  return base::Status::ok();
}

}  // namespace

base::Result<Controllers> worker_controllers(const Options& options, const Controllers& own) {
  auto chosen = chosen_controller<Worker>(
      options, {"workerController", options.worker_controller, "SOCKETCLUSTER_WORKER_CONTROLLER",
                &ControllerFile::worker, own.worker});
  if (!chosen) return chosen.error();
  return Controllers{.worker = std::move(*chosen)};
}

base::Result<Controllers> broker_controllers(const Options& options, const Controllers& own) {
  auto chosen = chosen_controller<Broker>(
      options, {"brokerController", options.broker_controller, "SOCKETCLUSTER_BROKER_CONTROLLER",
                &ControllerFile::broker, own.broker});
  if (!chosen) return chosen.error();
  return Controllers{.broker = std::move(*chosen)};
}

base::Result<Controllers> master_controllers(const Options& options, const Controllers& own) {
  auto chosen =
      chosen_controller<Master>(options, {"", "", "", &ControllerFile::master, own.master});
  if (!chosen) return chosen.error();
  return Controllers{.master = std::move(*chosen)};
}

base::Status await_controller_files(const Options& options, base::Log& log) {
  const Clock::time_point end = Clock::now() + options.controller_boot_timeout;
  for (const auto& [option, path] : controller_paths(options)) {
    base::Status there = await_file(option, path, end, options.boot_check_interval, log);
    if (!there) return there;
  }
  return base::Status::ok();
}

}  // namespace socketcluster::app
