// SPDX-License-Identifier: MIT
#include "supervisor/status_collector.h"

#include <cmath>
#include <optional>
#include <utility>

#include "supervisor/process_usage.h"

namespace socketcluster::supervisor {
namespace {

constexpr double kMsPerSecond = 1000;
constexpr double kPercentPerMsPerSecond = 100 / kMsPerSecond;

// Figures are for people and graphs: three decimals are plenty.
double rounded(double number) {
  return std::round(number * 1000) / 1000;
}

}  // namespace

// One collection: the report as it grows, and how many answers are missing.
class StatusCollector::Round final : public net::Timer, public std::enable_shared_from_this<Round> {
 public:
  Round(JsonObject report, Done done) : report_(std::move(report)), done_(std::move(done)) {}

  void set_missing(std::size_t count, std::function<void()> over) {
    missing_ = count;
    over_ = std::move(over);
  }
  void take(std::size_t index, const std::optional<Error>& error, const Json& figures) {
    if (!error && figures.is_object()) {
      JsonObject& process = report_.at("processes").as_array()[index].as_object();
      for (const auto& [name, value] : figures.as_object()) process.insert_or_assign(name, value);
    }
    if (--missing_ == 0) finish();
  }
  void finish() {
    cancel();
    const Done done = std::exchange(done_, nullptr);
    if (done == nullptr) return;
    const auto keep = shared_from_this();
    over_();  // takes this out of the collector
    done(report_);
  }

 private:
  void on_timer() override { finish(); }

  JsonObject report_;
  Done done_;
  std::function<void()> over_;
  std::size_t missing_ = 0;
};

StatusCollector::StatusCollector(net::EventLoop& loop, const StatusSource& source,
                                 std::chrono::milliseconds interval)
    : loop_(loop), source_(source), interval_(interval) {
  arm();
}

void StatusCollector::arm() {
  loop_.timers().arm(*this, loop_.now_ms() + static_cast<std::uint64_t>(interval_.count()));
}

void StatusCollector::on_timer() {
  std::map<pid_t, base::Rate> measured;
  for (const WatchedProcess& process : source_.processes()) {
    const std::optional<ProcessUsage> usage = process_usage(process.pid);
    if (!usage) continue;
    const auto known = cpu_.find(process.pid);
    base::Rate rate = known != cpu_.end() ? known->second : base::Rate(process.started_ms);
    rate.end_interval(usage->cpu_ms, loop_.now_ms());
    measured.emplace(process.pid, rate);
  }
  cpu_ = std::move(measured);
  arm();
}

JsonObject StatusCollector::describe(const WatchedProcess& process) {
  JsonObject object{{"role", process.role}};
  const bool is_child = process.role != "master";
  if (is_child) object["id"] = process.id;
  object["pid"] = process.pid;
  if (!process.state.empty()) object["state"] = process.state;
  const std::uint64_t age = loop_.now_ms() - process.started_ms;
  object["uptime"] = static_cast<double>(age) / kMsPerSecond;
  if (is_child) object["restarts"] = process.restarts;
  const std::optional<ProcessUsage> usage = process_usage(process.pid);
  if (!usage) return object;
  object["rss"] = usage->rss_bytes;
  const auto known = cpu_.find(process.pid);
  const base::Rate rate = known != cpu_.end() ? known->second : base::Rate(process.started_ms);
  object["cpu"] = rounded(rate.per_second(usage->cpu_ms, loop_.now_ms()) * kPercentPerMsPerSecond);
  return object;
}

void StatusCollector::collect(Done done) {
  const std::vector<WatchedProcess> processes = source_.processes();
  JsonObject report = source_.instance();
  JsonArray list;
  for (const WatchedProcess& process : processes) list.emplace_back(describe(process));
  report["processes"] = std::move(list);
  auto round = std::make_shared<Round>(std::move(report), std::move(done));
  const std::uint64_t number = ++last_round_;
  rounds_.emplace(number, round);
  std::size_t asked = 0;
  for (const WatchedProcess& process : processes) asked += process.control != nullptr ? 1 : 0;
  // One more than are asked: the round itself, so that it does not end in here.
  round->set_missing(asked + 1, [this, number] { rounds_.erase(number); });
  for (std::size_t index = 0; index < processes.size(); ++index) {
    if (processes[index].control == nullptr) continue;
    processes[index].control->request({{"type", "status"}}, kPatience,
                                      [weak = std::weak_ptr<Round>(round), index](
                                          const std::optional<Error>& error, const Json& figures) {
                                        if (const auto keep = weak.lock())
                                          keep->take(index, error, figures);
                                      });
  }
  // A process that ends may leave the question without any answer.
  loop_.timers().arm(*round, loop_.now_ms() + 2 * static_cast<std::uint64_t>(kPatience.count()));
  loop_.defer([weak = std::weak_ptr<Round>(round)] {
    if (const auto keep = weak.lock()) keep->take(0, Error("not asked"), Json());
  });
}

}  // namespace socketcluster::supervisor
