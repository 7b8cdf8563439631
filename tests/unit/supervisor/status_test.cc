// SPDX-License-Identifier: MIT
// Collector, endpoint and query together: a master's side on a loop, the asking program on a thread
// of its own, since it blocks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>

#include "supervisor/socket_directory.h"
#include "supervisor/status_collector.h"
#include "supervisor/status_endpoint.h"
#include "supervisor/status_query.h"

namespace socketcluster::supervisor {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A worker's or broker's end of a control channel.
class FakeChild final : public ipc::ControlHandler {
 public:
  enum class Manner { kAnswers, kFails, kKeepsSilent };

  FakeChild(net::EventLoop& loop, base::Log& log, int fd, Manner manner)
      : manner_(manner), channel_(loop, fd, log, *this) {}

 private:
  void on_control(std::string_view type, const JsonObject& /*message*/,
                  MessageRespond respond) override {
    EXPECT_EQ(type, "status");
    if (manner_ == Manner::kAnswers) respond({{"clients", 3}});
    if (manner_ == Manner::kFails) respond(Error("no figures"));
    kept_ = respond;
  }
  void on_control_closed() override {}

  Manner manner_;
  MessageRespond kept_;
  ipc::ControlChannel channel_;
};

class FakeMaster final : public StatusSource, public ipc::ControlHandler {
 public:
  FakeMaster(net::EventLoop& loop, base::Log& log) : loop_(loop), log_(log) {}

  void add_child(FakeChild::Manner manner) {
    const auto pair = ipc::make_control_pair();
    ASSERT_TRUE(pair) << pair.error().text;
    channels_.push_back(std::make_unique<ipc::ControlChannel>(loop_, pair->first, log_, *this));
    children_.push_back(std::make_unique<FakeChild>(loop_, log_, pair->second, manner));
  }
  void lose_children() { children_.clear(); }
  void forget_channels() { channels_.clear(); }

  JsonObject instance() const override { return {{"appName", "chat"}, {"port", 8000}}; }
  std::vector<WatchedProcess> processes() const override {
    std::vector<WatchedProcess> list{{.role = "master", .pid = ::getpid(), .state = ""}};
    std::uint32_t id = 0;
    for (const auto& channel : channels_) {
      list.push_back({.role = "worker",
                      .id = id++,
                      .pid = ::getpid(),
                      .state = "serving",
                      .restarts = 5,
                      .control = channel.get()});
    }
    return list;
  }

 private:
  void on_control(std::string_view, const JsonObject&, MessageRespond) override {}
  void on_control_closed() override {}

  net::EventLoop& loop_;
  base::Log& log_;
  std::vector<std::unique_ptr<ipc::ControlChannel>> channels_;
  std::vector<std::unique_ptr<FakeChild>> children_;
};

class StatusTest : public testing::Test {
 protected:
  StatusTest() {
    std::string name = testing::TempDir() + "stXXXXXX";
    temporary_ = ::mkdtemp(name.data());
    auto directory = SocketDirectory::create({"", "chat", "/srv/chat", temporary_});
    EXPECT_TRUE(directory) << directory.error().text;
    directory_ = std::make_unique<SocketDirectory>(std::move(*directory));
  }
  ~StatusTest() override {
    directory_.reset();
    std::filesystem::remove_all(temporary_);
  }

  void open_endpoint() {
    const base::Result<int> fd = directory_->listen(kMasterSocket, 8);
    ASSERT_TRUE(fd) << fd.error().text;
    endpoint_ = std::make_unique<StatusEndpoint>(loop_, log_, collector_, *fd);
    ASSERT_TRUE(endpoint_->start());
  }

