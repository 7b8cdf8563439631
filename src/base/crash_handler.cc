// SPDX-License-Identifier: MIT
#include "base/crash_handler.h"

#include <cxxabi.h>
#include <execinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <typeinfo>

#include "base/crash_report.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SC_HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SC_HAS_SANITIZER 1
#endif
#endif

namespace socketcluster::base {
namespace {

constexpr int kFrames = 64;
constexpr std::size_t kStackBytes = std::size_t{128} * 1024;
// The unwinder takes locks of the loader. Should the fault have come while one was held, the
// process must still end.
constexpr unsigned kSecondsToReport = 10;

// Text of a fixed size: nothing is allocated while a report is written.
class Line {
 public:
  void add(std::string_view text) {
    const std::size_t size = std::min(text.size(), bytes_.size() - size_);
    std::copy_n(text.data(), size, bytes_.data() + size_);
    size_ += size;
  }
  void add_number(std::uint64_t number, unsigned base) {
    std::array<char, 20> digits;
    std::size_t count = 0;
    do {
      digits[count++] = "0123456789abcdef"[number % base];
      number /= base;
    } while (number != 0);
    while (count > 0) add({&digits[--count], 1});
  }
  void clear() { size_ = 0; }
  std::string_view text() const { return {bytes_.data(), size_}; }
  void write() const {
    std::string_view rest = text();
    while (!rest.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  std::array<char, 1024> bytes_{};
  std::size_t size_ = 0;
};

// What the handler needs has to be there before: a process has one.
Line g_role;
Line g_reason;  // of std::terminate

std::string_view signal_name(int number) {
  switch (number) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGABRT:
      return "SIGABRT";
    default:
      return "signal";
  }
}

void add_cause(Line& line, int number, const siginfo_t& info) {
  line.add(signal_name(number));
  if (info.si_code <= 0) {  // sent by a process: SI_USER, SI_TKILL
    if (info.si_pid == ::getpid()) return;
    line.add(" sent by process ");
    line.add_number(static_cast<std::uint64_t>(info.si_pid), 10);
    return;
  }
  line.add(" at address 0x");
  line.add_number(reinterpret_cast<std::uintptr_t>(info.si_addr), 16);
}

void on_fault(int number, siginfo_t* info, void* /*context*/) {
  std::signal(SIGALRM, SIG_DFL);
  ::alarm(kSecondsToReport);
  Line line;
  line.add(kCrashMark);
  line.add(g_role.text());
  line.add(" (PID ");
  line.add_number(static_cast<std::uint64_t>(::getpid()), 10);
  line.add("): ");
  add_cause(line, number, *info);
  if (!g_reason.text().empty()) line.add(": ");
  line.add(g_reason.text());
  line.add("\n");
  line.write();
  std::array<void*, kFrames> frames;
  // Without the handler itself; the frame of the signal's return is the loader's.
  const int count = ::backtrace(frames.data(), kFrames);
  if (count > 1) ::backtrace_symbols_fd(frames.data() + 1, count - 1, STDERR_FILENO);
  line.clear();
  line.add(kCrashEnd);
  line.add("\n");
  line.write();
  // SA_RESETHAND has brought the default back: it ends the process when this handler returns.
  ::raise(number);
}

void add_exception(Line& line) {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return line.add("std::terminate was called");
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), &std::free);
  line.add("uncaught exception ");
  line.add(name != nullptr ? name.get() : type->name());
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& error) {
    line.add(": ");
    line.add(error.what());
  } catch (...) {  // has no text
  }
}

[[noreturn]] void on_terminate() {
  add_exception(g_reason);
  std::abort();
}

void install_signals() {
  static std::array<std::byte, kStackBytes> stack;
  stack_t alternate{};
  alternate.ss_sp = stack.data();
  alternate.ss_size = stack.size();
  ::sigaltstack(&alternate, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    ::sigaction(number, &action, nullptr);
}

}  // namespace

bool has_crash_handler() {
#ifdef SC_HAS_SANITIZER
  return false;
#else
  return true;
#endif
}

void install_crash_handler(std::string_view role) {
  if (!has_crash_handler()) return;
  g_role.clear();
  g_role.add(role);
  // The first call loads the unwinder, which allocates.
  std::array<void*, 1> frame;
  ::backtrace(frame.data(), static_cast<int>(frame.size()));
  std::set_terminate(on_terminate);
  install_signals();
}

}  // namespace socketcluster::base
