// SPDX-License-Identifier: MIT
// A file, or standard output, to which lines are appended: collected, and written once a second or
// when there are many. Several processes may append to the same one, since only whole lines are
// written, each piece with one call.
//
// A reader of standard output that does not keep up never stops the server: what waits is bounded,
// lines beyond that are dropped, and the log says how many. Thread rule: loop thread only; writes
// to a file block for as long as the file system takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "net/event_loop.h"

namespace socketcluster::server {

class LogFile final : private net::Timer {
 public:
  static constexpr std::string_view kStandardOutput = "-";
  static constexpr std::size_t kWriteBytes = std::size_t{32} * 1024;
  static constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;
  static constexpr std::uint64_t kIntervalMs = 1000;

  // `path`: a file, which is made if it does not exist, or kStandardOutput. `loop` and `log` must
  // outlive it.
  static base::Result<std::unique_ptr<LogFile>> open(net::EventLoop& loop, base::Log& log,
                                                     const std::string& path);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  // Writes what can be written.
  ~LogFile();

  // `line` ends with a line break.
  void append(std::string_view line);
  // Goes on in a new file when the old one was moved away. When that fails it says so, and goes on
  // in the old one.
  void reopen();
  void flush();

 private:
  LogFile(net::EventLoop& loop, base::Log& log, std::string path, int fd);
  void on_timer() override;
  std::size_t writable_bytes() const;
  void report_dropped();

  net::EventLoop& loop_;
  base::Log& log_;
  std::string path_;
  int fd_;
  bool may_block_;  // no regular file
  bool is_armed_ = false;
  std::string waiting_;
  std::uint64_t dropped_ = 0;
};

}  // namespace socketcluster::server
