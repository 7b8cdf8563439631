// SPDX-License-Identifier: MIT
// Accepts connections from a listening socket as descriptors. Survives descriptor exhaustion: when
// accept() fails with EMFILE or ENFILE, one waiting connection is accepted on a spare descriptor
// and closed, so that its client learns of it at once instead of hanging, and the log says so (at
// most once a second).
//
// Thread rule: loop thread only.
#pragma once

#include <cstdint>

#include "base/log.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::net {

class Acceptor final : public Pollable {
 public:
  // Is given the ownership of an accepted socket (not blocking, closed on exec).
  using Handler = base::UniqueFunction<void(int fd)>;
  // Whether one more connection may be accepted; if not, it is refused.
  using RoomCheck = base::UniqueFunction<bool()>;

  // Takes over `fd`, a listening socket that does not block. `loop` and `log` must outlive it.
  Acceptor(EventLoop& loop, base::Log& log, int fd, Handler on_accept);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor();

  // Accepts from now on.
  base::Status start();
  // What connects waits in the kernel's queue until start().
  void pause();
  // Gives the socket back: connects are refused once no process has it open any more.
  void close();
  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  void set_room_check(RoomCheck has_room) { has_room_ = std::move(has_room); }

 private:
  void on_events(std::uint32_t events) override;
  bool accept_one();
  void refuse_one(const char* reason);
  void warn(const char* reason);

  EventLoop& loop_;
  base::Log& log_;
  Handler on_accept_;
  RoomCheck has_room_;
  int fd_;
  int spare_fd_;
  bool is_watched_ = false;
  std::uint64_t last_warning_ms_ = 0;
};

}  // namespace socketcluster::net
