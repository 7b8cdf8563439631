// SPDX-License-Identifier: MIT
// A master with real processes (child_program.cc), which know nothing of clients or channels.
#include "supervisor/master_core.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketcluster::supervisor {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// A client that says nothing and reads until the end.
class Visitor {
 public:
  explicit Visitor(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;
  ~Visitor() { ::close(fd_); }

  // The name of the worker that it has come to; empty while it is not known.
  const std::string& host() {
    std::array<char, 64> buffer{};
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) host_.append(buffer.data(), static_cast<std::size_t>(size));
    return host_;
  }

 private:
  const int fd_;
  std::string host_;
};

class MasterTest : public testing::Test {
 protected:
  MasterTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sc-master-XXXXXX").string();
    options_.socket_root = ::mkdtemp(pattern.data());
    options_.host = "127.0.0.1";
    options_.port = 0;
    options_.workers = 2;
    options_.app_name = "test";
    options_.instance_id = "this one";
    options_.secret_key = "secret";
  }
  ~MasterTest() override { std::filesystem::remove_all(options_.socket_root); }

  // What a process does: a word of child_program.cc.
  void let(const std::string& process, const std::string& word) {
    options_.custom.as_object()[process] = word;
  }

  // Runs an instance to its end; `when_ready` is called when everybody serves.
  base::Status run(const std::function<void(MasterCore&)>& when_ready) {
    MasterCore master(options_, log_, {CHILD_PROGRAM, {"child"}});
    record(master.api());
    master.api().on_ready([this, &master, &when_ready] {
      notes_.emplace_back("ready");
      when_ready(master);
    });
    master.api().set_timeout(std::chrono::seconds(60), [&master] {
      ADD_FAILURE() << "the instance does not end";
      master.shutdown();
    });
    return master.run();
  }

  void record(Master& master) {
    const auto starts = [this](const char* role) {
      return [this, role](const ProcessStart& start) {
        pids_[name(role, start.id)] = start.pid;
        notes_.push_back(name(role, start.id) + (start.respawn ? " starts again" : " starts"));
        if (on_start_) on_start_(name(role, start.id), start.respawn);
      };
    };
    const auto exits = [this](const char* role) {
      return [this, role](const ProcessExit& exit) {
        const bool is_killed = exit.signal.has_value();
        notes_.push_back(name(role, exit.id) + (is_killed ? " killed" : " exits"));
      };
    };
    master.on_worker_start(starts("worker"));
    master.on_broker_start(starts("broker"));
    master.on_worker_exit(exits("worker"));
    master.on_broker_exit(exits("broker"));
  }
  static std::string name(const char* role, std::uint32_t id) {
    return role + (' ' + std::to_string(id));
  }
  void kill(const std::string& process) { ::kill(pids_.at(process), SIGKILL); }

  // The events from `begin` on, up to `end`.
  std::vector<std::string> notes(std::size_t begin, std::size_t end) const {
    return {notes_.begin() + static_cast<std::ptrdiff_t>(std::min(begin, notes_.size())),
            notes_.begin() + static_cast<std::ptrdiff_t>(std::min(end, notes_.size()))};
  }
  bool noted(const std::string& note) const {
    return std::find(notes_.begin(), notes_.end(), note) != notes_.end();
  }

  Options options_;
  base::NullLog log_;
  std::vector<std::string> notes_;
  std::map<std::string, int> pids_;
  std::function<void(const std::string& process, bool respawn)> on_start_;
};

TEST_F(MasterTest, BrokersComeFirstAndWorkersGoFirst) {
  options_.brokers = 2;
  ASSERT_TRUE(run([](MasterCore& master) { master.shutdown(); }));
  EXPECT_THAT(notes(0, 2), UnorderedElementsAre("broker 0 starts", "broker 1 starts"));
  EXPECT_THAT(notes(2, 4), UnorderedElementsAre("worker 0 starts", "worker 1 starts"));
  EXPECT_THAT(notes(4, 5), ElementsAre("ready"));
  EXPECT_THAT(notes(5, 7), UnorderedElementsAre("worker 0 exits", "worker 1 exits"));
}

