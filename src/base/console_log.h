// SPDX-License-Identifier: MIT
// The log of a process, and of all of an instance at the master: one line per entry on a stream,
// usually standard error, where daemons are expected to log (standard output is left to what a
// command prints).
//
//   text  2016-07-20T12:00:00.123Z warning worker 0 (PID 42): the text
//   json  {"time":"2016-07-20T12:00:00.123Z","level":"warning","origin":"worker 0","pid":42,
//          "message":"the text"}      (on one line)
//
// Entries are made harmless (base/printable.h). In text format the further lines of an entry are
// indented, so that no part of an entry looks like an entry. It writes as much as it is given: who
// logs for peers limits the rate. The master writes the entries of other processes with their own
// origin, process id and time, so lines are not always in order of time.
//
// May be used from any thread; each entry is written at once and flushed.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"

namespace socketcluster::base {

struct ConsoleLogSettings {
  // The option `logLevel`: 0 nothing, 1 errors and info, 2 warnings too, 3 debug too.
  int level = 2;
  bool json = false;
  std::string origin = "worker 0";  // which process this is
};

class ConsoleLog final : public Log {
 public:
  // `stream` must outlive the log.
  ConsoleLog(std::ostream& stream, const ConsoleLogSettings& settings);
  ~ConsoleLog() override;
  ConsoleLog(const ConsoleLog&) = delete;
  ConsoleLog& operator=(const ConsoleLog&) = delete;

  void write(LogLevel level, std::string_view text) override;
  void write_from(const LogOrigin& origin, LogLevel level, std::string_view text) override;

 private:
  struct Backend;

  const int level_;
  const bool json_;
  const std::string origin_;
  const std::unique_ptr<Backend> backend_;
};

}  // namespace socketcluster::base
