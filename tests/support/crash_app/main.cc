// SPDX-License-Identifier: MIT
// A server whose handler for the event `crash` ends its process in the way that the data names: for
// tests of what is left of it then. `pid` answers with the process id of the worker.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

namespace {

volatile std::uintptr_t g_wrong_address = 0x10;

}  // namespace

// Not in a namespace and not inlined: their names are looked for in the reports.
[[gnu::noinline]] void crash_by_writing_somewhere_wrong() {
  *reinterpret_cast<volatile int*>(g_wrong_address) = 1;  // NOLINT: the fault is wanted
}

[[gnu::noinline]] void crash_by_hanging() {
  std::cerr << "hanging" << std::endl;
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

[[gnu::noinline]] void crash_by_throwing() noexcept {
  throw std::runtime_error("nobody catches this");
}

namespace {

void crash(std::string_view way) {
  if (way == "segfault") crash_by_writing_somewhere_wrong();
  if (way == "abort") std::abort();
  if (way == "throw") crash_by_throwing();
  if (way == "hang") crash_by_hanging();
  if (way == "kill") ::kill(::getpid(), SIGKILL);
  if (way == "exit") ::_exit(3);
}

void run_worker(sc::Worker& worker) {
  worker.server().on("crash", [](sc::Socket& /*socket*/, const sc::Json& data, sc::Respond) {
    crash(data.as_string());
  });
  worker.server().on("pid", [](sc::Socket& /*socket*/, const sc::Json&, sc::Respond respond) {
    respond(::getpid());
  });
}

}  // namespace

int main(int argc, char** argv) {
  return sc::run(argc, argv, {.worker = run_worker});
}
