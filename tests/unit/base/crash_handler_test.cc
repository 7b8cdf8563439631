// SPDX-License-Identifier: MIT
#include "base/crash_handler.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

namespace socketcluster::base {
namespace {

// Each test lets a process die; what it says is read from its standard error.
class CrashHandlerDeathTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_crash_handler()) GTEST_SKIP() << "the sanitizers report by themselves";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }

  static std::string first_line(std::string_view cause) {
    return "\\*\\*\\* socketcluster crash: worker 7 \\(PID [0-9]+\\): " + std::string(cause) + "\n";
  }
};

constexpr const char* kEnd = "\n\\*\\*\\* socketcluster crash: end\n";

// Out of the compiler's sight.
volatile std::uintptr_t g_wrong_address = 0x10;

void write_somewhere_wrong() {
  *reinterpret_cast<volatile int*>(g_wrong_address) = 1;  // NOLINT: the fault is wanted
}

volatile int g_deepest = 0;

[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[4096] = {};
  g_deepest = depth;
  const int below = g_deepest < 0 ? 0 : recurse(depth + 1);
  return below + frame[static_cast<unsigned>(depth) % sizeof(frame)];
}

TEST_F(CrashHandlerDeathTest, TellsTheAddressAndEndsWithTheSignal) {
  const auto crash = [] {
    install_crash_handler("worker 7");
    write_somewhere_wrong();
  };
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGSEGV), first_line("SIGSEGV at address 0x10"));
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGSEGV), "\\[0x[0-9a-f]+\\]\n");
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGSEGV), kEnd);
}

TEST_F(CrashHandlerDeathTest, SurvivesAnOverflowOfTheStack) {
  const auto crash = [] {
    install_crash_handler("worker 7");
    recurse(0);
  };
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGSEGV), first_line("SIGSEGV at address 0x.+"));
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGSEGV), kEnd);
}

TEST_F(CrashHandlerDeathTest, TellsTheTextOfAnUncaughtException) {
  const auto crash = [] {
    install_crash_handler("worker 7");
    std::thread([] { throw std::out_of_range("no such room"); }).join();
  };
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGABRT),
              first_line("SIGABRT: uncaught exception std::out_of_range: no such room"));
}

TEST_F(CrashHandlerDeathTest, TellsOfAnExceptionWithoutText) {
  const auto crash = [] {
    install_crash_handler("worker 7");
    std::thread([] { throw 7; }).join();
  };
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGABRT),
              first_line("SIGABRT: uncaught exception int"));
}

TEST_F(CrashHandlerDeathTest, TellsWhoSentTheSignal) {
  const auto crash = [] {
    install_crash_handler("worker 7");
    if (::fork() == 0) {
      ::kill(::getppid(), SIGABRT);
      ::_exit(0);
    }
    for (;;) ::pause();
  };
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGABRT),
              first_line("SIGABRT sent by process [0-9]+"));
}

TEST_F(CrashHandlerDeathTest, KnowsTheOtherFaults) {
  const auto die_of = [](int number) {
    install_crash_handler("worker 7");
    ::raise(number);
  };
  EXPECT_EXIT(die_of(SIGFPE), testing::KilledBySignal(SIGFPE), first_line("SIGFPE"));
  EXPECT_EXIT(die_of(SIGILL), testing::KilledBySignal(SIGILL), first_line("SIGILL"));
  EXPECT_EXIT(die_of(SIGBUS), testing::KilledBySignal(SIGBUS), first_line("SIGBUS"));
  EXPECT_EXIT(std::abort(), testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace socketcluster::base
