// SPDX-License-Identifier: MIT
// A live dashboard: the server measures itself every second and publishes the sample to the channel
// `metrics`. Who connects is sent the last minute at once.
#include <chrono>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <memory>

#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

namespace {

constexpr std::size_t kHistoryLength = 60;

class Metrics {
 public:
  explicit Metrics(sc::Server& server) : server_(server) {}

  void count_event() { ++events_; }

  // Measures the time since the last call.
  void take_sample() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - taken_at_).count();
    const std::clock_t cpu = std::clock();
    const double cpu_seconds = static_cast<double>(cpu - cpu_) / CLOCKS_PER_SEC;
    history_.push_back({{"clients", server_.clients_count()},
                        {"eventsPerSecond", static_cast<double>(events_) / seconds},
                        {"cpuPercent", 100 * cpu_seconds / seconds},
                        {"memoryMiB", memory_mib()}});
    if (history_.size() > kHistoryLength) history_.erase(history_.begin());
    taken_at_ = now;
    cpu_ = cpu;
    events_ = 0;
  }

  const sc::Json& latest() const { return history_.back(); }
  const sc::JsonArray& history() const { return history_; }

 private:
  // Resident memory of this process; Linux only.
  static double memory_mib() {
    std::ifstream statm("/proc/self/statm");
    double pages = 0;
    double resident = 0;
    statm >> pages >> resident;
    return resident * 4096 / (1024 * 1024);
  }

  sc::Server& server_;
  sc::JsonArray history_;
  std::chrono::steady_clock::time_point taken_at_ = std::chrono::steady_clock::now();
  std::clock_t cpu_ = std::clock();
  std::size_t events_ = 0;
};

void run_worker(sc::Worker& worker) {
  if (worker.options().public_directory.empty())
    worker.http().serve_static(EXAMPLE_PUBLIC_DIRECTORY);

  sc::Server& server = worker.server();
  const auto metrics = std::make_shared<Metrics>(server);

  server.on_connection(
      [metrics](sc::Socket& socket) { socket.emit("history", metrics->history()); });
  // The page's button sends these, so that there is something to see.
  server.on("work", [metrics](sc::Socket&, const sc::Json&, const sc::Respond& respond) {
    metrics->count_event();
    respond();
  });
  server.use(sc::Line::kPublishIn, [](sc::PublishInRequest&, const sc::Next& next) {
    next(sc::Error("ReadOnlyError", "Only the server publishes here"));
  });
  worker.set_interval(std::chrono::seconds(1), [metrics, &server] {
    metrics->take_sample();
    server.exchange().publish("metrics", metrics->latest());
  });
}

}  // namespace

int main(int argc, char** argv) {
  return sc::run(argc, argv, {.worker = run_worker});
}
