// SPDX-License-Identifier: MIT
// Packets that are collected and sent as one array (protocol section 10): in v1 the
// acknowledgements of subscriptions with `batch: true`, in v2 everything during the first moments
// of a socket. Thread rule: loop thread. Lifetime: a part of its ClientSocket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_function.h"
#include "net/timer_wheel.h"

namespace socketcluster::server {

class PacketBatch final : public net::Timer {
 public:
  using Send = base::UniqueFunction<void(std::string_view packets_json)>;

  PacketBatch(net::TimerWheel& timers, Send send) : timers_(timers), send_(std::move(send)) {}

  // Sends what is collected at `first_ms`, and again every `interval_ms` until `until_ms` (0:
  // once).
  void start(std::uint64_t first_ms, std::uint64_t interval_ms, std::uint64_t until_ms) {
    interval_ms_ = interval_ms;
    until_ms_ = until_ms;
    timers_.arm(*this, first_ms);
  }
  // Whether all packets of the socket go through here at the moment.
  bool takes_everything() const { return until_ms_ != 0; }

  void add(std::string_view packet_json) {
    packets_ += packets_.empty() ? '[' : ',';
    packets_ += packet_json;
    if (packets_.size() > kMaxBytes) send();  // the client chooses how long its call ids are
  }

 private:
  static constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

  void on_timer() override {
    const std::uint64_t next_ms = deadline_ms() + interval_ms_;
    if (until_ms_ != 0 && next_ms <= until_ms_) {
      timers_.arm(*this, next_ms);
    } else {
      until_ms_ = 0;
    }
    if (!packets_.empty()) send();
  }

  void send() {
    packets_ += ']';
    const std::string packets = std::move(packets_);
    packets_ = std::string();
    send_(packets);
  }

  net::TimerWheel& timers_;
  Send send_;
  std::string packets_;
  std::uint64_t interval_ms_ = 0;
  std::uint64_t until_ms_ = 0;
};

}  // namespace socketcluster::server
