// SPDX-License-Identifier: MIT
#include "server/blocking_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unit/server/worker_under_test.h"

namespace socketcluster::server {
namespace {

// Holds work up until it is opened.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
  }
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool is_open_ = false;
};

// Notes on which thread it is destroyed.
class Traced {
 public:
  Traced(std::thread::id& destroyed_on, std::atomic<int>& count)
      : destroyed_on_(destroyed_on), count_(count) {}
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;
  ~Traced() {
    destroyed_on_ = std::this_thread::get_id();
    ++count_;
  }

 private:
  std::thread::id& destroyed_on_;
  std::atomic<int>& count_;
};

class BlockingPoolTest : public ::testing::Test {
 protected:
  Worker& worker() { return test_.worker(); }
  test::WorkerUnderTest test_;
};

TEST_F(BlockingPoolTest, RunsWorkElsewhereAndItsEndOnTheLoop) {
  const std::thread::id loop_thread = std::this_thread::get_id();
  std::thread::id work_thread, done_thread;
  std::string result;
  worker().run_blocking(
      [&work_thread] {
        work_thread = std::this_thread::get_id();
        return std::string("made");
      },
      [&](BlockingResult<std::string> made) {
        done_thread = std::this_thread::get_id();
        ASSERT_TRUE(made);
        result = *made;
      });
  EXPECT_TRUE(test_.run_until([&] { return !result.empty(); }));
  EXPECT_EQ(result, "made");
  EXPECT_NE(work_thread, loop_thread);
  EXPECT_EQ(done_thread, loop_thread);
}

TEST_F(BlockingPoolTest, TakesWorkThatReturnsNothingOrWhatCannotBeCopied) {
  int finished = 0;
  worker().run_blocking([] {}, [&](BlockingResult<void> result) { finished += result ? 1 : 0; });
  worker().run_blocking(
      [] { return std::make_unique<int>(7); },
      [&](BlockingResult<std::unique_ptr<int>> result) { finished += **result == 7 ? 1 : 0; });
  EXPECT_TRUE(test_.run_until([&] { return finished == 2; }));
}

TEST_F(BlockingPoolTest, HandsOverTheTextOfExceptions) {
  std::vector<std::string> errors;
  worker().run_blocking([]() -> int { throw std::runtime_error("disk full"); },
                        [&](BlockingResult<int> result) {
                          EXPECT_FALSE(result.has_value());
                          errors.push_back(result.error());
                        });
  worker().run_blocking([] { throw 1; },
                        [&](BlockingResult<void> result) { errors.push_back(result.error()); });
  ASSERT_TRUE(test_.run_until([&] { return errors.size() == 2; }));
  EXPECT_EQ(std::set(errors.begin(), errors.end()),
            (std::set<std::string>{"disk full", "unknown exception"}));
}

TEST_F(BlockingPoolTest, SurvivesAHandlerThatThrows) {
  int finished = 0;
  worker().run_blocking([] {}, [](BlockingResult<void>) { throw std::runtime_error("oops"); });
  worker().run_blocking([] {}, [&](BlockingResult<void>) { ++finished; });
  EXPECT_TRUE(test_.run_until([&] { return finished == 1 && test_.log.count("oops") == 1; }));
}

TEST_F(BlockingPoolTest, DestroysCapturesOnTheLoopThread) {
  std::thread::id destroyed_on;
  std::atomic<int> destroyed = 0;
  auto traced = std::make_shared<Traced>(destroyed_on, destroyed);
  worker().run_blocking([traced] {}, [](BlockingResult<void>) {});
  traced.reset();
  EXPECT_TRUE(test_.run_until([&] { return destroyed == 1; }));
  EXPECT_EQ(destroyed_on, std::this_thread::get_id());
}

