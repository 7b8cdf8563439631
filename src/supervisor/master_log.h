// SPDX-License-Identifier: MIT
// The central log of an instance, as its master writes it: every entry goes on to the console; for
// errors and warnings the master's handlers are told, too.
//
// May be written from any thread; the report is made on that thread.
#pragma once

#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/unique_function.h"

namespace socketcluster::supervisor {

class MasterLog final : public base::Log {
 public:
  // `origin` null: the master itself.
  using Report = base::UniqueFunction<void(const base::LogOrigin* origin, base::LogLevel level,
                                           std::string_view text)>;

  // `console` must outlive it.
  MasterLog(base::Log& console, Report report) : console_(console), report_(std::move(report)) {}

  void write(base::LogLevel level, std::string_view text) override {
    console_.write(level, text);
    report(nullptr, level, text);
  }
  void write_from(const base::LogOrigin& origin, base::LogLevel level,
                  std::string_view text) override {
    console_.write_from(origin, level, text);
    report(&origin, level, text);
  }

 private:
  void report(const base::LogOrigin* origin, base::LogLevel level, std::string_view text) {
    if (level <= base::LogLevel::kWarning) report_(origin, level, text);
  }

  base::Log& console_;
  Report report_;
};

}  // namespace socketcluster::supervisor
