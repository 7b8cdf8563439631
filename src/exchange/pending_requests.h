// SPDX-License-Identifier: MIT
// Requests that a broker has been sent and has not answered. Thread rule: pure, one thread.
// Callbacks may add others.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "broker/exchange_engine.h"

namespace socketcluster::exchange {

class PendingRequests {
 public:
  using Answer = broker::ExchangeEngine::Answer;

  // REQUIRES: `id` is not there.
  void add(std::uint32_t id, std::string_view action, std::uint64_t deadline_ms, Answer answer);
  bool is_empty() const { return entries_.empty(); }

  // `response_json`: {"value":...} or {"error":"text"}. False when it is neither. One that nobody
  // waits for any more is dropped.
  bool answer(std::uint32_t id, std::string_view response_json);
  void expire(std::uint64_t now_ms);
  // The broker is lost.
  void fail_all();

 private:
  struct Entry {
    std::string action;
    std::uint64_t deadline_ms;
    Answer answer;
  };

  std::map<std::uint32_t, Entry> entries_;
};

}  // namespace socketcluster::exchange
