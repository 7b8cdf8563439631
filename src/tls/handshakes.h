// SPDX-License-Identifier: MIT
// New connections of a loop on their way through the TLS handshake.
//
//   begin() -> silent -> [ waiting for its turn ] -> handshake -> on_ready(connection), as if just
//                                                        |        accepted
//                                                        `-> failed, too slow: closed
//
// At most so many are under way at once: each has memory of its own that is large beside that of an
// established connection. One that is silent from the start is not one of them, so a crowd of these
// is in nobody's way; and one whose peer falls silent on the way makes way for those that wait,
// before its time is over. Of these the latest comes first: behind a crowd that is stuck, and
// grows, everybody's time would be over before the turn came. Only so many steps are taken per
// iteration of the loop, because one may be a signature of a millisecond.
//
// Thread rule: loop thread only. Must outlive the loop's connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/log.h"
#include "base/unique_function.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "tls/context.h"
#include "tls/tls_transport.h"

namespace socketcluster::tls {

class Handshakes final {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{10000};
    std::size_t at_once = 1000;
    // How long a peer may be silent on the way while others wait, or up to twice as long.
    std::chrono::milliseconds patience{2000};
  };
  // The handshake is complete: the connection gets a handler in this call.
  using ReadyHandler = base::UniqueFunction<void(net::Connection&)>;

  // `loop` and `log` must outlive it.
  Handshakes(net::EventLoop& loop, base::Log& log, std::shared_ptr<const Context> context,
             const Limits& limits, ReadyHandler on_ready);
  Handshakes(const Handshakes&) = delete;
  Handshakes& operator=(const Handshakes&) = delete;
  ~Handshakes();

  // For a connection that was just accepted.
  void begin(net::Connection& connection);
  // For handshakes that begin from now on.
  void set_context(std::shared_ptr<const Context> context) { context_ = std::move(context); }
  // Of those under way.
  std::size_t count() const { return under_way_; }
  // For an orderly end: closes the connections of which nothing has come yet.
  void close_idle();

 private:
  class Handshake;

  bool take_place(Handshake& handshake);
  bool take_step();
  void ready(Handshake& handshake);
  void ended(Handshake& handshake);
  void give_place_back();

  net::EventLoop& loop_;
  base::Log& log_;
  std::shared_ptr<const Context> context_;
  const Limits limits_;
  ReadyHandler on_ready_;
  Staging staging_;
  std::size_t under_way_ = 0;
  std::size_t steps_left_;
  bool renews_steps_ = false;
  std::vector<Handshake*> waiting_;  // the latest one last; what has come stays in the kernel
  std::vector<Handshake*> all_;
};

}  // namespace socketcluster::tls
