// SPDX-License-Identifier: MIT
// Delivers signals as events of the loop (signalfd), so that a handler may do anything.
//
// The signals are blocked for the calling thread and those it starts later; construct it before
// threads. Thread rule: loop thread only.
#pragma once

#include <initializer_list>

#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::net {

class Signals final : public Pollable {
 public:
  using Handler = base::UniqueFunction<void(int signal_number)>;

  Signals(EventLoop& loop, std::initializer_list<int> signal_numbers, Handler handler);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  // Unblocks nothing: a signal that arrives later stays pending.
  ~Signals();

 private:
  void on_events(std::uint32_t events) override;

  EventLoop& loop_;
  Handler handler_;
  int fd_ = -1;
};

// Whether standard input or output was a terminal that is gone: SIGHUP then means that whoever
// started the process has left, and nothing else.
bool has_lost_terminal();

}  // namespace socketcluster::net
