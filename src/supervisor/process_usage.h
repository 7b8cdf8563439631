// SPDX-License-Identifier: MIT
// What the kernel says a process uses (/proc). Asking it works for a process that hangs, too.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace socketcluster::supervisor {

struct ProcessUsage {
  std::uint64_t rss_bytes = 0;
  std::uint64_t cpu_ms = 0;  // user and system time so far
};

// Nothing when there is no such process.
std::optional<ProcessUsage> process_usage(pid_t pid);

// Reads /proc/<pid>/stat. `page_bytes` and `ticks_per_second` are the system's.
std::optional<ProcessUsage> parse_usage(std::string_view stat, std::uint64_t page_bytes,
                                        std::uint64_t ticks_per_second);

}  // namespace socketcluster::supervisor
