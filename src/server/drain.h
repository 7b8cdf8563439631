// SPDX-License-Identifier: MIT
// The orderly end of a worker's clients: every socket is closed with a code on which it connects
// again by itself, HTTP requests that have begun are answered to the end, and then it is over; in
// any case when the time is over.
//
// Paced: for a second nothing happens. Who has just connected sends its first request, and clients
// hear the answer to their handshake before the close: those that the npm package makes would not
// subscribe again if they had heard both at once. Then the sockets are closed in small batches, a
// thousand a second or as many more as the time allows, so that they don't all connect to the other
// workers in the same instant. Who connects meanwhile, on a connection that was accepted before, is
// served until its turn comes.
//
// Thread rule: loop thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::server {

class SocketServer;

struct DrainPlan {
  std::uint16_t code = 0;
  std::string reason;
  std::chrono::milliseconds timeout{0};  // over at the latest then
  bool is_paced = false;
};

class Drain final : public net::Timer {
 public:
  struct Hooks {
    // There are connections of clients, sockets or not.
    base::UniqueFunction<bool()> has_clients;
    // HTTP requests have begun and their responses are not complete.
    base::UniqueFunction<bool()> has_requests;
    // Closes HTTP connections that wait for a request.
    base::UniqueFunction<void()> close_idle;
    // May destroy the drain.
    base::UniqueFunction<void()> on_done;
  };

  Drain(net::EventLoop& loop, SocketServer& sockets, DrainPlan plan, Hooks hooks);

  void start() { go_on(); }

 private:
  void on_timer() override { go_on(); }
  void go_on();
  void close_batch();

  net::EventLoop& loop_;
  SocketServer& sockets_;
  const DrainPlan plan_;
  Hooks hooks_;
  const std::uint64_t started_ms_;
  bool closes_idle_ = false;
  std::uint64_t busy_ms_;  // when there were sockets or requests for the last time
  std::size_t batch_;
};

}  // namespace socketcluster::server
