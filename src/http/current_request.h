// SPDX-License-Identifier: MIT
// The request that an HttpConnection reads or answers. Private to http_connection.cc and
// pushed_body.cc. Thread rule: loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "http/http_connection.h"
#include "http/request_parser.h"

namespace socketcluster::http {

struct HttpConnection::Current {
  // kStreaming: `body` is read as the peer takes it; kPushing: a BodyWriter writes it.
  enum class Phase { kReading, kAwaiting, kStreaming, kPushing, kDone };

  // What a BodyWriter has written and the window did not take yet.
  struct Pushed {
    explicit Pushed(StreamObserver to_tell) : observer(std::move(to_tell)) {}
    std::size_t waiting() const { return bytes.size() - sent; }
    // Amortised: the front goes when it is at least half of the whole.
    void forget_sent() {
      if (sent * 2 < bytes.size()) return;
      bytes.erase(0, sent);
      sent = 0;
    }

    StreamObserver observer;
    std::string bytes;  // in the framing of the wire
    std::size_t sent = 0;
    Framing framing = Framing::kLength;
    bool is_silent = false;   // HEAD, 204 and 304: nothing goes out
    bool is_endless = false;  // text/event-stream
    bool is_ended = false;
    bool wants_drain = false;
  };

  // For the observer, if there is one. Told once, when the answer is over.
  struct Record {
    net::EventLoop& loop;
    std::string peer;
    std::uint64_t begun_ms;
    std::uint64_t body_bytes = 0;
    int status = AccessRecord::kGone;
  };

  explicit Current(const RequestLimits& limits) : parser(limits) {}
  void count_body(std::size_t size) {
    if (record != nullptr) record->body_bytes += size;
  }

  RequestParser parser;
  std::unique_ptr<BodySource> body;
  std::unique_ptr<Pushed> pushed;
  std::unique_ptr<Record> record;
  std::size_t body_progress = kBodyProgress;  // bytes since the timer was armed
  std::uint64_t remaining = 0;                // of the body, when its length is known
  Phase phase = Phase::kReading;
  bool keep_alive = false;  // after the response
  std::span<char> rest;     // behind the request; valid inside the handler's call
};

}  // namespace socketcluster::http
