// SPDX-License-Identifier: MIT
#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "net/connection.h"
#include "net/output_batch.h"

namespace socketcluster::net {
namespace {

std::uint64_t monotonic_ms() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace

// Makes epoll_wait() return when another thread has something for the loop.
class EventLoop::Waker final : public Pollable {
 public:
  Waker() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { SC_ASSERT(fd_ >= 0); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker() { ::close(fd_); }

  int fd() const { return fd_; }
  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t size = ::write(fd_, &one, sizeof one);
  }

 private:
  void on_events(std::uint32_t /*events*/) override {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(fd_, &count, sizeof count);
  }
  int fd_;
};

EventLoop::EventLoop(std::size_t read_bytes)
    : epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      now_ms_(monotonic_ms()),
      timers_(now_ms_),
      output_(std::make_unique<OutputBatch>()),
      read_buffer_(read_bytes),
      waker_(std::make_unique<Waker>()),
      ready_(std::make_unique<epoll_event[]>(kEventsPerWait)) {
  SC_ASSERT(epoll_fd_ >= 0);
  SC_ASSERT(watch(waker_->fd(), *waker_, EPOLLIN).has_value());
}

EventLoop::~EventLoop() {
  abort_connections();
  ::close(epoll_fd_);
}

void EventLoop::abort_connections() {
  for (Connection* connection : by_fd_) {
    if (connection != nullptr) connection->drop();
  }
  destroy_closed_connections();
}

void EventLoop::drop_connections() {
  constexpr int kRounds = 16;  // tasks may defer tasks, but not for ever
  abort_connections();
  for (int round = 0; round < kRounds && !deferred_.empty(); ++round) run_deferred_tasks();
}

void EventLoop::run() {
  for (;;) {
    {
      const std::lock_guard lock(posted_mutex_);
      if (std::exchange(stop_requested_, false)) return;
    }
    run_once(std::chrono::hours(1));
  }
}

void EventLoop::run_once(std::chrono::milliseconds max_wait) {
  const int timeout_ms = wait_ms(max_wait);
  if (!read_again_.empty()) read_transports();
  wait_and_dispatch(timeout_ms);
  timers_.advance(now_ms_);
  run_posted_tasks();
  finish_iteration();
}

void EventLoop::stop() {
  {
    const std::lock_guard lock(posted_mutex_);
    stop_requested_ = true;
  }
  waker_->wake();
}

void EventLoop::post(Task task) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(task));
  }
  waker_->wake();
}

void EventLoop::defer(Task task) {
  deferred_.push_back(std::move(task));
}

void EventLoop::update_now() {
  now_ms_ = monotonic_ms();
}

int EventLoop::wait_ms(std::chrono::milliseconds max_wait) {
  if (!deferred_.empty() || !output_->empty() || !read_again_.empty()) return 0;
  const std::uint64_t until_timer = timers_.ms_until_next(monotonic_ms());
  const auto limit = static_cast<std::uint64_t>(std::max<std::int64_t>(0, max_wait.count()));
  return static_cast<int>(std::min({until_timer, limit, std::uint64_t{3'600'000}}));
}

void EventLoop::wait_and_dispatch(int timeout_ms) {
  const int count =
      ::epoll_wait(epoll_fd_, ready_.get(), static_cast<int>(kEventsPerWait), timeout_ms);
  update_now();
  ready_count_ = std::max(count, 0);
  for (int i = 0; i < ready_count_; ++i) {
    auto* pollable = static_cast<Pollable*>(ready_[i].data.ptr);
    if (pollable != nullptr) pollable->on_events(ready_[i].events);
  }
  ready_count_ = 0;
}

// Those that have input without an event: once per iteration, like the others.
void EventLoop::read_transports() {
  for (Connection* connection : std::exchange(read_again_, {})) {
    connection->reads_again_ = false;
    connection->on_events(EPOLLIN);
  }
}

void EventLoop::run_posted_tasks() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

void EventLoop::run_deferred_tasks() {
  std::vector<Task> tasks;
  tasks.swap(deferred_);
  for (Task& task : tasks) task();
}

// Handlers that are told of a close may write to and close others, hence the rounds. What is still
// there after them is taken up by the next iteration at once.
void EventLoop::finish_iteration() {
  run_deferred_tasks();
  for (int round = 0; round < 4; ++round) {
    output_->flush_all();
    report_overflows();
    output_->flush_all();
    for (Connection* connection : std::exchange(draining_, {})) connection->output_done();
    if (closed_.empty()) return;
    destroy_closed_connections();
  }
}

void EventLoop::report_overflows() {
  if (overflowed_.empty()) return;
  for (Connection* connection : std::exchange(overflowed_, {})) {
    if (connection->state_ != Connection::State::kOverflowed) continue;
    connection->state_ = Connection::State::kOpen;
    connection->handler_->on_overflow();
    if (connection->state_ == Connection::State::kOpen) connection->abort();
  }
}

void EventLoop::destroy_closed_connections() {
  for (Connection* connection : std::exchange(closed_, {})) {
    output_->drop(*connection);
    ConnectionHandler* handler = std::exchange(connection->handler_, nullptr);
    if (handler != nullptr) {
      handler->connection_ = nullptr;
      handler->on_closed();
    }
    if (connection->is_watched_) connection->tell_first_bytes();
    // epoll forgets a socket only when its last descriptor is closed, in whatever process.
    if (connection->is_shared_) unwatch(connection->fd_, *connection);
    if (connection->has_peer_) peers_.erase(connection->fd_);
    if (connection->reads_again_) std::erase(read_again_, connection);
    by_fd_[static_cast<std::size_t>(connection->fd_)] = nullptr;
    --connection_count_;
    delete connection;
  }
}

base::Status EventLoop::watch(int fd, Pollable& pollable, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &pollable;
  if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0) return base::Status::ok();
  return base::Failure{std::string("cannot watch descriptor: ") + std::strerror(errno)};
}

void EventLoop::rewatch(int fd, Pollable& pollable, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &pollable;
  ::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::unwatch(int fd, Pollable& pollable) {
  ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  for (int i = 0; i < ready_count_; ++i) {
    if (ready_[i].data.ptr == &pollable) ready_[i].data.ptr = nullptr;
  }
}

Connection& EventLoop::adopt(int fd) {
  auto* connection = new Connection(*this, fd);
  const auto index = static_cast<std::size_t>(fd);
  if (index >= by_fd_.size()) by_fd_.resize(index + 1, nullptr);
  by_fd_[index] = connection;
  ++connection_count_;
  if (!watch(fd, *connection, EPOLLIN)) connection->finish();
  return *connection;
}

void EventLoop::release_watched(base::UniqueFunction<void(int)> on_released) {
  for (Connection* connection : by_fd_) {
    if (connection == nullptr || !connection->is_watched_) continue;
    connection->is_watched_ = false;
    on_released(connection->fd_);
    connection->finish();
  }
}

Connection& EventLoop::adopt_watched(int fd) {
  Connection& connection = adopt(fd);
  connection.is_watched_ = true;
  connection.is_shared_ = true;
  return connection;
}

}  // namespace socketcluster::net
