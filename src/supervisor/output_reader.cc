// SPDX-License-Identifier: MIT
#include "supervisor/output_reader.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/crash_report.h"

namespace socketcluster::supervisor {

OutputReader::OutputReader(net::EventLoop& loop, int fd, base::Log& log, std::string origin,
                           pid_t pid)
    : loop_(loop), fd_(fd), log_(log), origin_(std::move(origin)), pid_(pid) {
  ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  if (!loop_.watch(fd_, *this, EPOLLIN)) {
    log_.warning("what " + origin_ + " writes to its standard error is lost");
    ::close(std::exchange(fd_, -1));
  }
}

OutputReader::~OutputReader() {
  close();
}

void OutputReader::finish() {
  while (fd_ >= 0 && read_once() == Read::kSome) {
  }
  close();
}

void OutputReader::on_events(std::uint32_t /*events*/) {
  // One read per iteration: a child that never stops writing must not keep the master from its
  // work.
  if (read_once() == Read::kEnd) close();
}

OutputReader::Read OutputReader::read_once() {
  const std::span<char> buffer = loop_.read_buffer();
  const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
  if (size < 0 && errno == EINTR) return Read::kSome;
  if (size < 0 && errno == EAGAIN) return Read::kNothing;
  if (size <= 0) return Read::kEnd;
  take({buffer.data(), static_cast<std::size_t>(size)});
  return Read::kSome;
}

void OutputReader::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t room = kMaxLineBytes - line_.size();
    const std::size_t end = bytes.find('\n');
    const std::size_t size = std::min({room, end, bytes.size()});
    line_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (!bytes.empty() && bytes.front() == '\n') bytes.remove_prefix(1);
    if (end <= room || line_.size() == kMaxLineBytes) end_line();
  }
}

void OutputReader::end_line() {
  take_line(std::exchange(line_, {}));
}

void OutputReader::take_line(std::string_view line) {
  if (line == base::kCrashEnd) return end_report();
  if (line.starts_with(base::kCrashMark)) {
    end_report();
    // Who it was is said by the entry's origin.
    const std::size_t cause = line.find("): ");
    report_ = "crashed: ";
    report_ += cause == std::string_view::npos ? line : line.substr(cause + 3);
    return;
  }
  if (report_.empty()) return write(base::LogLevel::kInfo, line);
  report_ += '\n' + base::readable_frame(line);
  if (report_.size() > kMaxReportBytes) end_report();
}

void OutputReader::end_report() {
  if (report_.empty()) return;
  write(base::LogLevel::kError, std::exchange(report_, {}));
}

void OutputReader::write(base::LogLevel level, std::string_view text) {
  if (text.empty()) return;
  log_.write_from({.name = origin_, .pid = pid_, .time = std::chrono::system_clock::now()}, level,
                  text);
}

void OutputReader::close() {
  if (fd_ < 0) return;
  if (!line_.empty()) end_line();
  end_report();
  loop_.unwatch(fd_, *this);
  ::close(std::exchange(fd_, -1));
}

}  // namespace socketcluster::supervisor
