// SPDX-License-Identifier: MIT
#include "base/console_log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include "base/printable.h"

namespace socketcluster::base {
namespace {

// The smallest `logLevel` that shows an entry.
int visible_from(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
    case LogLevel::kInfo:
      return 1;
    case LogLevel::kWarning:
      return 2;
    case LogLevel::kDebug:
      return 3;
  }
  return 3;
}

spdlog::level::level_enum backend_level(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kDebug:
      return spdlog::level::debug;
  }
  return spdlog::level::err;
}

// A JSON string's inside. `text` is printable, so what is left to escape are quotes and
// backslashes.
std::string json_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string indented(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

// "%" introduces a field in spdlog's patterns.
std::string pattern_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '%') out += '%';
  }
  return out;
}

std::string pattern_for(const ConsoleLogSettings& settings) {
  const std::string origin = printable(settings.origin);
  if (!settings.json)
    return "%Y-%m-%dT%H:%M:%S.%eZ %l " + pattern_escaped(origin) + " (PID %P): %v";
  return R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","origin":")" +
         pattern_escaped(json_escaped(origin)) + R"(","pid":%P,"message":"%v"})";
}

}  // namespace

struct ConsoleLog::Backend {
  Backend(std::ostream& stream, const std::string& pattern)
      : logger("socketcluster", std::make_shared<spdlog::sinks::ostream_sink_mt>(stream, true)) {
    logger.set_level(spdlog::level::trace);
    logger.set_formatter(
        std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n"));
  }
  spdlog::logger logger;
};

ConsoleLog::ConsoleLog(std::ostream& stream, const ConsoleLogSettings& settings)
    : level_(settings.level),
      json_(settings.json),
      backend_(std::make_unique<Backend>(stream, pattern_for(settings))) {}

ConsoleLog::~ConsoleLog() = default;

void ConsoleLog::write(LogLevel level, std::string_view text) {
  if (level_ < visible_from(level)) return;
  const std::string harmless = printable(text, LineBreaks::kKeep);
  const std::string entry = json_ ? json_escaped(harmless) : indented(harmless);
  backend_->logger.log(backend_level(level), spdlog::string_view_t(entry.data(), entry.size()));
}

}  // namespace socketcluster::base
