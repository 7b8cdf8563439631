// SPDX-License-Identifier: MIT
#include "net/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <span>
#include <thread>
#include <vector>

#include "net/connection.h"

namespace socketcluster::net {
namespace {

using std::chrono::milliseconds;

class StopTimer final : public Timer {
 public:
  explicit StopTimer(EventLoop& loop) : loop_(loop) {}

 private:
  void on_timer() override { loop_.stop(); }
  EventLoop& loop_;
};

TEST(EventLoop, RunsPostedTasksInOrder) {
  EventLoop loop;
  std::vector<int> order;
  loop.post([&] { order.push_back(1); });
  loop.post([&] {
    order.push_back(2);
    loop.post([&] { order.push_back(3); });
  });
  loop.run_once(milliseconds(0));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  loop.run_once(milliseconds(0));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(EventLoop, IsWokenFromOtherThreads) {
  EventLoop loop;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&loop, &sum] {
      for (int n = 0; n < 1000; ++n) loop.post([&sum] { ++sum; });
    });
  }
  std::thread last([&] {
    for (std::thread& thread : threads) thread.join();
    loop.post([&loop] { loop.stop(); });
  });
  loop.run();
  last.join();
  EXPECT_EQ(sum, 4000);
}

TEST(EventLoop, AStopBeforeRunEndsTheNextRun) {
  EventLoop loop;
  loop.stop();
  loop.run();
  SUCCEED();
}

TEST(EventLoop, WaitsForTimersOnly) {
  EventLoop loop;
  StopTimer timer(loop);
  loop.timers().arm(timer, loop.now_ms() + 20);
  const std::uint64_t start = loop.now_ms();
  loop.run();
  EXPECT_GE(loop.now_ms() - start, 20u);
}

TEST(EventLoop, DeferredTasksRunAtTheEndOfTheIteration) {
  EventLoop loop;
  std::vector<int> order;
  loop.post([&] {
    loop.defer([&] { order.push_back(2); });
    order.push_back(1);
  });
  loop.run_once(milliseconds(0));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

// Defers a task when its connection is gone, and that one another, for ever.
struct DeferringHandler final : ConnectionHandler {
  explicit DeferringHandler(EventLoop& owner) : loop(owner) {}
  void on_bytes(std::span<char> /*bytes*/) override {}
  void on_closed() override { defer(); }
  void defer() {
    loop.defer([this] {
      ++tasks;
      defer();
    });
  }
  EventLoop& loop;
  int tasks = 0;
};

TEST(EventLoop, DroppedConnectionsAreToldOfAndWhatThatDefersRuns) {
  EventLoop loop;
  DeferringHandler handler(loop);
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  loop.adopt(ends[0]).set_handler(handler);
  EXPECT_EQ(loop.connection_count(), 1U);
  loop.drop_connections();
  EXPECT_EQ(loop.connection_count(), 0U);
  EXPECT_GT(handler.tasks, 1);
  ::close(ends[1]);
}

}  // namespace
}  // namespace socketcluster::net