TEST_F(MasterTest, WhatDiesIsStartedAgain) {
  for (const std::string victim : {"worker 1", "broker 0"}) {
    notes_.clear();
    ASSERT_TRUE(run([&](MasterCore& master) {
      on_start_ = [&](const std::string& process, bool respawn) {
        EXPECT_EQ(process, victim);
        EXPECT_TRUE(respawn);
        master.shutdown();
      };
      kill(victim);
    }));
    on_start_ = nullptr;
    EXPECT_TRUE(noted(victim + " killed"));
    EXPECT_TRUE(noted(victim + " starts again"));
  }
}

TEST_F(MasterTest, WhatDiesTooOftenEndsTheInstance) {
  options_.restart_budget = 2;
  let("worker 1", "die");
  const base::Status status = run([](MasterCore& /*master*/) {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text,
            "worker 1 has ended more than 2 times within a minute (option restartBudget); the last "
            "one was killed by SIGKILL");
  EXPECT_EQ(std::count(notes_.begin(), notes_.end(), "worker 1 starts again"), 2);
}

TEST_F(MasterTest, WithoutRebootTheLastWorkerEndsTheInstance) {
  options_.reboot_worker_on_crash = false;
  let("worker 0", "die");
  let("worker 1", "die");
  const base::Status status = run([](MasterCore& /*master*/) {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text, "no worker is left, and rebootWorkerOnCrash is off");
}

TEST_F(MasterTest, AStartThatFailsEndsTheInstance) {
  let("worker 1", "fail");
  const base::Status first = run([](MasterCore& /*master*/) {});
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().text, "cannot serve today");
  let("broker 0", "exit");
  const base::Status second = run([](MasterCore& /*master*/) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text, "broker 0 exited with code 3 before it was ready");
  EXPECT_FALSE(noted("ready"));
}

TEST_F(MasterTest, ReplacedWorkersEndWhenTheirSuccessorsServe) {
  ASSERT_TRUE(run([&](MasterCore& master) {
    notes_.clear();
    master.reload_workers();
    on_start_ = [&](const std::string& process, bool /*respawn*/) {
      if (process == "worker 1") master.shutdown();
    };
  }));
  EXPECT_THAT(notes(0, 3),
              ElementsAre("worker 0 starts again", "worker 0 exits", "worker 1 starts again"));
}

// Looks again and again, and ends the instance when `is_over`.
void watch(MasterCore& master, std::function<bool()> is_over) {
  const auto timer = std::make_shared<Master::TimerId>();
  *timer = master.api().set_interval(std::chrono::milliseconds(1),
                                     [&master, timer, is_over = std::move(is_over)] {
                                       if (!is_over()) return;
                                       master.api().clear_timer(*timer);
                                       master.shutdown();
                                     });
}

TEST_F(MasterTest, ConnectionsAreDealtInTurn) {
  std::vector<std::unique_ptr<Visitor>> visitors;
  ASSERT_TRUE(run([&](MasterCore& master) {
    for (int i = 0; i < 6; ++i) visitors.push_back(std::make_unique<Visitor>(master.port()));
    watch(master, [&] {
      return std::none_of(visitors.begin(), visitors.end(),
                          [](const auto& visitor) { return visitor->host().empty(); });
    });
  }));
  for (std::size_t i = 0; i + 2 < visitors.size(); ++i) {
    EXPECT_EQ(visitors[i]->host(), visitors[i + 2]->host());
    EXPECT_NE(visitors[i]->host(), visitors[i + 1]->host());
  }
}

TEST_F(MasterTest, WhatADeadWorkerHadNotLookedAtGoesToTheOther) {
  let("worker 0", "ignore");
  std::vector<std::unique_ptr<Visitor>> visitors;
  ASSERT_TRUE(run([&](MasterCore& master) {
    for (int i = 0; i < 6; ++i) visitors.push_back(std::make_unique<Visitor>(master.port()));
    watch(master, [&, is_killed = false]() mutable {
      const auto served = std::count_if(visitors.begin(), visitors.end(), [](const auto& visitor) {
        return visitor->host() == "worker 1";
      });
      if (served == 3 && !std::exchange(is_killed, true)) kill("worker 0");
      return served == 6;
    });
  }));
}

}  // namespace
}  // namespace socketcluster::supervisor
