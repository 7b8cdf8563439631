// SPDX-License-Identifier: MIT
#include "supervisor/process_usage.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>

#include "base/descriptor.h"

namespace socketcluster::supervisor {
namespace {

// The fields of proc(5), counted behind the name of the program.
constexpr int kUserTime = 11;
constexpr int kSystemTime = 12;
constexpr int kResidentPages = 21;
constexpr std::uint64_t kMsPerSecond = 1000;

}  // namespace

std::optional<ProcessUsage> parse_usage(std::string_view stat, std::uint64_t page_bytes,
                                        std::uint64_t ticks_per_second) {
  // The name stands in parentheses and may itself hold some.
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  stat.remove_prefix(name_end + 2);
  std::array<std::uint64_t, kResidentPages + 1> fields{};
  for (int i = 0; i <= kResidentPages; ++i) {
    const std::size_t end = stat.find(' ');
    if (end == std::string_view::npos) return std::nullopt;
    // Some fields are no numbers or negative; none that is needed is.
    std::from_chars(stat.data(), stat.data() + end, fields[static_cast<std::size_t>(i)]);
    stat.remove_prefix(end + 1);
  }
  return ProcessUsage{
      .rss_bytes = fields[kResidentPages] * page_bytes,
      .cpu_ms = (fields[kUserTime] + fields[kSystemTime]) * kMsPerSecond / ticks_per_second};
}

std::optional<ProcessUsage> process_usage(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_valid()) return std::nullopt;
  std::array<char, 1024> text;
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size <= 0) return std::nullopt;
  return parse_usage({text.data(), static_cast<std::size_t>(size)},
                     static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
                     static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

}  // namespace socketcluster::supervisor
