// SPDX-License-Identifier: MIT
// MiddlewareRun: one action on its way through the functions of a line. Calls one function after
// the other, in a loop, never recursively, for as long as each decides at once; otherwise the run
// waits, owned by the copies of `next` that user code holds, and goes on when one of them is
// called.
//
//   start() -> call(0) -> next() -> call(1) -> ... -> finish(verdict)       exactly once
//
// A function that drops every `next` uncalled is reported and blocks the action. When the worker is
// gone, a `next` that is still kept does nothing. References are counted, not atomic. Thread rule:
// loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <socketcluster/error.h>
#include <socketcluster/middleware.h>

#include "server/worker_log.h"

namespace socketcluster::server {

// What a line has decided about an action.
struct Verdict {
  bool is_allowed = true;
  bool is_silent = false;
  std::optional<Error> error;     // set when blocked, unless silent
  std::optional<int> close_code;  // handshake line
  BadToken bad_token = BadToken::kNo;

  static Verdict blocked(std::optional<Error> reason) {
    Verdict verdict;
    verdict.is_allowed = false;
    verdict.is_silent = !reason;
    verdict.error = std::move(reason);
    return verdict;
  }
};

class MiddlewareRun {
 public:
  MiddlewareRun(const MiddlewareRun&) = delete;
  MiddlewareRun& operator=(const MiddlewareRun&) = delete;

  // Runs the line for a new object, which owns itself from then on. Returns whether the decision
  // has been made.
  static bool start(MiddlewareRun* run);

  void retain() { ++references_; }
  void release();

  // Called by Next: the function of `step` lets the action pass, or blocks it.
  void allow(std::uint32_t step);
  void block(std::uint32_t step, Verdict verdict);

 protected:
  // `line` is its name in texts: "subscribe". A literal.
  MiddlewareRun(const char* line, WorkerLog& log) : line_(line), log_(log) {}
  virtual ~MiddlewareRun() = default;

  virtual std::size_t function_count() const = 0;
  virtual void call(std::size_t index, Next next) = 0;
  // start() returns, but somebody holds on to the run: copies what belongs to the caller.
  virtual void keep() {}
  // The line's decision. May run inside of start() or long after it.
  virtual void finish(const Verdict& verdict) = 0;

 private:
  bool is_first_decision(std::uint32_t step);
  void go_on();
  void proceed();
  void threw(const char* text);
  void complete();
  Next next_for_step() { return Next(*this, step_); }

  const char* line_;
  WorkerLog& log_;
  std::shared_ptr<WorkerLog> kept_log_;  // when user code holds the run, perhaps beyond the worker
  std::uint32_t references_ = 0;
  std::uint32_t step_ = 0;
  bool is_decided_ = false;  // the function of this step has called next
  bool is_calling_ = false;
  bool is_finished_ = false;
  Verdict verdict_;
};

}  // namespace socketcluster::server
