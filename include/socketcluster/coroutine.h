// SPDX-License-Identifier: MIT
// Coroutines beside callbacks: a handler that returns Task may wait for answers, time and slow work
// in the middle of its code. Every handler of this library may be one (see handler.h).
//
//   socket.on("order", [&worker, socket](sc::Json data, sc::Respond respond) -> sc::Task {
//     auto stored = co_await sc::run_blocking(worker, [data] { return store(data); });
//     if (!stored) co_return respond(sc::Error(stored.error()));
//     auto sure = co_await sc::emit(socket, "confirm", data);
//     respond(sc::Json(!sure.error));
//   });
//
// Lifetime. Until a Task that a handler has returned ends, the handler's callable with its captures
// is kept alive, even if it is replaced meanwhile, and so is what it was given: parameters may be
// taken by value or by const reference, a Socket& as it is, a middleware's request as long as the
// middleware rules say. What is captured by reference, and the references given to a coroutine that
// is started by hand (`start()`), are the application's own responsibility: whenever a Task waits,
// everything else goes on. Capture a Socket by value; a Worker& is good for ever.
//
// End. When what a Task waits for can never come, because the worker ends, the Task is destroyed
// where it waits: its local objects are destroyed, nothing after the `co_await` runs. A socket that
// is closed is no such case: the wait ends with an error.
//
// Exceptions. They leave a Task as they leave other handlers: a warning in the log, and an answer
// with the error (500 for HTTP) if the handler was given a Respond or HttpReply that has not been
// answered yet.
//
// GCC 12 cannot compile a braced JSON list inside of a co_await expression ("array used as
// initializer"): give it a variable of its own.
//
// Thread rule: the worker's loop thread only. Needs C++20 coroutines; without them the header is
// empty.
#pragma once

#if __has_include(<coroutine>)
#include <coroutine>
#endif

#if defined(__cpp_lib_coroutine)

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <socketcluster/error.h>
#include <socketcluster/exchange.h>
#include <socketcluster/handler.h>
#include <socketcluster/json.h>
#include <socketcluster/socket.h>
#include <socketcluster/worker.h>

namespace socketcluster {

namespace detail {
class AwaiterBase {};
template <typename T>
class Waiter;
}  // namespace detail

// What a coroutine of this library returns. Handlers return it; elsewhere call start(). A Task that
// is not started does nothing.
class [[nodiscard]] Task {
 public:
  class promise_type;  // NOLINT(readability-identifier-naming): named by the standard
  using StartedByHandler = void;

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  // Runs it until it waits for the first time; it goes on by itself. Throws what leaves it before;
  // what leaves it later is a warning. `kept` lives as long as the coroutine.
  void start(std::shared_ptr<detail::KeptCall> kept = nullptr);

 private:
  template <typename T>
  friend class detail::Waiter;
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  static void run(std::coroutine_handle<promise_type> frame);
  // The same behind a wait.
  static void go_on(std::coroutine_handle<promise_type> frame);

  std::coroutine_handle<promise_type> frame_;  // null once it was started: it then owns itself
};

class Task::promise_type {  // NOLINT(readability-identifier-naming): named by the standard
 public:
  Task get_return_object() {
    return Task(std::coroutine_handle<promise_type>::from_promise(*this));
  }
  std::suspend_always initial_suspend() noexcept { return {}; }
  std::suspend_never final_suspend() noexcept { return {}; }
  void return_void() {}
  // The frame is about to be destroyed: the exception goes to who is running it.
  void unhandled_exception() noexcept {
    *escaped_ = std::current_exception();
    if (kept_ == nullptr || !has_waited_) return;
    try {
      throw;
    } catch (const std::exception& error) {
      tell_failed(error.what());
    } catch (...) {
      tell_failed("unknown exception");
    }
  }

  template <typename Awaitable>
  Awaitable&& await_transform(Awaitable&& awaitable) {
    static_assert(std::is_base_of_v<detail::AwaiterBase, std::remove_cvref_t<Awaitable>>,
                  "a Task can wait for the functions of coroutine.h; see wait_for()");
    return std::forward<Awaitable>(awaitable);
  }

 private:
  friend class Task;
  void tell_failed(const std::string& text) noexcept {
    try {
      kept_->failed(text);
    } catch (...) {  // the first exception is the one to be reported
    }
  }

  std::exception_ptr* escaped_ = nullptr;  // of Task::run(), while it is running
  std::shared_ptr<detail::KeptCall> kept_;
  bool has_waited_ = false;
};

inline void Task::start(std::shared_ptr<detail::KeptCall> kept) {
  if (!frame_) return;
  frame_.promise().kept_ = std::move(kept);
  run(std::exchange(frame_, nullptr));
}

inline void Task::run(std::coroutine_handle<promise_type> frame) {
  std::exception_ptr escaped;
  frame.promise().escaped_ = &escaped;
  frame.resume();  // the frame may be gone afterwards
  if (escaped) std::rethrow_exception(escaped);
}

inline void Task::go_on(std::coroutine_handle<promise_type> frame) {
  frame.promise().has_waited_ = true;
  run(frame);
}

namespace detail {

// A Task that waits for a T, shared by the copies of the callback that will bring it. When the last
// of them is gone without having been called, the Task is destroyed.
template <typename T>
class Waiter {
 public:
  Waiter(std::coroutine_handle<Task::promise_type> frame, std::optional<T>& result)
      : frame_(frame), result_(result) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (frame_) frame_.destroy();
  }