TEST_F(BlockingPoolTest, MakesThreadsWhenTheyAreNeeded) {
  Gate gate;
  BlockingPool pool(test_.core->loop(), test_.core->sockets(), {.threads = 3});
  std::atomic<int> done = 0;
  const auto run = [&] {
    pool.run(std::make_unique<detail::BlockingCall<std::function<void()>>>(
        [&] { gate.pass(); }, [&](BlockingResult<void>) { ++done; }));
  };
  EXPECT_EQ(pool.thread_count(), 0U);
  for (int i = 1; i <= 3; ++i) {
    run();
    EXPECT_EQ(pool.thread_count(), static_cast<std::size_t>(i));
    gate.wait_for_arrivals(i);
  }
  for (int i = 0; i < 5; ++i) run();
  EXPECT_EQ(pool.thread_count(), 3U);
  gate.open();
  EXPECT_TRUE(test_.run_until([&] { return done == 8; }));
}

TEST_F(BlockingPoolTest, RefusesWorkBeyondTheLimit) {
  Gate gate;
  BlockingPool pool(test_.core->loop(), test_.core->sockets(), {.threads = 1, .queue_limit = 2});
  std::vector<std::string> errors;
  int good = 0;
  const auto run = [&] {
    pool.run(std::make_unique<detail::BlockingCall<std::function<void()>>>(
        [&] { gate.pass(); },
        [&](BlockingResult<void> result) {
          if (result) {
            ++good;
          } else {
            errors.push_back(result.error());
          }
        }));
  };
  run();
  gate.wait_for_arrivals(1);
  for (int i = 0; i < 4; ++i) run();
  EXPECT_TRUE(errors.empty());  // not inside the call
  EXPECT_TRUE(test_.run_until([&] { return errors.size() == 2; }));
  EXPECT_EQ(errors.front(), "The queue of blocking work is full");
  gate.open();
  EXPECT_TRUE(test_.run_until([&] { return good == 3; }));
}

TEST_F(BlockingPoolTest, FinishesWhatHasBegunAndDropsTheRestWhenItEnds) {
  Gate gate;
  std::thread::id destroyed_on;
  std::atomic<int> destroyed = 0, begun = 0, done = 0;
  auto pool = std::make_unique<BlockingPool>(test_.core->loop(), test_.core->sockets(),
                                             BlockingPoolOptions{.threads = 2});
  for (int i = 0; i < 10; ++i) {
    auto traced = std::make_shared<Traced>(destroyed_on, destroyed);
    pool->run(std::make_unique<detail::BlockingCall<std::function<void()>>>(
        [&gate, &begun, traced] {
          ++begun;
          gate.pass();
        },
        [&done](BlockingResult<void>) { ++done; }));
  }
  gate.wait_for_arrivals(2);
  // One of the two may still take another one before the end is announced.
  std::thread opener([&gate] { gate.open(); });
  pool.reset();
  opener.join();
  EXPECT_EQ(destroyed, 10);
  EXPECT_EQ(destroyed_on, std::this_thread::get_id());
  test_.run_some();  // what was on its way to the loop finds nobody
  EXPECT_EQ(done, 0);
  EXPECT_GE(begun, 2);
}

TEST_F(BlockingPoolTest, EndsWithTheWorkerWhileWorkIsUnderWay) {
  std::atomic<int> done = 0;
  for (int i = 0; i < 200; ++i) {
    worker().run_blocking([i] { return i; }, [&done](BlockingResult<int>) { ++done; });
  }
  test_.core->loop().run_once(std::chrono::milliseconds(0));
  test_.core.reset();
  EXPECT_LE(done, 200);
}

TEST_F(BlockingPoolTest, CarriesManyResultsFromManyThreads) {
  constexpr int kJobs = 5000;
  std::vector<bool> seen(kJobs);
  int done = 0;
  for (int i = 0; i < kJobs; ++i) {
    worker().run_blocking([i] { return i; },
                          [&](BlockingResult<int> result) {
                            seen[static_cast<std::size_t>(*result)] = true;
                            ++done;
                          });
  }
  EXPECT_TRUE(test_.run_until([&] { return done == kJobs; }));
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), kJobs);
}

}  // namespace
}  // namespace socketcluster::server
