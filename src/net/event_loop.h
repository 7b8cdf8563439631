// SPDX-License-Identifier: MIT
// The event loop of a process: readiness from epoll, timers, tasks from other threads, and the end
// of an iteration, at which all output is flushed and closed connections are destroyed.
//
// One iteration:
//
//   [input that transports keep ->] epoll_wait -> events -> timers -> posted tasks -> [ flush
//   output -> destroy what was closed ]*
//
// Thread rule: everything is called on the loop's thread, except post() and stop(), which may be
// called from any thread. Callbacks never run inside the call that registered them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/unique_function.h"
#include "net/proxy_header.h"
#include "net/timer_wheel.h"

struct epoll_event;

namespace socketcluster::net {

class Connection;
class OutputBatch;

// Something with a descriptor that the loop watches.
class Pollable {
 public:
  // `events` is the set of EPOLL* bits that are ready. May remove any pollable, itself included, as
  // long as the object outlives the iteration (see EventLoop::destroy_later()).
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Pollable() = default;
};

class EventLoop {
 public:
  using Task = base::UniqueFunction<void()>;

  static constexpr std::size_t kDefaultReadBytes = std::size_t{128} * 1024;

  // `read_bytes`: the most that is taken from one connection per iteration, so that one that floods
  // gets no more than its share; also the size of the buffer that all connections read into.
  explicit EventLoop(std::size_t read_bytes = kDefaultReadBytes);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  // Connections that are still open are aborted and destroyed; their handlers are told. What was
  // sent before a close() still reaches the peer.
  ~EventLoop();

  // Runs iterations until stop(). A stop() that came before makes the next run() return at once.
  void run();
  // One iteration that waits at most `max_wait` for something to happen.
  void run_once(std::chrono::milliseconds max_wait);
  // May be called from any thread.
  void stop();
  // Runs `task` on the loop thread, in order of posting. May be called from any thread.
  void post(Task task);
  // Runs `task` at the end of this iteration, after output was flushed. Loop thread only.
  void defer(Task task);

  // Monotonic time in ms, read once per iteration.
  std::uint64_t now_ms() const { return now_ms_; }
  TimerWheel& timers() { return timers_; }

  // Watches `fd` (level-triggered) for the EPOLL* bits `events`. The loop does not own the
  // descriptor.
  base::Status watch(int fd, Pollable& pollable, std::uint32_t events);
  void rewatch(int fd, Pollable& pollable, std::uint32_t events);
  // Takes `fd` out; events of this iteration that are not yet handed out are dropped.
  void unwatch(int fd, Pollable& pollable);

  // Takes over a connected stream socket (TCP or UNIX). Whether the descriptor itself blocks does
  // not matter: every call on it is made not to. TCP options are the caller's business.
  Connection& adopt(int fd);
  // The same for a socket that somebody holds a copy of until the application sees its first bytes
  // or its end: the handler of set_first_bytes_handler() is told then, once, before the bytes are
  // handed out.
  Connection& adopt_watched(int fd);
  // Given the descriptor, which is still open.
  void set_first_bytes_handler(base::UniqueFunction<void(int fd)> handler) {
    on_first_bytes_ = std::move(handler);
  }
  // Gives up those connections of adopt_watched() of which nothing has been told yet, without a
  // sign to the peer: it stays connected through the copy. Calls the handler for each.
  void release_watched(base::UniqueFunction<void(int fd)> on_released);
  std::size_t connection_count() const { return connection_count_; }
  // Aborts and destroys all connections, as the destructor does, and runs what their handlers defer
  // when they are told. For an owner whose handlers need more than the loop. REQUIRES: not called
  // inside an iteration.
  void drop_connections();

  // The buffer into which every connection reads; contents are valid during one on_bytes() only.
  std::span<char> read_buffer() { return read_buffer_; }

 private:
  friend class Connection;
  static constexpr std::size_t kEventsPerWait = 1024;
  class Waker;

  void wait_and_dispatch(int timeout_ms);
  void read_transports();
  void run_posted_tasks();
  void run_deferred_tasks();
  void finish_iteration();
  void report_overflows();
  void abort_connections();
  void destroy_closed_connections();
  void update_now();
  int wait_ms(std::chrono::milliseconds max_wait);

  int epoll_fd_ = -1;
  std::uint64_t now_ms_ = 0;
  TimerWheel timers_;
  std::unique_ptr<OutputBatch> output_;
  std::vector<char> read_buffer_;
  std::unique_ptr<Waker> waker_;
  std::unique_ptr<epoll_event[]> ready_;  // of this iteration; unwatch() makes entries null
  int ready_count_ = 0;
  std::vector<Connection*> overflowed_;         // told at the end of the iteration
  std::vector<Connection*> draining_;           // asked to close in this iteration
  std::vector<Connection*> closed_;             // destroyed at the end of the iteration
  std::unordered_map<int, PeerAddress> peers_;  // of connections through proxies, by descriptor
  std::vector<Connection*> read_again_;         // in the next iteration, see Transport::has_input()
  std::vector<Connection*> by_fd_;              // every connection that is not destroyed
  std::vector<Task> deferred_;
  std::size_t connection_count_ = 0;
  base::UniqueFunction<void(int)> on_first_bytes_;
  std::mutex posted_mutex_;
  std::vector<Task> posted_;     // guarded by posted_mutex_
  bool stop_requested_ = false;  // guarded by posted_mutex_
};

}  // namespace socketcluster::net
