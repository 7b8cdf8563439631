// SPDX-License-Identifier: MIT
// Children that are real processes: child_program.cc.
#include "supervisor/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unit/base/recording_log.h"

namespace socketcluster::supervisor {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ChildTest : public testing::Test, public ChildOwner {
 protected:
  // What the process does: a word of child_program.cc.
  void start(const std::string& word) {
    const ChildStart settings{
        .role = ipc::Role::kWorker,
        .id = 0,
        .start = {{"type", "start"}, {"options", {{"custom", {{"worker 0", word}}}}}}};
    auto child = Child::start(loop_, log_, *this, {CHILD_PROGRAM, {"child"}}, rules_, settings);
    ASSERT_TRUE(child) << child.error().text;
    child_ = std::move(*child);
  }
  // Turns the loop, and reaps as a master does.
  template <typename Predicate>
  [[nodiscard]] bool run_until(Predicate predicate) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!predicate()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop_.run_once(milliseconds(5));
      int status = 0;
      if (!child_->is_reaped() && ::waitpid(child_->pid(), &status, WNOHANG) == child_->pid()) {
        child_->reaped(status);
      }
    }
    return true;
  }
  [[nodiscard]] bool ends() {
    return run_until([this] { return child_->phase() == Child::Phase::kEnded; });
  }

  void on_child_ready(Child& /*child*/) override { notes_.emplace_back("ready"); }
  void on_child_log(Child& /*child*/, base::LogLevel level, std::string_view text,
                    std::chrono::system_clock::time_point time) override {
    EXPECT_EQ(level, base::LogLevel::kWarning);
    EXPECT_EQ(time.time_since_epoch(), std::chrono::hours(24));
    notes_.emplace_back(text);
  }
  void on_child_message(Child& /*child*/, std::string_view /*type*/, const JsonObject& /*message*/,
                        MessageRespond /*respond*/) override {}
  void on_child_ended(Child& /*child*/) override { notes_.emplace_back("ended"); }

  ChildRules rules_;
  test::RecordingLog log_;
  net::EventLoop loop_;
  std::vector<std::string> notes_;
  std::unique_ptr<Child> child_;
};

TEST_F(ChildTest, ServesUntilItIsTold) {
  start("");
  EXPECT_EQ(child_->phase(), Child::Phase::kStarting);
  ASSERT_TRUE(run_until([this] { return child_->phase() == Child::Phase::kServing; }));
  child_->end("drain");
  EXPECT_EQ(child_->phase(), Child::Phase::kEnding);
  ASSERT_TRUE(ends());
  EXPECT_EQ(child_->exit().text(), "exited with code 0");
  EXPECT_TRUE(child_->was_told_to_end());
  EXPECT_EQ(notes_, (std::vector<std::string>{"ready", "ended"}));
}

TEST_F(ChildTest, SaysWhyItCannotServe) {
  start("fail");
  ASSERT_TRUE(ends());
  EXPECT_EQ(child_->failure(), "cannot serve today");
  EXPECT_EQ(child_->exit().code, 1);
  EXPECT_FALSE(child_->has_been_ready());
}

TEST_F(ChildTest, IsMissedWhenItIsKilled) {
  start("die");
  ASSERT_TRUE(ends());
  EXPECT_EQ(child_->exit().text(), "was killed by SIGKILL");
  EXPECT_TRUE(child_->has_been_ready());
  EXPECT_FALSE(child_->was_told_to_end());
}

TEST_F(ChildTest, IsHeardToItsLastWord) {
  start("talk");
  ASSERT_TRUE(run_until([this] { return child_->phase() == Child::Phase::kServing; }));
  child_->kill(SIGKILL);
  ASSERT_TRUE(ends());
  EXPECT_EQ(notes_, (std::vector<std::string>{"a word", "ready", "ended"}));
  EXPECT_THAT(log_.lines, Contains(HasSubstr("a line")));
}

TEST_F(ChildTest, IsKilledWhenItDoesNotEnd) {
  rules_.force_kill_timeout = milliseconds(10);
  rules_.force_kill_signal = SIGUSR1;
  start("stubborn");
  ASSERT_TRUE(run_until([this] { return child_->phase() == Child::Phase::kServing; }));
  child_->end("stop");
  ASSERT_TRUE(ends());
  EXPECT_EQ(child_->exit().text(), "was killed by SIGUSR1");
  EXPECT_THAT(log_.lines, Contains(AllOf(StartsWith("worker 0 (PID "), HasSubstr("gets SIGUSR1"))));
}

TEST_F(ChildTest, IsKilledWhenItStandsStill) {
  rules_.hang_timeout = milliseconds(50);
  start("freeze");
  ASSERT_TRUE(run_until([this] {
    child_->check_alive();
    return child_->is_reaped();
  }));
  ASSERT_TRUE(ends());
  EXPECT_EQ(child_->exit().text(), "was killed by SIGABRT");
  EXPECT_THAT(log_.lines, Contains(HasSubstr("has not moved for")));
}

// It used to be watched from its first sign of life on only.
TEST_F(ChildTest, IsKilledWhenItNeverComesToServe) {
  rules_.hang_timeout = milliseconds(50);
  start("hang");
  ASSERT_TRUE(run_until([this] {
    child_->check_alive();
    return child_->is_reaped();
  }));
  EXPECT_EQ(child_->exit().text(), "was killed by SIGABRT");
  EXPECT_GE(loop_.now_ms() - child_->started_ms(), 200U);  // a start may take longer
  EXPECT_THAT(log_.lines, Contains(HasSubstr("has not come to serve for")));
}

TEST_F(ChildTest, MayStandStillIfThatIsWanted) {
  rules_.hang_timeout = milliseconds(0);
  start("hang");
  child_->check_alive();
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(ChildTest, GoesWithItsOwner) {
  start("stubborn");
  const pid_t pid = child_->pid();
  child_.reset();
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_F(ChildTest, AProgramThatIsNotThereIsAFailure) {
  const auto child =
      Child::start(loop_, log_, *this, {"/no/such/program", {"child"}}, rules_, ChildStart{});
  ASSERT_FALSE(child);
  EXPECT_THAT(child.error().text, HasSubstr("cannot start '/no/such/program'"));
}

}  // namespace
}  // namespace socketcluster::supervisor
