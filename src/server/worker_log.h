// SPDX-License-Identifier: MIT
// The log of a worker, which is also the one place that hears of what handlers of the application
// throw: whoever calls user code catches everything and says so here. What user code may keep
// beyond the worker shares it. Thread rule: writing from any thread, the rest on the loop thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/unique_function.h"

namespace socketcluster::server {

class WorkerLog final : public base::Log, public std::enable_shared_from_this<WorkerLog> {
 public:
  using OnException = base::UniqueFunction<void(const std::string& text)>;

  // `log` must outlive it.
  WorkerLog(base::Log& log, OnException on_exception)
      : log_(log), on_exception_(std::move(on_exception)) {}

  // The worker is gone: nobody is left who could act on an exception.
  void worker_ended() { on_exception_ = nullptr; }
  bool has_worker() const { return static_cast<bool>(on_exception_); }

  void write(base::LogLevel level, std::string_view text) override { log_.write(level, text); }
  // `text` says where it was thrown, and what. A warning; more with `crashWorkerOnError`.
  // REQUIRES: has_worker().
  void user_code_threw(const std::string& text) { on_exception_(text); }

 private:
  base::Log& log_;
  OnException on_exception_;
};

}  // namespace socketcluster::server
