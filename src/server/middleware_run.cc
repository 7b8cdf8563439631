// SPDX-License-Identifier: MIT
#include "server/middleware_run.h"

#include <exception>
#include <string>
#include <utility>

namespace socketcluster::server {

bool MiddlewareRun::start(MiddlewareRun* run) {
  run->retain();
  run->proceed();
  // Not held by anybody means decided, too: the release below blocks what waits for a dropped next.
  const bool is_held = run->references_ > 1;
  const bool is_decided = run->is_finished_ || !is_held;
  if (is_held) {
    run->kept_log_ = run->log_.shared_from_this();
    run->keep();
  }
  run->release();
  return is_decided;
}

void MiddlewareRun::proceed() {
  while (verdict_.is_allowed && step_ < function_count()) {
    is_decided_ = false;
    is_calling_ = true;
    try {
      call(step_, next_for_step());
    } catch (const std::exception& error) {
      threw(error.what());
    } catch (...) {
      threw("unknown exception");
    }
    // The analyzer does not see that our callers hold a reference.
    is_calling_ = false;       // NOLINT(clang-analyzer-cplusplus.NewDelete)
    if (!is_decided_) return;  // goes on when next is called
    ++step_;
  }
  complete();
}

void MiddlewareRun::threw(const char* text) {
  log_.user_code_threw(std::string("a function of the ") + line_ + " middleware threw: " + text);
  if (!is_decided_) block(step_, Verdict::blocked(Error(text)));
}

void MiddlewareRun::block(std::uint32_t step, Verdict verdict) {
  if (!is_first_decision(step)) return;
  verdict_ = std::move(verdict);
  go_on();
}

// The verdict stays as it is: a run gets to a function only while it is allowed.
void MiddlewareRun::allow(std::uint32_t step) {
  if (is_first_decision(step)) go_on();
}

// Without a worker there is nothing to decide, and the functions that would follow may be gone.
bool MiddlewareRun::is_first_decision(std::uint32_t step) {
  if (!log_.has_worker()) return false;
  if (!is_finished_ && !is_decided_ && step == step_) return true;
  log_.warning(std::string("InvalidActionError: Callback for ") + line_ +
               " middleware was already invoked");
  return false;
}

void MiddlewareRun::go_on() {
  is_decided_ = true;
  if (is_calling_) return;  // proceed() is below us on the stack
  ++step_;
  retain();
  proceed();
  release();
}

void MiddlewareRun::complete() {
  is_finished_ = true;
  if (log_.has_worker()) finish(verdict_);
}

// The last reference of an undecided run is the last copy of a `next` that nobody called.
void MiddlewareRun::release() {
  if (--references_ != 0) return;
  if (!is_finished_) {
    ++references_;
    log_.warning(std::string("a function of the ") + line_ +
                 " middleware line dropped 'next' without calling it; the action is blocked");
    verdict_ = Verdict::blocked(
        Error("InvalidActionError", std::string("The ") + line_ + " middleware did not decide"));
    complete();
    if (--references_ != 0) return;
  }
  delete this;
}

}  // namespace socketcluster::server

namespace socketcluster {

using server::Verdict;

Next::Next(server::MiddlewareRun& run, std::uint32_t step) : run_(&run), step_(step) {
  run_->retain();
}
Next::Next(const Next& other) : run_(other.run_), step_(other.step_) {
  if (run_ != nullptr) run_->retain();
}
Next::Next(Next&& other) noexcept : run_(std::exchange(other.run_, nullptr)), step_(other.step_) {}
Next& Next::operator=(Next other) noexcept {
  std::swap(run_, other.run_);
  std::swap(step_, other.step_);
  return *this;
}
Next::~Next() {
  if (run_ != nullptr) run_->release();
}

void Next::operator()() const {
  run_->allow(step_);
}
void Next::operator()(const Error& error) const {
  run_->block(step_, Verdict::blocked(error));
}
void Next::operator()(const Error& error, int close_code) const {
  Verdict verdict = Verdict::blocked(error);
  verdict.close_code = close_code;
  run_->block(step_, std::move(verdict));
}
void Next::operator()(const Error& error, BadToken bad_token) const {
  Verdict verdict = Verdict::blocked(error);
  verdict.bad_token = bad_token;
  run_->block(step_, std::move(verdict));
}
void Next::block_silently() const {
  run_->block(step_, Verdict::blocked(std::nullopt));
}

}  // namespace socketcluster
