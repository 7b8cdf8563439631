// SPDX-License-Identifier: MIT
// What a child writes to its standard error, line by line, into the central log under the child's
// name. A crash report (base/crash_handler.h) becomes one entry, an error, with readable function
// names; any other line is an entry of its own.
//
// Bounded: a line or report that is too long goes into the log in pieces.
//
// Thread rule: loop thread only.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/log.h"
#include "net/event_loop.h"

namespace socketcluster::supervisor {

class OutputReader final : public net::Pollable {
 public:
  static constexpr std::size_t kMaxLineBytes = std::size_t{16} * 1024;
  static constexpr std::size_t kMaxReportBytes = std::size_t{64} * 1024;

  // Takes over `fd`, the reading end of a pipe. `origin` is "worker 0". `loop` and `log` must
  // outlive it.
  OutputReader(net::EventLoop& loop, int fd, base::Log& log, std::string origin, pid_t pid);
  OutputReader(const OutputReader&) = delete;
  OutputReader& operator=(const OutputReader&) = delete;
  ~OutputReader();

  // The child has ended: takes what is left in the pipe, and stops. Somebody else may still hold
  // its other end, so there need not be an end of file.
  void finish();

 private:
  enum class Read : std::uint8_t { kSome, kNothing, kEnd };

  void on_events(std::uint32_t events) override;
  Read read_once();
  void take(std::string_view bytes);
  void take_line(std::string_view line);
  void end_line();
  void end_report();
  void write(base::LogLevel level, std::string_view text);
  void close();

  net::EventLoop& loop_;
  int fd_;
  base::Log& log_;
  const std::string origin_;
  const pid_t pid_;
  std::string line_;    // that has no end yet
  std::string report_;  // of a crash; empty when there is none
};

}  // namespace socketcluster::supervisor
