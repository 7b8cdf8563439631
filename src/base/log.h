// SPDX-License-Identifier: MIT
// The sink that a component reports to. Passed through constructors; there is no global logger.
#pragma once

#include <string_view>

namespace socketcluster::base {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// May be called from any thread.
class Log {
 public:
  virtual ~Log() = default;
  // Writes one entry. `text` is one or more lines without a final newline.
  virtual void write(LogLevel level, std::string_view text) = 0;

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
