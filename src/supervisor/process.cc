// SPDX-License-Identifier: MIT
#include "supervisor/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace socketcluster::supervisor {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    all.emplace_back(*entry);
  }
  all.insert(all.end(), added.begin(), added.end());
  return all;
}

// User code may have opened files that are not closed on exec.
void close_all_on_exec() {
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  const long limit = ::sysconf(_SC_OPEN_MAX);  // a kernel before 5.11
  for (long fd = 3; fd < limit; ++fd) ::fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC);
}

// What the child needs, made before the fork: afterwards nothing may allocate.
struct Prepared {
  const char* path;
  char** arguments;
  char** environment;
  const std::vector<int>& descriptors;
  int error_output;
  int failure_fd;  // gets errno when exec fails; closed by exec
  pid_t parent;
};

[[noreturn]] void become_child(const Prepared& prepared) {
  // The parent may have died before that call.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(1);
  if (prepared.error_output >= 0) ::dup2(prepared.error_output, STDERR_FILENO);
  close_all_on_exec();
  for (const int fd : prepared.descriptors) ::fcntl(fd, F_SETFD, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(prepared.path, prepared.arguments, prepared.environment);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(prepared.failure_fd, &error, sizeof error);
  ::_exit(127);
}

base::Failure failure(std::string_view what, int error) {
  return {std::string(what) + ": " + std::strerror(error)};
}

// Waits until the child has become the program, or has failed to.
base::Result<pid_t> await_exec(pid_t pid, int failure_fd, const std::string& path) {
  int error = 0;
  ssize_t size = 0;
  do {
    size = ::read(failure_fd, &error, sizeof error);
  } while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(sizeof error)) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return failure("cannot start '" + path + "'", error);
}

std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

}  // namespace

ProcessImage ProcessImage::here(int argc, const char* const* argv) {
  ProcessImage image;
  image.arguments = own_arguments();
  if (image.arguments.empty()) image.arguments.assign(argv, argv + argc);
  if (image.arguments.empty()) image.arguments.emplace_back("socketcluster");
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  image.path =
      size > 0 ? std::string(path, static_cast<std::size_t>(size)) : image.arguments.front();
  return image;
}

base::Result<pid_t> start_process(const ProcessImage& image, const ChildEnvironment& environment) {
  const std::vector<std::string> variables = merged_environment(environment.variables);
  std::vector<char*> arguments = pointers(image.arguments);
  std::vector<char*> variable_pointers = pointers(variables);
  int failure_pipe[2];
  if (::pipe2(failure_pipe, O_CLOEXEC) != 0) return failure("cannot make a pipe", errno);
  const Prepared prepared{.path = image.path.c_str(),
                          .arguments = arguments.data(),
                          .environment = variable_pointers.data(),
                          .descriptors = environment.descriptors,
                          .error_output = environment.error_output,
                          .failure_fd = failure_pipe[1],
                          .parent = ::getpid()};
  const pid_t pid = ::fork();
  if (pid == 0) become_child(prepared);
  const int fork_error = errno;
  ::close(failure_pipe[1]);
  const base::Result<pid_t> result = pid < 0 ? failure("cannot start a process", fork_error)
                                             : await_exec(pid, failure_pipe[0], image.path);
  ::close(failure_pipe[0]);
  return result;
}

}  // namespace socketcluster::supervisor
