// SPDX-License-Identifier: MIT
// What a publish costs a broker process: one worker sends batches, others are subscribed. The time
// is the CPU time of the broker's loop alone; the workers' ends are served between its iterations.
//
// Arguments: publishes in a batch, subscribed workers, bytes of data.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "broker/frames.h"
#include "broker_node/broker_core.h"

namespace socketcluster::broker_node {
namespace {

class NoMaster final : public MasterPort {
 public:
  void send_to_master(const Json& /*data*/, MessageAnswer /*answer*/) override {}
};

double thread_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

class Bench {
 public:
  Bench() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sc_bench_XXXXXX").string();
    SC_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    address_.sun_family = AF_UNIX;
    (directory_ + "/b0").copy(address_.sun_path, sizeof address_.sun_path - 1);
    BrokerSettings settings;
    settings.listen_fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    SC_ASSERT(::bind(settings.listen_fd, generic_address(), sizeof address_) == 0);
    SC_ASSERT(::listen(settings.listen_fd, 128) == 0);
    Options options;
    options.secret_key = "secret";
    core_ = std::make_unique<BrokerCore>(options, settings, log_, master_);
    SC_ASSERT(core_->start());
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() {
    core_.reset();
    for (const int fd : workers_) ::close(fd);
    std::filesystem::remove_all(directory_);
  }

  int add_worker(bool subscribes) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    SC_ASSERT(::connect(fd, generic_address(), sizeof address_) == 0);
    workers_.push_back(fd);
    std::string hello;
    broker::append_hello(hello, static_cast<std::uint32_t>(workers_.size()), "secret");
    if (subscribes) broker::append_subscribe(hello, "news");
    broker::append_ready(hello);
    send(fd, hello);
    for (int i = 0; i < 4; ++i) turn();
    read_all();
    return fd;
  }
  static void send(int fd, const std::string& bytes) {
    SC_ASSERT(::send(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }
  void turn() { core_->loop().run_once(std::chrono::milliseconds(0)); }
  std::size_t read_all() {
    std::size_t all = 0;
    for (const int fd : workers_) {
      for (ssize_t size = 1; size > 0;) {
        size = ::recv(fd, buffer_.data(), buffer_.size(), 0);
        if (size > 0) all += static_cast<std::size_t>(size);
      }
    }
    return all;
  }

 private:
  const sockaddr* generic_address() const { return reinterpret_cast<const sockaddr*>(&address_); }

  std::string directory_;
  sockaddr_un address_{};
  base::NullLog log_;
  NoMaster master_;
  std::unique_ptr<BrokerCore> core_;
  std::vector<int> workers_;
  std::array<char, 262144> buffer_;
};

void publish(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto subscribers = static_cast<std::size_t>(state.range(1));
  const std::string data = '"' + std::string(static_cast<std::size_t>(state.range(2)), 'x') + '"';
  Bench bench;
  for (std::size_t i = 0; i < subscribers; ++i) bench.add_worker(true);
  const int publisher = bench.add_worker(false);
  std::string publishes;
  for (std::size_t i = 0; i < batch; ++i) broker::append_publish(publishes, "news", data);
  const std::size_t expected =
      subscribers * publishes.size() + broker::kFrameHeadBytes + sizeof(std::uint64_t);
  for (auto _ : state) {
    Bench::send(publisher, publishes);
    const double start = thread_seconds();
    bench.turn();
    state.SetIterationTime(thread_seconds() - start);
    SC_ASSERT(bench.read_all() == expected);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(publish)
    ->ArgNames({"batch", "workers", "bytes"})
    ->Args({1, 2, 100})
    ->Args({64, 1, 100})
    ->Args({64, 2, 100})
    ->Args({64, 4, 100})
    ->Args({64, 2, 1000})
    ->UseManualTime();

}  // namespace
}  // namespace socketcluster::broker_node