  // Later calls have no effect.
  void complete(T value) {
    if (!frame_) return;
    result_.emplace(std::move(value));
    const auto frame = std::exchange(frame_, nullptr);
    if (!is_starting_) Task::go_on(frame);
  }
  // The operation has been started. False: its result is there already.
  bool begin() {
    is_starting_ = false;
    return static_cast<bool>(frame_);
  }
  void forget() { frame_ = nullptr; }

 private:
  std::coroutine_handle<Task::promise_type> frame_;  // null: it does not wait any more
  std::optional<T>& result_;                         // in the frame
  bool is_starting_ = true;
};

template <typename T, typename Start>
class [[nodiscard]] Awaiter : public AwaiterBase {
 public:
  explicit Awaiter(Start start) : start_(std::move(start)) {}

  bool await_ready() const noexcept { return false; }
  // Not inlined: its local objects must not lie in the frame, which may be gone when it returns.
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<Task::promise_type> frame) {
    auto waiter = std::make_shared<Waiter<T>>(frame, result_);
    try {
      start_([waiter](T value) { waiter->complete(std::move(value)); });
    } catch (...) {
      waiter->forget();
      throw;
    }
    return waiter->begin();
  }
  T await_resume() { return std::move(*result_); }

 private:
  Start start_;
  std::optional<T> result_;
};

}  // namespace detail

// ---- What a Task can wait for ----

// Anything that calls back with a T: `start` is called with a copyable callable and hands it on.
//
//   int answer = co_await sc::wait_for<int>([&](auto done) { ask([done](int x) { done(x); }); });
template <typename T, typename Start>
detail::Awaiter<T, Start> wait_for(Start start) {
  return detail::Awaiter<T, Start>(std::move(start));
}

// The answer of a client (see AckHandler for the errors) or of a broker.
struct Answer {
  std::optional<Error> error;
  Json data;
  explicit operator bool() const { return !error; }
};

inline auto emit(const Socket& socket, std::string_view event, Json data = nullptr) {
  return wait_for<Answer>(
      [socket = socket, event = std::string(event), data = std::move(data)](auto done) mutable {
        socket.emit(event, data, [done](const std::optional<Error>& error, const Json& answer) {
          done(Answer{error, answer});
        });
      });
}

// What the brokers answer; `start` is given the handler and passes it on. See DataStore for errors.
//
//   auto room = co_await sc::answer_of([&](auto done) { exchange.get("room", done); });
template <typename Start>
auto answer_of(Start start) {
  return wait_for<Answer>([start = std::move(start)](auto done) mutable {
    start(ValueHandler([done](const std::optional<Error>& error, const Json& value) {
      done(Answer{error, value});
    }));
  });
}

// Nothing, or why the message may not have reached everybody; see Exchange::publish().
inline auto publish(Exchange& exchange, std::string_view channel, Json data) {
  return wait_for<std::optional<Error>>(
      [&exchange, channel = std::string(channel), data = std::move(data)](auto done) {
        exchange.publish(channel, data, [done](const std::optional<Error>& e) { done(e); });
      });
}

// Nothing, or why the client has not confirmed the token; see Socket::set_auth_token().
inline auto set_auth_token(const Socket& socket, Json claims, AuthTokenOptions options = {}) {
  return wait_for<std::optional<Error>>([socket = socket, claims = std::move(claims),
                                         options = std::move(options)](auto done) mutable {
    socket.set_auth_token(claims, options, [done](const std::optional<Error>& e) { done(e); });
  });
}

// See Worker::sign_auth_token(). `token` is "" when there is an error.
struct SignedToken {
  std::optional<Error> error;
  std::string token;
  explicit operator bool() const { return !error; }
};

inline auto sign_auth_token(Worker& worker, JsonObject claims, AuthTokenOptions options = {}) {
  return wait_for<SignedToken>(
      [&worker, claims = std::move(claims), options = std::move(options)](auto done) {
        worker.sign_auth_token(claims, options,
                               [done](const std::optional<Error>& error, const std::string& token) {
                                 done(SignedToken{error, token});
                               });
      });
}

// See Worker::run_blocking(): `work` runs on another thread and must touch nothing of this one.
template <typename Work>
auto run_blocking(Worker& worker, Work work) {
  using Result = BlockingResult<std::invoke_result_t<Work&>>;
  return wait_for<Result>([&worker, work = std::move(work)](auto done) mutable {
    worker.run_blocking(std::move(work), [done](Result result) { done(std::move(result)); });
  });
}

// At least 1 ms.
inline auto sleep(Worker& worker, std::chrono::milliseconds delay) {
  struct Done {};
  return wait_for<Done>(
      [&worker, delay](auto done) { worker.set_timeout(delay, [done] { done(Done{}); }); });
}

// What becomes of an answer that a failed coroutine has left open; found by KeptCallOf.
inline void coroutine_failed(const Respond& respond, const std::string& text) {
  respond(Error(text));
}

}  // namespace socketcluster

#endif
