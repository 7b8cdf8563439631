// SPDX-License-Identifier: MIT
// BlockingPool: a few threads for what would hold up the loop. Jobs are made, finished and
// destroyed on the loop thread; only BlockingJob::work() runs elsewhere.
//
//   run() -> queue -> work() on a pool thread -> finished -> done() on the loop
//
// Thread rule: loop thread. Threads are made when there is work that no idle one can take.
// Lifetime: `loop` and `server` must outlive it; its end waits for work that has begun, and drops
// the rest without done().
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <socketcluster/blocking.h>

#include "net/event_loop.h"

namespace socketcluster::server {

class SocketServer;

struct BlockingPoolOptions {
  std::size_t threads = 4;
  std::size_t queue_limit = 10'000;  // waiting jobs; beyond, a job is refused
};

class BlockingPool {
 public:
  BlockingPool(net::EventLoop& loop, SocketServer& server, BlockingPoolOptions options = {});
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;
  ~BlockingPool();

  // Never calls back synchronously.
  void run(std::unique_ptr<BlockingJob> job);
  std::size_t thread_count() const { return threads_.size(); }

 private:
  struct Shared;

  bool add_thread();
  static void serve(Shared& shared);
  void deliver();

  net::EventLoop& loop_;
  SocketServer& server_;
  BlockingPoolOptions options_;
  std::shared_ptr<Shared> shared_;  // tasks on their way to the loop look whether it is still there
  std::vector<std::thread> threads_;
};

}  // namespace socketcluster::server
