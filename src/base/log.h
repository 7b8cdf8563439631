// SPDX-License-Identifier: MIT
// The sink that a component reports to. Passed through constructors; there is no global logger.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketcluster::base {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// Where and when an entry was written that another process wrote.
struct LogOrigin {
  std::string_view name;  // "worker 0"
  std::int64_t pid = 0;
  std::chrono::system_clock::time_point time;
};

// May be called from any thread.
class Log {
 public:
  virtual ~Log() = default;
  // Writes one entry. `text` is one or more lines without a final newline.
  virtual void write(LogLevel level, std::string_view text) = 0;
  // Writes an entry of another process; the central log is one that can. By default the origin
  // becomes part of the text and the time is lost.
  virtual void write_from(const LogOrigin& origin, LogLevel level, std::string_view text) {
    write(level, std::string(origin.name) + " (PID " + std::to_string(origin.pid) +
                     "): " + std::string(text));
  }

  void error(std::string_view text) { write(LogLevel::kError, text); }
  void warning(std::string_view text) { write(LogLevel::kWarning, text); }
  void info(std::string_view text) { write(LogLevel::kInfo, text); }
  void debug(std::string_view text) { write(LogLevel::kDebug, text); }
};

// Drops everything; for tests and tools.
class NullLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*text*/) override {}
};

}  // namespace socketcluster::base
