// SPDX-License-Identifier: MIT
#include "project/command.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace socketcluster::project {
namespace {

void say(const char* text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
}

// Between fork and exec: nothing here may allocate.
[[noreturn]] void become(char* const* words, const char* directory, ProcessGroup group,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);
  if (group == ProcessGroup::kOwn) ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool is_there = directory == nullptr || ::chdir(directory) == 0;
  if (is_there) ::execvp(words[0], words);
  const char* const reason = ::strerrordesc_np(errno);
  say(words[0]);
  say(": ");
  say(reason == nullptr ? "cannot be started" : reason);
  say("\n");
  ::_exit(127);
}

}  // namespace

bool is_in_path(std::string_view program) {
  const char* const variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
    const auto file = std::filesystem::path(folder.empty() ? "." : folder) / program;
    if (::access(file.c_str(), X_OK) == 0) return true;
  }
  return false;
}

base::Result<pid_t> start_command(const Command& command) {
  std::vector<char*> words;
  words.reserve(command.words.size() + 1);
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const char* const directory = command.directory.empty() ? nullptr : command.directory.c_str();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(words.data(), directory, command.group, parent);
  if (pid < 0) {
    return base::Failure{"cannot start " + command.words.front() + ": " + std::strerror(errno)};
  }
  // Whoever is first: the group must be there before somebody ends it.
  if (command.group == ProcessGroup::kOwn) ::setpgid(pid, pid);
  return pid;
}

int exit_code(int wait_status) {
  constexpr int kSignalBase = 128;
  if (WIFSIGNALED(wait_status)) return kSignalBase + WTERMSIG(wait_status);
  return WEXITSTATUS(wait_status);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_code(status);
}

}  // namespace socketcluster::project
