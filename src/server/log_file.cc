// SPDX-License-Identifier: MIT
#include "server/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace socketcluster::server {
namespace {

base::Result<int> open_for_appending(const std::string& path) {
  if (path == LogFile::kStandardOutput) return STDOUT_FILENO;
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  if (fd >= 0) return fd;
  return base::Failure{"cannot write the access log " + path + ": " + std::strerror(errno)};
}

bool is_regular(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

base::Result<std::unique_ptr<LogFile>> LogFile::open(net::EventLoop& loop, base::Log& log,
                                                     const std::string& path) {
  const base::Result<int> fd = open_for_appending(path);
  if (!fd) return fd.error();
  return std::unique_ptr<LogFile>(new LogFile(loop, log, path, *fd));
}

LogFile::LogFile(net::EventLoop& loop, base::Log& log, std::string path, int fd)
    : loop_(loop), log_(log), path_(std::move(path)), fd_(fd), may_block_(!is_regular(fd)) {}

LogFile::~LogFile() {
  flush();
  if (path_ != kStandardOutput) ::close(fd_);
}

void LogFile::append(std::string_view line) {
  if (waiting_.size() + line.size() > kMaxBytes) {
    ++dropped_;
    return;
  }
  waiting_ += line;
  if (waiting_.size() >= kWriteBytes) flush();
  if (waiting_.empty() || is_armed_) return;
  is_armed_ = true;
  loop_.timers().arm(*this, loop_.now_ms() + kIntervalMs);
}

void LogFile::on_timer() {
  is_armed_ = false;
  flush();
  if (dropped_ > 0) report_dropped();
  if (waiting_.empty()) return;
  is_armed_ = true;
  loop_.timers().arm(*this, loop_.now_ms() + kIntervalMs);
}

void LogFile::report_dropped() {
  log_.warning("access log: " + std::to_string(std::exchange(dropped_, 0)) +
               " lines were dropped, because " + path_ + " takes them too slowly");
}

// How much of what waits can be written without waiting, in whole lines.
std::size_t LogFile::writable_bytes() const {
  if (!may_block_) return waiting_.size();
  pollfd writable{fd_, POLLOUT, 0};
  if (::poll(&writable, 1, 0) != 1 || (writable.revents & POLLOUT) == 0) return 0;
  // A pipe that is ready takes this much at once, and does not mix it with what others write.
  const std::size_t most = std::min<std::size_t>(waiting_.size(), PIPE_BUF);
  const std::size_t end = waiting_.rfind('\n', most - 1);
  return end == std::string::npos ? most : end + 1;
}

void LogFile::flush() {
  while (!waiting_.empty()) {
    const std::size_t size = writable_bytes();
    if (size == 0) return;
    const ssize_t taken = ::write(fd_, waiting_.data(), size);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0 && errno == EAGAIN) return;
    if (taken < 0) {
      // A full disk, a reader that has gone.
      dropped_ += static_cast<std::uint64_t>(std::count(waiting_.begin(), waiting_.end(), '\n'));
      return waiting_.clear();
    }
    waiting_.erase(0, static_cast<std::size_t>(taken));
  }
}

void LogFile::reopen() {
  if (path_ == kStandardOutput) return;
  flush();
  const base::Result<int> fd = open_for_appending(path_);
  if (!fd) return log_.error(fd.error().text);
  ::close(std::exchange(fd_, *fd));
  may_block_ = !is_regular(fd_);
}

}  // namespace socketcluster::server
