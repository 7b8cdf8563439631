// SPDX-License-Identifier: MIT
// What is told of each request when its answer is over, for an access log. Thread rule: loop
// thread.
#pragma once

#include <cstdint>
#include <string>

#include "http/request.h"

namespace socketcluster::http {

struct AccessRecord {
  const Request* request;     // null: it could not be read
  const std::string& peer;    // address that the connection came from
  int status;                 // kGone: the client went before it was answered
  std::uint64_t body_bytes;   // handed to the connection
  std::uint64_t duration_ms;  // from the complete request to the end of its answer

  static constexpr int kGone = 499;  // as nginx has it
};

class AccessObserver {
 public:
  // All of `record` is valid for this call only. Must not answer or close anything.
  virtual void on_answered(const AccessRecord& record) = 0;

 protected:
  ~AccessObserver() = default;
};

}  // namespace socketcluster::http
