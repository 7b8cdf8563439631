// SPDX-License-Identifier: MIT
// Puts together what all processes of an instance do: what the kernel knows of each, and what
// workers and brokers say when they are asked. One that does not answer in time is reported without
// its own figures.
//
//   {"appName": "chat", "instanceId": "...", "version": "0.1.0", "port": 8000, "processes": [
//     {"role": "master", "pid": 40, "uptime": 12.5, "rss": 9437184, "cpu": 0.3},
//     {"role": "worker", "id": 0, "pid": 42, "state": "serving", "uptime": 12.3, "restarts": 0,
//      "rss": 12582912, "cpu": 1.5, "clients": 10, ...}]}
//
// uptime in seconds, rss in bytes, cpu in percent of one core, rates per second. Rates and cpu are
// those of the last interval (base/rate.h).
//
// Thread rule: loop thread only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <socketcluster/json.h>

#include "base/rate.h"
#include "ipc/control_channel.h"
#include "net/event_loop.h"

namespace socketcluster::supervisor {

struct WatchedProcess {
  std::string role;  // "master", "worker", "broker"
  std::uint32_t id = 0;
  pid_t pid = 0;
  std::string state = {};        // "starting", "serving", "ending"; empty: not told
  std::uint64_t started_ms = 0;  // loop time
  std::uint32_t restarts = 0;
  ipc::ControlChannel* control = nullptr;  // null: is not asked
};

class StatusSource {
 public:
  // What is true of the whole instance.
  virtual JsonObject instance() const = 0;
  // The master first.
  virtual std::vector<WatchedProcess> processes() const = 0;

 protected:
  ~StatusSource() = default;
};

class StatusCollector final : public net::Timer {
 public:
  using Done = std::function<void(const JsonObject& report)>;

  // How long processes have to answer.
  static constexpr std::chrono::milliseconds kPatience{1000};

  // `loop` and `source` must outlive it. cpu is measured over `interval`.
  StatusCollector(net::EventLoop& loop, const StatusSource& source,
                  std::chrono::milliseconds interval);

  // Asks everybody. `done` is called once, unless the collector is destroyed before; never
  // synchronously.
  void collect(Done done);

 private:
  class Round;

  void on_timer() override;
  void arm();
  JsonObject describe(const WatchedProcess& process);

  net::EventLoop& loop_;
  const StatusSource& source_;
  const std::chrono::milliseconds interval_;
  std::map<pid_t, base::Rate> cpu_;
  std::map<std::uint64_t, std::shared_ptr<Round>> rounds_;  // under way
  std::uint64_t last_round_ = 0;
};

}  // namespace socketcluster::supervisor
