// SPDX-License-Identifier: MIT
// Expected failures are values: Result<T> holds a T or a Failure, Status only says whether it
// worked. The names are those of std::expected, so that an alias can replace the class one day.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace socketcluster::base {

// Why an operation did not work, in words for people: names the cause and, where there is one, the
// remedy.
struct Failure {
  std::string text;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: has_value().
  T& operator*() {
    SC_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& operator*() const {
    SC_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

  // REQUIRES: !has_value().
  const Failure& error() const {
    SC_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Failure> state_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Failure failure)
      : failure_(std::move(failure)), ok_(false) {}  // NOLINT: implicit by design

  static Status ok() { return {}; }
  bool has_value() const { return ok_; }
  explicit operator bool() const { return ok_; }
  // REQUIRES: !has_value().
  const Failure& error() const {
    SC_ASSERT(!ok_);
    return failure_;
  }

 private:
  Failure failure_;
  bool ok_ = true;
};

}  // namespace socketcluster::base
