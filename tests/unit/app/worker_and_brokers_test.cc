// SPDX-License-Identifier: MIT
// Workers and brokers together, each with its own loop on this thread: what the two sides of the
// connection between them make of each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <socketcluster/worker.h>

#include "auth/token_keys.h"
#include "base/log.h"
#include "base/random.h"
#include "broker_node/broker_core.h"
#include "exchange/sharded_exchange.h"
#include "json/value.h"
#include "server/worker_core.h"

namespace socketcluster {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NoMaster final : public broker_node::MasterPort {
  void send_to_master(const Json& /*data*/, MessageAnswer /*answer*/) override {}
};

class Cluster : public ::testing::Test {
 protected:
  static constexpr std::size_t kBrokers = 2;
  static constexpr std::size_t kWorkers = 2;

  Cluster() {
    std::string pattern = ::testing::TempDir() + "scXXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options_.secret_key = "secret";
    options_.instance_id = "instance";
    for (std::size_t i = 0; i < kBrokers; ++i) {
      paths_.push_back(directory_ + "/b" + std::to_string(i));
      listeners_.push_back(listen_on(paths_[i]));
      brokers_.push_back(make_broker(i, {}));
    }
    for (std::size_t i = 0; i < kWorkers; ++i) workers_.push_back(make_worker(i));
    EXPECT_TRUE(run_until([this] { return ready_ == kWorkers; }));
  }
  ~Cluster() override {
    workers_.clear();
    brokers_.clear();
    for (const int listener : listeners_) ::close(listener);
    for (const std::string& path : paths_) ::unlink(path.c_str());
    ::rmdir(directory_.c_str());
  }

  static int listen_on(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    EXPECT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd, 128), 0);
    return fd;
  }
  std::unique_ptr<broker_node::BrokerCore> make_broker(std::size_t index,
                                                       std::vector<std::uint32_t> awaited) {
    broker_node::BrokerSettings settings;
    settings.id = static_cast<std::uint32_t>(index);
    settings.listen_fd = ::dup(listeners_[index]);
    settings.awaited_workers = std::move(awaited);
    settings.recovery_timeout = std::chrono::hours(1);
    auto broker = std::make_unique<broker_node::BrokerCore>(options_, settings, log_, master_);
    EXPECT_TRUE(broker->start());
    return broker;
  }
  std::unique_ptr<server::WorkerCore> make_worker(std::size_t index) {
    base::SystemRandom random;
    auth::TokenKeyOptions key_options;
    key_options.auth_key = "key";
    auto keys = auth::TokenKeys::load(key_options, random);
    auto worker = std::make_unique<server::WorkerCore>(options_, log_, std::move(*keys));
    auto exchange = std::make_unique<exchange::ShardedExchange>(
        worker->loop(), log_,
        exchange::ExchangeSettings{.paths = paths_,
                                   .secret_key = options_.secret_key,
                                   .worker_id = static_cast<std::uint32_t>(index),
                                   .ack_timeout = std::chrono::hours(1)});
    exchange->when_ready([this] { ++ready_; });
    worker->set_exchange_engine(std::move(exchange));
    return worker;
  }

  Exchange& exchange(std::size_t worker) { return workers_[worker]->api().exchange(); }
  // Notes every message of the channel at this worker; waits until the subscription is confirmed.
  void subscribe(std::size_t worker, const std::string& channel) {
    bool is_done = false;
    exchange(worker).subscribe(
        channel,
        [this, worker, channel](const Json& data) {
          notes_.push_back(std::to_string(worker) + " " + channel + " " + json::to_text(data));
        },
        [&is_done](const std::optional<Error>& error) {
          EXPECT_FALSE(error);
          is_done = true;
        });
    EXPECT_TRUE(run_until([&] { return is_done; }));
  }
  void publish(std::size_t worker, const std::string& channel, const Json& data) {
    exchange(worker).publish(channel, data, [this](const std::optional<Error>& error) {
      ++(error ? failed_ : published_);
    });
  }
  std::string ask(const std::function<void(ValueHandler)>& start) {
    std::string answer;
    start([&answer](const std::optional<Error>& error, const Json& value) {
      answer = error ? "error: " + std::string(error->message()) : json::to_text(value);
    });
    EXPECT_TRUE(run_until([&] { return !answer.empty(); }));
    return answer;
  }

  void turn() {
    for (const auto& worker : workers_) worker->loop().run_once(milliseconds(0));
    for (const auto& broker : brokers_) {
      if (broker != nullptr) broker->loop().run_once(milliseconds(0));
    }
  }
  template <typename Predicate>
  bool run_until(Predicate predicate) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!predicate()) {
      if (std::chrono::steady_clock::now() > end) return false;
      turn();
    }
    return true;
  }

  std::string directory_;
  std::vector<std::string> paths_;
  std::vector<int> listeners_;  // as a master has them, whatever happens to a broker
  Options options_;
  base::NullLog log_;
  NoMaster master_;
  std::vector<std::unique_ptr<broker_node::BrokerCore>> brokers_;
  std::size_t ready_ = 0;
  std::vector<std::string> notes_;
  std::size_t published_ = 0, failed_ = 0;
  std::vector<std::unique_ptr<server::WorkerCore>> workers_;
};

