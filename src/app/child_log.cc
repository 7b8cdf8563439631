// SPDX-License-Identifier: MIT
#include "app/child_log.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace socketcluster::app {
namespace {

// Of the channel; messages of the application need room, too.
constexpr std::size_t kMaxQueuedBytes = ipc::ControlChannel::kMaxQueuedBytes / 8;
constexpr std::size_t kMaxTextBytes = std::size_t{1024} * 1024;

std::string_view level_name(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::kError:
      return "error";
    case base::LogLevel::kWarning:
      return "warning";
    case base::LogLevel::kInfo:
      return "info";
    case base::LogLevel::kDebug:
      return "debug";
  }
  return "info";
}

JsonObject entry_of(base::LogLevel level, std::string_view text) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {{"type", "log"},
          {"level", level_name(level)},
          {"text", text.substr(0, kMaxTextBytes)},
          {"time", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}};
}

}  // namespace

void ChildLog::attach(net::EventLoop& loop, ipc::ControlChannel& channel) {
  const std::lock_guard lock(mutex_);
  control_fd_ = -1;
  loop_ = &loop;
  loop_thread_ = std::this_thread::get_id();
  channel_ = &channel;
}

void ChildLog::detach() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  channel_ = nullptr;
}

void ChildLog::write(base::LogLevel level, std::string_view text) {
  const JsonObject entry = entry_of(level, text);
  {
    const std::lock_guard lock(mutex_);
    if (loop_ != nullptr && std::this_thread::get_id() != loop_thread_) {
      return loop_->post([this, entry] {
        if (channel_ != nullptr) send(entry);
      });
    }
    if (control_fd_ >= 0) return static_cast<void>(ipc::write_message(control_fd_, entry));
  }
  if (channel_ != nullptr) return send(entry);
  if (level != base::LogLevel::kError) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void ChildLog::send(const JsonObject& entry) {
  if (channel_->queued_bytes() > kMaxQueuedBytes) {
    ++dropped_;
    return;
  }
  if (dropped_ > 0) {
    const std::string text = std::to_string(dropped_) + " log entries were dropped";
    dropped_ = 0;
    static_cast<void>(channel_->send(entry_of(base::LogLevel::kWarning, text)));
  }
  static_cast<void>(channel_->send(entry));
}

}  // namespace socketcluster::app
