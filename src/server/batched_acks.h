// SPDX-License-Identifier: MIT
// Acknowledgements of v1 subscriptions with `batch: true`, collected for `pubSubBatchDuration` and
// sent as one array (protocol section 10), or as several when they grow large. Thread rule: loop
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/timer_wheel.h"
#include "protocol/writer.h"
#include "websocket/session.h"

namespace socketcluster::server {

class BatchedAcks final : public net::Timer {
 public:
  explicit BatchedAcks(websocket::Session& session) : session_(session) {}

  bool is_empty() const { return packets_.empty(); }
  void add(std::string_view rid_json) {
    packets_ += packets_.empty() ? '[' : ',';
    const std::size_t size = protocol::response_size(rid_json);
    packets_.resize(packets_.size() + size);
    protocol::write_response(packets_.data() + packets_.size() - size, rid_json);
    if (packets_.size() > kMaxBytes) send();
  }

 private:
  // The client chooses how long its call ids are.
  static constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

  void on_timer() override { send(); }
  void send() {
    cancel();
    packets_ += ']';
    session_.send_text(packets_);
    packets_ = std::string();
  }

  websocket::Session& session_;
  std::string packets_;
};

}  // namespace socketcluster::server