TEST_F(Cluster, AMessageReachesTheSubscribersOfAllWorkersInOneOrder) {
  subscribe(0, "a");
  subscribe(1, "a");
  for (int i = 0; i < 50; ++i) publish(static_cast<std::size_t>(i) % 2, "a", i);
  ASSERT_TRUE(run_until([this] { return published_ == 50 && notes_.size() == 100; }));
  std::vector<std::string> heard[2];
  for (const std::string& note : notes_) heard[note[0] - '0'].push_back(note.substr(1));
  EXPECT_EQ(heard[0], heard[1]);
}

TEST_F(Cluster, ChannelsOfBothBrokersWork) {
  for (int i = 0; i < 20; ++i) subscribe(0, "channel" + std::to_string(i));
  for (int i = 0; i < 20; ++i) publish(1, "channel" + std::to_string(i), i);
  ASSERT_TRUE(run_until([this] { return published_ == 20 && notes_.size() == 20; }));
  EXPECT_GT(brokers_[0]->figures().channels, 0u);
  EXPECT_GT(brokers_[1]->figures().channels, 0u);
  for (int i = 0; i < 20; ++i) exchange(0).unsubscribe("channel" + std::to_string(i));
  EXPECT_TRUE(run_until(
      [this] { return brokers_[0]->figures().channels + brokers_[1]->figures().channels == 0; }));
}

// Nothing that is published while a broker is away, or by the first worker that is back, is lost to
// a worker that comes back last.
TEST_F(Cluster, ARestartedBrokerLosesNothingThatIsPublishedMeanwhile) {
  for (int i = 0; i < 8; ++i) subscribe(1, "channel" + std::to_string(i));
  for (auto& broker : brokers_) broker.reset();
  for (int i = 0; i < 8; ++i) publish(0, "channel" + std::to_string(i), i);
  for (int i = 0; i < 100; ++i) turn();
  EXPECT_THAT(notes_, IsEmpty());
  // Those that found the connection still open have failed; the others wait.
  const std::size_t failed = failed_;
  for (std::size_t i = 0; i < kBrokers; ++i) brokers_[i] = make_broker(i, {0, 1});
  ASSERT_TRUE(run_until([&] { return published_ + failed_ == 8 && notes_.size() == published_; }));
  EXPECT_EQ(failed_, failed);
  notes_.clear();
  for (int i = 0; i < 8; ++i) publish(0, "channel" + std::to_string(i), i);
  ASSERT_TRUE(run_until([this] { return notes_.size() == 8; }));
}

TEST_F(Cluster, WorkersShareTheStoreOfTheBrokers) {
  for (int i = 0; i < 10; ++i) {
    const std::string name = "key" + std::to_string(i);
    ask([&](ValueHandler done) { exchange(0).set({name, "n"}, i, std::move(done)); });
    EXPECT_EQ(ask([&](ValueHandler done) {
                exchange(1).get({name, "n"}, std::move(done));
              }),
              std::to_string(i));
  }
  EXPECT_GT(brokers_[0]->figures().data_bytes, 0u);
  EXPECT_GT(brokers_[1]->figures().data_bytes, 0u);
  const std::string all = ask([&](ValueHandler done) { exchange(1).get_all(std::move(done)); });
  EXPECT_EQ(json::parse_json(all)->as_object().size(), 10u);
  ask([&](ValueHandler done) { exchange(0).remove_all(std::move(done)); });
  EXPECT_EQ(ask([&](ValueHandler done) { exchange(1).get_all(std::move(done)); }), "{}");
}

TEST_F(Cluster, ControllersAnswerMessagesAndCalls) {
  for (std::size_t i = 0; i < kBrokers; ++i) {
    brokers_[i]->api().on_message([i](const Json& data, const MessageRespond& respond) {
      respond(Json(json::to_text(data) + " at " + std::to_string(i)));
    });
    brokers_[i]->api().procedure(
        "where", [i](const Json&, const MessageRespond& respond) { respond(Json(i)); });
  }
  EXPECT_EQ(ask([&](ValueHandler done) { exchange(0).send(5, std::move(done)); }),
            R"(["5 at 0","5 at 1"])");
  EXPECT_EQ(ask([&](ValueHandler done) { exchange(1).run("where", nullptr, 1, std::move(done)); }),
            "1");
  EXPECT_EQ(ask([&](ValueHandler done) { exchange(1).run("what", nullptr, std::move(done)); }),
            "error: The broker has no procedure 'what'");
}

}  // namespace
}  // namespace socketcluster
