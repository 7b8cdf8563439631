// SPDX-License-Identifier: MIT
// Reads what base/crash_handler.h writes. Pure; may be called from any thread.
#pragma once

#include <string>
#include <string_view>

namespace socketcluster::base {

// How the first line of a report begins; the rest of that line says who died of what.
inline constexpr std::string_view kCrashMark = "*** socketcluster crash: ";
// The whole last line.
inline constexpr std::string_view kCrashEnd = "*** socketcluster crash: end";

// A line of the back trace with the function's name as it is written in C++:
// "/usr/bin/app(_Z7handlerv+0x1c)[0x55]" -> "/usr/bin/app(handler()+0x1c)[0x55]". Any other line
// stays as it is.
std::string readable_frame(std::string_view line);

}  // namespace socketcluster::base
