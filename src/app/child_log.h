// SPDX-License-Identifier: MIT
// The log of a worker or broker: entries go to the master, who writes the log of the instance.
//
//   before attach()   written to the control socket at once: there is no loop yet
//   attached          through the channel; from other threads by way of the loop
//   after detach()    errors alone, to standard error, which the master reads as well: that a
//                     process that ends loses its connections is no news
//
// Bounded: what a master that does not read would have to keep in memory is dropped and counted.
// May be used from any thread; attach() and detach() on the loop's.
#pragma once

#include <mutex>
#include <string_view>
#include <thread>

#include <socketcluster/json.h>

#include "base/log.h"
#include "ipc/control_channel.h"
#include "net/event_loop.h"

namespace socketcluster::app {

class ChildLog final : public base::Log {
 public:
  // `control_fd` is the socket to the master; it stays the caller's.
  explicit ChildLog(int control_fd) : control_fd_(control_fd) {}

  void attach(net::EventLoop& loop, ipc::ControlChannel& channel);
  void detach();

  void write(base::LogLevel level, std::string_view text) override;

 private:
  void send(const JsonObject& entry);

  std::mutex mutex_;
  int control_fd_;                  // guarded by mutex_; -1 once the channel has it
  net::EventLoop* loop_ = nullptr;  // guarded by mutex_
  std::thread::id loop_thread_;     // guarded by mutex_
  // Loop thread only.
  ipc::ControlChannel* channel_ = nullptr;
  std::uint64_t dropped_ = 0;
};

}  // namespace socketcluster::app
