// SPDX-License-Identifier: MIT
#include "supervisor/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace socketcluster::supervisor {
namespace {

// What a shell command writes to standard error, which is the child's only way to us.
struct Output {
  std::string text;
  int status = -1;
};

Output run_shell(const std::string& command, ChildEnvironment environment = {}) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  environment.error_output = ends[1];
  const auto pid = start_process({"/bin/sh", {"sh", "-c", command}}, environment);
  ::close(ends[1]);
  EXPECT_TRUE(pid);
  Output output;
  char buffer[4096];
  for (;;) {
    const ssize_t size = ::read(ends[0], buffer, sizeof buffer);
    if (size <= 0) break;
    output.text.append(buffer, static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  EXPECT_EQ(::waitpid(*pid, &output.status, 0), *pid);
  return output;
}

TEST(Process, StartsAProgramWithItsArgumentsAndVariables) {
  const Output output =
      run_shell("echo $SC_TEST_VALUE >&2; exit 7", {.variables = {"SC_TEST_VALUE=some value"}});
  EXPECT_EQ(output.text, "some value\n");
  EXPECT_TRUE(WIFEXITED(output.status));
  EXPECT_EQ(WEXITSTATUS(output.status), 7);
}

TEST(Process, InheritsNoOtherDescriptorsThanItShould) {
  // Numbers that the shell does not use for itself.
  const int stray = ::fcntl(0, F_DUPFD, 100);  // not closed on exec
  const int kept = ::fcntl(0, F_DUPFD_CLOEXEC, 110);
  const std::string list = "for fd in /proc/self/fd/*; do echo -n \" ${fd##*/}\" >&2; done";
  const Output output = run_shell(list, {.descriptors = {kept}});
  EXPECT_NE((output.text + " ").find(" " + std::to_string(kept) + " "), std::string::npos);
  EXPECT_EQ((output.text + " ").find(" " + std::to_string(stray) + " "), std::string::npos)
      << output.text;
  EXPECT_NE(::fcntl(kept, F_GETFD) & FD_CLOEXEC, 0);
  ::close(stray);
  ::close(kept);
}

TEST(Process, StartsWithNoSignalBlocked) {
  sigset_t blocked, before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const Output output = run_shell("grep SigBlk /proc/self/status >&2");
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(output.text, "SigBlk:\t0000000000000000\n");
}

TEST(Process, SaysWhyAProgramCannotBeStarted) {
  const auto pid = start_process({"/no/such/program", {"x"}}, {});
  ASSERT_FALSE(pid);
  EXPECT_EQ(pid.error().text, "cannot start '/no/such/program': No such file or directory");
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // and leaves nothing to reap
}

TEST(Process, KnowsItsOwnExecutable) {
  const char* const changed[] = {"one", "two"};
  const ProcessImage image = ProcessImage::here(2, changed);
  ASSERT_FALSE(image.arguments.empty());
  EXPECT_NE(image.arguments.front().find("unit_supervisor"), std::string::npos);
  EXPECT_EQ(std::filesystem::path(image.path), std::filesystem::canonical("/proc/self/exe"));
}

}  // namespace
}  // namespace socketcluster::supervisor
