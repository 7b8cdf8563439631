// SPDX-License-Identifier: MIT
#include "project/run.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string_view>

#include "project/app_build.h"
#include "project/watch_loop.h"

namespace socketcluster::project {
namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;

int fail(std::string_view text) {
  std::cerr << "[Error] " << text << std::endl;
  return kFailed;
}

int build() {
  for (const Command& step : build_steps(ProcessGroup::kOurs)) {
    const base::Result<pid_t> pid = start_command(step);
    if (!pid) return fail(pid.error().text);
    if (wait_for(*pid) != kOk) return fail("The build has failed.");
  }
  const base::Status made = check_server();
  return made ? kOk : fail(made.error().text);
}

// Signals reach the app without a detour.
int become_server(const std::vector<std::string>& arguments) {
  Command command = server_command(arguments);
  std::vector<char*> words;
  for (std::string& word : command.words) words.push_back(word.data());
  words.push_back(nullptr);
  ::execv(words.front(), words.data());
  return fail("Cannot start " + command.words.front() + ": " + std::strerror(errno));
}

}  // namespace

int run_app(const RunRequest& request) {
  if (const base::Status app = check_app(); !app) return fail(app.error().text);
  if (request.watch) return WatchLoop(request.arguments).run();
  std::cout << "[Busy] Building the app" << std::endl;
  const int built = build();
  return built == kOk ? become_server(request.arguments) : built;
}

}  // namespace socketcluster::project
