// SPDX-License-Identifier: MIT
// Tells on standard error where the process is when it dies of a fault: SIGSEGV, SIGBUS, SIGFPE,
// SIGILL and SIGABRT, to which an exception that nobody catches leads too. Then the signal takes
// its usual course, so that exit status and core file are those of the fault. A master that
// suspects a child of hanging sends it SIGABRT to learn where.
//
//   *** socketcluster crash: worker 0 (PID 42): SIGSEGV at address 0x10
//   /usr/bin/app(_Z7handlerv+0x1c)[0x55...]          one line per frame, the innermost first
//   *** socketcluster crash: end
//
// base/crash_report.h makes the lines readable. Functions that are not exported (static, in an
// unnamed namespace) have no name here; addr2line -Cfe app +0x... knows them. Within the handler
// everything is async-signal-safe, as far as the C library's own backtrace is.
#pragma once

#include <string_view>

namespace socketcluster::base {

// `role` is what the report calls this process: "worker 0". Call it once, on the main thread; its
// own stack makes even an overflow of the main thread's stack reportable. Does nothing in a build
// with sanitizers, which have better reports.
void install_crash_handler(std::string_view role);

// Whether install_crash_handler() does something in this build.
bool has_crash_handler();

}  // namespace socketcluster::base