  StatusAnswers ask(const std::string& app_name = "",
                    milliseconds patience = milliseconds(20'000)) {
    StatusAnswers answers;
    std::atomic<bool> is_over = false;
    std::thread asker([&] {
      answers = ask_for_status({.app_name = app_name,
                                .socket_root = "",
                                .temporary_directory = temporary_,
                                .patience = patience});
      is_over = true;
    });
    while (!is_over) loop_.run_once(milliseconds(1));
    asker.join();
    return answers;
  }

  // The report of a collection.
  JsonObject collect() {
    JsonObject result;
    bool is_over = false;
    collector_.collect([&](const JsonObject& report) {
      result = report;
      is_over = true;
    });
    EXPECT_FALSE(is_over);
    while (!is_over) loop_.run_once(milliseconds(1));
    return result;
  }

  base::NullLog log_;
  net::EventLoop loop_;
  FakeMaster master_{loop_, log_};
  StatusCollector collector_{loop_, master_, milliseconds(1)};
  std::string temporary_;
  std::unique_ptr<SocketDirectory> directory_;
  std::unique_ptr<StatusEndpoint> endpoint_;
};

TEST_F(StatusTest, ReportsTheInstanceAndEachProcess) {
  master_.add_child(FakeChild::Manner::kAnswers);
  const JsonObject report = collect();
  EXPECT_EQ(report.at("appName"), "chat");
  const JsonArray& processes = report.at("processes").as_array();
  ASSERT_EQ(processes.size(), 2U);
  const JsonObject& first = processes[0].as_object();
  EXPECT_EQ(first.at("role"), "master");
  EXPECT_EQ(first.at("pid"), ::getpid());
  EXPECT_GT(first.at("rss").to_number<double>(), 100'000);
  EXPECT_GE(first.at("cpu").to_number<double>(), 0);
  EXPECT_FALSE(first.contains("id"));
  EXPECT_FALSE(first.contains("restarts"));
  const JsonObject& worker = processes[1].as_object();
  EXPECT_EQ(worker.at("id"), 0U);
  EXPECT_EQ(worker.at("state"), "serving");
  EXPECT_EQ(worker.at("restarts"), 5U);
  EXPECT_EQ(worker.at("clients"), 3);
}

TEST_F(StatusTest, ReportsTheMasterAlone) {
  EXPECT_EQ(collect().at("processes").as_array().size(), 1U);
}

TEST_F(StatusTest, DoesWithoutTheFiguresOfAProcessThatHasNone) {
  master_.add_child(FakeChild::Manner::kFails);
  master_.add_child(FakeChild::Manner::kAnswers);
  const JsonArray processes = collect().at("processes").as_array();
  EXPECT_FALSE(processes[1].as_object().contains("clients"));
  EXPECT_EQ(processes[2].as_object().at("clients"), 3);
}

TEST_F(StatusTest, DoesNotWaitForEverForAProcessThatHangs) {
  master_.add_child(FakeChild::Manner::kKeepsSilent);
  const JsonArray processes = collect().at("processes").as_array();
  ASSERT_EQ(processes.size(), 2U);
  EXPECT_TRUE(processes[1].as_object().contains("rss"));
  EXPECT_FALSE(processes[1].as_object().contains("clients"));
}

TEST_F(StatusTest, EndsThoughAProcessEndsBeforeItAnswers) {
  master_.add_child(FakeChild::Manner::kKeepsSilent);
  bool is_over = false;
  collector_.collect([&](const JsonObject&) { is_over = true; });
  loop_.run_once(milliseconds(0));
  master_.lose_children();
  while (!is_over) loop_.run_once(milliseconds(1));
  is_over = false;
  master_.forget_channels();
  master_.add_child(FakeChild::Manner::kKeepsSilent);
  collector_.collect([&](const JsonObject&) { is_over = true; });
  loop_.run_once(milliseconds(0));
  master_.forget_channels();  // which answers nobody
  while (!is_over) loop_.run_once(milliseconds(1));
}

TEST_F(StatusTest, IsAskedOverTheSocketOfTheMaster) {
  master_.add_child(FakeChild::Manner::kAnswers);
  open_endpoint();
  for (int i = 0; i < 3; ++i) {
    const StatusAnswers answers = ask();
    EXPECT_THAT(answers.problems, IsEmpty());
    ASSERT_EQ(answers.reports.size(), 1U);
    EXPECT_EQ(answers.reports[0].at("processes").as_array().size(), 2U);
  }
}

TEST_F(StatusTest, IsThatOfTheApplicationThatIsMeant) {
  open_endpoint();
  EXPECT_EQ(ask("chat").reports.size(), 1U);
  EXPECT_THAT(ask("game").reports, IsEmpty());
}

TEST_F(StatusTest, OfNobodyIsNothing) {
  const StatusAnswers none = ask();
  EXPECT_THAT(none.reports, IsEmpty());
  EXPECT_THAT(none.problems, IsEmpty());
  // Somebody who has died left a socket behind.
  const base::Result<int> fd = directory_->listen(kMasterSocket, 8);
  ASSERT_TRUE(fd);
  ::close(*fd);
  EXPECT_THAT(ask().problems, IsEmpty());
}

TEST_F(StatusTest, TellsOfAMasterThatDoesNotAnswer) {
  const base::Result<int> fd = directory_->listen(kMasterSocket, 8);
  ASSERT_TRUE(fd);
  EXPECT_THAT(ask("", milliseconds(1)).problems, ElementsAre(HasSubstr("does not answer")));
  ::close(*fd);
}

TEST_F(StatusTest, TellsOfAnAnswerThatCannotBeRead) {
  const base::Result<int> fd = directory_->listen(kMasterSocket, 8);
  ASSERT_TRUE(fd);
  net::Acceptor acceptor(loop_, log_, *fd, [](int accepted) {
    EXPECT_EQ(::write(accepted, "{", 1), 1);
    ::close(accepted);
  });
  ASSERT_TRUE(acceptor.start());
  EXPECT_THAT(ask().problems, ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(StatusTest, EndsWithClientsThatWait) {
  master_.add_child(FakeChild::Manner::kKeepsSilent);
  open_endpoint();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory_->socket_path(kMasterSocket);
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  loop_.run_once(milliseconds(10));
  ASSERT_EQ(loop_.connection_count(), 3U);  // both ends of the control channel, and the client
  endpoint_.reset();
  loop_.run_once(milliseconds(0));
  EXPECT_EQ(loop_.connection_count(), 2U);
  ::close(fd);
}

}  // namespace
}  // namespace socketcluster::supervisor
