// SPDX-License-Identifier: MIT
// The result of Worker::run_blocking(), and what stands behind a call of it.
//
//   worker.run_blocking([name] { return hash_slowly(name); },
//                       [reply](sc::BlockingResult<std::string> hash) {
//                         if (!hash) return reply.text(500, "no hash");
//                         reply.text(*hash);
//                       });
//
// Plain values; no thread rule. See Worker::run_blocking() for what runs where.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <socketcluster/handler.h>

namespace socketcluster {

// What `work` has returned, or the text of its exception, or why it did not run at all.
template <typename T>
class BlockingResult {
 public:
  // std::monostate for work that returns nothing.
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  static BlockingResult success(Value value) {
    BlockingResult result;
    result.value_.emplace(std::move(value));
    return result;
  }
  static BlockingResult failure(const std::string& text) {
    BlockingResult result;
    result.error_ = text;
    return result;
  }

  bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return has_value(); }
  // REQUIRES: has_value().
  Value& operator*() { return *value_; }
  const Value& operator*() const { return *value_; }
  Value* operator->() { return &*value_; }
  const Value* operator->() const { return &*value_; }
  // "" when has_value().
  const std::string& error() const { return error_; }

 private:
  BlockingResult() = default;
  std::optional<Value> value_;
  std::string error_;
};

// One piece of work, without its types. Made and destroyed on the loop thread.
class BlockingJob {
 public:
  BlockingJob(const BlockingJob&) = delete;
  BlockingJob& operator=(const BlockingJob&) = delete;
  virtual ~BlockingJob() = default;
  // On a thread of the pool.
  virtual void work() noexcept = 0;
  // Instead of work(), on the loop thread.
  virtual void refuse(const std::string& reason) = 0;
  // Hands over the result, on the loop thread; at most once. May throw what user code throws.
  virtual void done() = 0;

 protected:
  BlockingJob() = default;
};

namespace detail {

template <typename Work>
class BlockingCall final : public BlockingJob {
 public:
  using Returned = std::invoke_result_t<Work&>;
  using Result = BlockingResult<Returned>;

  BlockingCall(Work work, Handler<void(Result)> done)
      : work_(std::move(work)), done_(std::move(done)) {}

  void work() noexcept override {
    try {
      if constexpr (std::is_void_v<Returned>) {
        work_();
        result_.emplace(Result::success({}));
      } else {
        result_.emplace(Result::success(work_()));
      }
    } catch (const std::exception& error) {
      result_.emplace(Result::failure(error.what()));
    } catch (...) {
      result_.emplace(Result::failure("unknown exception"));
    }
  }
  void refuse(const std::string& reason) override { result_.emplace(Result::failure(reason)); }
  void done() override {
    if (done_) done_(std::move(*result_));
  }

 private:
  Work work_;
  Handler<void(Result)> done_;
  std::optional<Result> result_;
};

}  // namespace detail
}  // namespace socketcluster
