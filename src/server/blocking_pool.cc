// SPDX-License-Identifier: MIT
#include "server/blocking_pool.h"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <utility>

#include "server/socket_server.h"

namespace socketcluster::server {
namespace {

// Signals are for the loop's thread; threads inherit the mask of their maker.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

struct BlockingPool::Shared {
  std::mutex mutex;
  std::condition_variable wake;  // a job waits, or the pool ends
  // Guarded by `mutex`:
  std::deque<std::unique_ptr<BlockingJob>> waiting;
  std::vector<std::unique_ptr<BlockingJob>> finished;
  std::size_t idle = 0;  // threads that wait for work
  bool is_ending = false;
  // Wakes the loop for `finished`. May be called from any thread, until the pool ends.
  base::UniqueFunction<void()> call_loop;

  // Takes over the lock's protection: hands a job back, and wakes the loop if nobody has yet.
  void finish(std::unique_ptr<BlockingJob> job) {
    finished.push_back(std::move(job));
    if (finished.size() == 1) call_loop();
  }
};

BlockingPool::BlockingPool(net::EventLoop& loop, SocketServer& server, BlockingPoolOptions options)
    : loop_(loop), server_(server), options_(options), shared_(std::make_shared<Shared>()) {
  shared_->call_loop = [this, weak = std::weak_ptr<Shared>(shared_)] {
    loop_.post([this, weak] {
      if (!weak.expired()) deliver();
    });
  };
}

BlockingPool::~BlockingPool() {
  std::deque<std::unique_ptr<BlockingJob>> dropped;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->is_ending = true;
    dropped.swap(shared_->waiting);
  }
  shared_->wake.notify_all();
  for (std::thread& thread : threads_) thread.join();
  // No thread is left: from here on nothing is shared. Destroying a job may run user code's
  // destructors.
  const auto unreported = std::move(shared_->finished);
  shared_.reset();
}

void BlockingPool::run(std::unique_ptr<BlockingJob> job) {
  std::unique_lock lock(shared_->mutex);
  if (shared_->waiting.size() >= options_.queue_limit) {
    job->refuse("The queue of blocking work is full");
    return shared_->finish(std::move(job));
  }
  const bool wants_thread =
      shared_->idle <= shared_->waiting.size() && threads_.size() < options_.threads;
  if (wants_thread && !add_thread() && threads_.empty()) {
    job->refuse("No thread could be started for blocking work");
    return shared_->finish(std::move(job));
  }
  shared_->waiting.push_back(std::move(job));
  lock.unlock();
  shared_->wake.notify_one();
}

bool BlockingPool::add_thread() {
  const SignalsBlocked blocked;
  try {
    threads_.emplace_back([&shared = *shared_] { serve(shared); });
    return true;
  } catch (const std::system_error& error) {
    server_.warn(std::string("cannot start a thread for blocking work: ") + error.what());
    return false;
  }
}

void BlockingPool::serve(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  for (;;) {
    ++shared.idle;
    shared.wake.wait(lock, [&shared] { return shared.is_ending || !shared.waiting.empty(); });
    --shared.idle;
    if (shared.is_ending) return;
    std::unique_ptr<BlockingJob> job = std::move(shared.waiting.front());
    shared.waiting.pop_front();
    lock.unlock();
    job->work();
    lock.lock();
    shared.finish(std::move(job));
  }
}

void BlockingPool::deliver() {
  std::vector<std::unique_ptr<BlockingJob>> finished;
  {
    const std::lock_guard lock(shared_->mutex);
    finished.swap(shared_->finished);
  }
  for (std::unique_ptr<BlockingJob>& job : finished) {
    try {
      job->done();
    } catch (const std::exception& error) {
      server_.log().user_code_threw(std::string("a handler of blocking work threw: ") +
                                    error.what());
    } catch (...) {
      server_.log().user_code_threw("a handler of blocking work threw an unknown exception");
    }
    job.reset();
  }
}

}  // namespace socketcluster::server
