// SPDX-License-Identifier: MIT
// The log of a worker, which is also the one place that hears of what handlers of the application
// throw: whoever calls user code catches everything and says so here. Thread rule: writing from any
// thread, user_code_threw() on the loop thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/unique_function.h"

namespace socketcluster::server {

class WorkerLog final : public base::Log {
 public:
  using OnException = base::UniqueFunction<void(const std::string& text)>;

  // `log` must outlive it.
  WorkerLog(base::Log& log, OnException on_exception)
      : log_(log), on_exception_(std::move(on_exception)) {}

  // Where it all goes; for what may have to say something when the worker is gone.
  base::Log& target() const { return log_; }

  void write(base::LogLevel level, std::string_view text) override { log_.write(level, text); }
  // `text` says where it was thrown, and what. A warning; more with `crashWorkerOnError`.
  void user_code_threw(const std::string& text) { on_exception_(text); }

 private:
  base::Log& log_;
  OnException on_exception_;
};

}  // namespace socketcluster::server
