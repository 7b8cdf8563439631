// SPDX-License-Identifier: MIT
// `run --watch`: an app that is built again whenever a source file changes.
//
//   change -> quiet for a moment -> build steps -> good: the app gets the new code
//                                               -> bad: what runs is left as it is
//
// The new code comes by SIGUSR2, which replaces the workers and keeps the app reachable; by a
// restart where workers are not all that has changed. SIGINT and SIGTERM end the app in order, a
// second one at once.
//
// Each child is in a process group of its own: Ctrl-C reaches this process alone, which passes it
// on. Thread rule: main thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "project/command.h"
#include "project/file_watch.h"

namespace socketcluster::project {

class WatchLoop {
 public:
  explicit WatchLoop(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}
  WatchLoop(const WatchLoop&) = delete;
  WatchLoop& operator=(const WatchLoop&) = delete;
  ~WatchLoop();

  // Returns the exit code of the app once it was told to end.
  int run();

 private:
  using Clock = std::chrono::steady_clock;

  base::Status open();
  // False: everything is over.
  bool turn();
  void take_signals();
  void take_ended();
  void look_for_changes();

  void start_build();
  void next_step();
  void step_ended(int code);
  void keep_changes_newer();
  void built();
  void restart_server();
  void start_server();
  void server_ended(int wait_status);
  void end();

  const std::vector<std::string> arguments_;
  FileWatch files_;
  int signals_ = -1;
  std::set<std::string> changed_;         // not built yet
  std::set<std::string> building_;        // in the build that runs
  std::optional<Clock::time_point> due_;  // when changes are built
  std::filesystem::file_time_type build_began_;
  std::deque<Command> steps_;  // of the build that runs, still to come
  pid_t step_ = -1;
  pid_t server_ = -1;
  // When what runs was built: the program, and the object with the brokers' code.
  std::filesystem::file_time_type server_time_, broker_time_;
  bool starts_again_ = false;  // the server was told to end, for a new one
  bool is_ending_ = false;
  int exit_code_ = 0;
};

}  // namespace socketcluster::project
