// SPDX-License-Identifier: MIT
#include "base/console_log.h"

#include <unistd.h>

#include <fmt/format.h>
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

// What differs from entry to entry is "%v".
const char* pattern_for(const ConsoleLogSettings& settings) {
  return settings.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                       : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
}

}  // namespace

struct ConsoleLog::Backend {
  Backend(std::ostream& stream, const char* pattern)
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
      origin_(settings.origin),
      backend_(std::make_unique<Backend>(stream, pattern_for(settings))) {}

ConsoleLog::~ConsoleLog() = default;

void ConsoleLog::write(LogLevel level, std::string_view text) {
  const LogOrigin here{
      .name = origin_, .pid = ::getpid(), .time = std::chrono::system_clock::now()};
  write_from(here, level, text);
}

void ConsoleLog::write_from(const LogOrigin& origin, LogLevel level, std::string_view text) {
  if (level_ < visible_from(level)) return;
  const std::string name = printable(origin.name);
  const std::string harmless = printable(text, LineBreaks::kKeep);
  const std::string entry =
      json_ ? fmt::format(R"("origin":"{}","pid":{},"message":"{}")", json_escaped(name),
                          origin.pid, json_escaped(harmless))
            : fmt::format("{} (PID {}): {}", name, origin.pid, indented(harmless));
  backend_->logger.log(origin.time, spdlog::source_loc{}, backend_level(level),
                       spdlog::string_view_t(entry.data(), entry.size()));
}

}  // namespace socketcluster::base
