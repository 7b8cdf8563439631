// SPDX-License-Identifier: MIT
// A worker's timers, posted tasks and static files.
#include "server/worker_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WorkerTimers : public test::WorkerTest {
 protected:
  Worker& api() { return worker().api(); }
};

TEST_F(WorkerTimers, RunInTheOrderOfTheirDelays) {
  api().set_timeout(milliseconds(20), [this] { note("20"); });
  api().set_timeout(milliseconds(2), [this] { note("2"); });
  api().set_timeout(milliseconds(-5), [this] { note("at once"); });
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_TRUE(run_until([&] { return notes_.size() == 3; }));
  EXPECT_THAT(notes_, ElementsAre("at once", "2", "20"));
}

TEST_F(WorkerTimers, IntervalRepeatsUntilItIsCleared) {
  const Worker::TimerId id = api().set_interval(milliseconds(1), [this] { note("tick"); });
  EXPECT_TRUE(run_until([&] { return notes_.size() == 4; }));
  api().clear_timer(id);
  api().clear_timer(id);
  api().clear_timer(0);
  for (int i = 0; i < 5; ++i) worker().loop().run_once(milliseconds(1));
  EXPECT_EQ(notes_.size(), 4U);
}

TEST_F(WorkerTimers, TasksMayClearAndSetTimers) {
  auto id = std::make_shared<Worker::TimerId>();
  *id = api().set_interval(milliseconds(1), [this, id, data = std::string(100, 'd')] {
    api().clear_timer(*id);
    *id = api().set_timeout(milliseconds(1), [this, id, data] {
      api().clear_timer(*id);  // is gone already
      *id = api().set_interval(milliseconds(1), [this] { note("inner"); });
      note(data);
    });
    note(data);
  });
  EXPECT_TRUE(run_until([&] { return notes_.size() == 4; }));
  EXPECT_EQ(notes_[0], notes_[1]);
  EXPECT_EQ(notes_[3], "inner");
}

TEST_F(WorkerTimers, TaskMayClearOthersThatAreDueAtTheSameTime) {
  std::vector<Worker::TimerId> ids;
  ids.reserve(5);
  for (int i = 0; i < 5; ++i) {
    ids.push_back(api().set_timeout(milliseconds(2), [this, &ids] {
      note("ran");
      for (const Worker::TimerId id : ids) api().clear_timer(id);
    }));
  }
  EXPECT_TRUE(run_until([&] { return !notes_.empty(); }));
  for (int i = 0; i < 5; ++i) worker().loop().run_once(milliseconds(1));
  EXPECT_EQ(notes_.size(), 1U);
}

TEST_F(WorkerTimers, TaskThatThrowsIsAWarning) {
  api().set_timeout(milliseconds(1), [] { throw std::runtime_error("went wrong"); });
  api().set_timeout(milliseconds(2), [] { throw 42; });
  EXPECT_TRUE(run_until([&] { return log_.entries.size() == 2; }));
  EXPECT_THAT(log_.entries, ElementsAre(HasSubstr("went wrong"), HasSubstr("unknown exception")));
}

TEST_F(WorkerTimers, CapturedStateMayClearTimersWhenItIsDestroyed) {
  struct Guard {
    Guard(Worker& owner, Worker::TimerId other) : worker(owner), id(other) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { worker.clear_timer(id); }
    Worker& worker;
    Worker::TimerId id;
  };
  const auto chain = [this](int length) {
    Worker::TimerId id = api().set_timeout(std::chrono::hours(1), [this] { note("never"); });
    for (int i = 0; i < length; ++i) {
      const auto guard = std::make_shared<Guard>(api(), id);
      id = api().set_timeout(std::chrono::hours(1), [guard] {});
    }
    return id;
  };
  api().clear_timer(chain(5));
  chain(5);
  destroy_worker();
}

TEST_F(WorkerTimers, PostedTasksOfOtherThreadsRunInTheirOrder) {
  Worker& target = api();
  constexpr int kThreads = 3;
  constexpr int kTasks = 500;
  std::vector<int> last(kThreads, -1);
  int ran = 0;
  int out_of_order = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        target.post([&, t, i] {
          const auto index = static_cast<std::size_t>(t);
          if (last[index] + 1 != i) ++out_of_order;
          last[index] = i;
          ++ran;
        });
      }
    });
  }
  EXPECT_TRUE(run_until([&] { return ran == kThreads * kTasks; }));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(out_of_order, 0);
}

TEST_F(WorkerTimers, PostNeverRunsItsTaskInsideTheCall) {
  api().post([this] {
    api().post([this] { note("inner"); });
    note("outer");
    throw std::runtime_error("ignored");
  });
  EXPECT_THAT(notes_, IsEmpty());
  turn();
  EXPECT_THAT(notes_, ElementsAre("outer", "inner"));
}

TEST_F(WorkerTimers, StopEndsRunFromATask) {
  api().set_timeout(milliseconds(1), [this] { worker().stop(); });
  worker().run();
}

TEST_F(WorkerTimers, ServeStaticNamesADirectoryThatCannotBeServed) {
  try {
    api().http().serve_static("/no/such/directory");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/no/such/directory"));
  }
}

TEST_F(WorkerTimers, ApplicationsGetTheOptions) {
  options_.app_name = "mine";
  EXPECT_EQ(api().options().app_name, "mine");
}

}  // namespace
}  // namespace socketcluster::server
