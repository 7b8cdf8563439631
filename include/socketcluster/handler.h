// SPDX-License-Identifier: MIT
// Handler: the type of every handler that an application gives: a std::function that also takes a
// coroutine (a callable that returns Task, see coroutine.h).
//
// A coroutine goes on when its caller has long returned, so a Handler keeps alive for it, until it
// ends: the callable with everything that it has captured, copies of the arguments that the caller
// only lends (`const Json& data` stays good), and the socket behind a `Socket&`. Captured
// references to other things are the application's own responsibility.
//
// Thread rule: none of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketcluster {

namespace detail {

// What a coroutine needs until its end.
class KeptCall {
 public:
  KeptCall(const KeptCall&) = delete;
  KeptCall& operator=(const KeptCall&) = delete;
  virtual ~KeptCall() = default;
  // An exception left the coroutine after it had waited: who waits for an answer gets it.
  virtual void failed(const std::string& text) = 0;

 protected:
  KeptCall() = default;
};

template <typename T>
concept StartableTask = requires {
  typename T::StartedByHandler;
};

// An argument, by the way in which the handler is given it.
template <typename Arg>
struct KeptArgument {
  Arg value;
  // The handler may take it by value or by reference.
  decltype(auto) pass() {
    if constexpr (std::is_copy_constructible_v<Arg>) {
      return (value);
    } else {
      return std::move(value);
    }
  }
};
template <typename T>
struct KeptArgument<const T&> {
  T value;
  const T& pass() { return value; }
};
// The object lives as long as its copies do (a socket), or is kept by another argument (a request,
// by its `next`).
template <typename T>
struct KeptArgument<T&> {
  struct Nothing {
    explicit Nothing(T& /*object*/) {}
  };
  explicit KeptArgument(T& object) : original(object), copy(object) {}
  T& original;
  std::conditional_t<std::is_copy_constructible_v<T>, T, Nothing> copy;
  T& pass() { return original; }
};

template <typename F, typename... Args>
class KeptCallOf final : public KeptCall {
 public:
  KeptCallOf(std::shared_ptr<F> function, Args... args)
      : function_(std::move(function)),
        arguments_{KeptArgument<Args>{std::forward<Args>(args)}...} {}

  auto call() {
    return std::apply([this](auto&... kept) { return (*function_)(kept.pass()...); }, arguments_);
  }
  void failed(const std::string& text) override {
    std::apply([&text](auto&... kept) { (tell(kept, text), ...); }, arguments_);
  }

 private:
  template <typename Kept>
  static void tell(Kept& kept, const std::string& text) {
    if constexpr (requires { coroutine_failed(kept.value, text); }) {
      coroutine_failed(kept.value, text);
    }
  }

  std::shared_ptr<F> function_;
  std::tuple<KeptArgument<Args>...> arguments_;
};

// Calls `function`; starts what it returns if that is a coroutine.
template <typename... Args, typename F>
std::function<void(Args...)> as_function(F&& function) {
  using Target = std::remove_cvref_t<F>;
  if constexpr (StartableTask<std::invoke_result_t<Target&, Args...>>) {
    return [shared = std::make_shared<Target>(std::forward<F>(function))](Args... args) {
      auto kept =
          std::make_shared<KeptCallOf<Target, Args...>>(shared, std::forward<Args>(args)...);
      kept->call().start(kept);
    };
  } else {
    return std::function<void(Args...)>(std::forward<F>(function));
  }
}

}  // namespace detail

template <typename Signature>
class Handler;

template <typename... Args>
class Handler<void(Args...)> : public std::function<void(Args...)> {
 public:
  Handler() = default;
  Handler(std::nullptr_t) {}  // NOLINT: implicit like the functions that it stands for
  template <typename F>
  requires(!std::is_base_of_v<Handler, std::remove_cvref_t<F>> &&
           std::is_invocable_v<std::remove_cvref_t<F>&, Args...>)
      Handler(F&& callable)  // NOLINT: implicit like the functions that it stands for
      : std::function<void(Args...)>(detail::as_function<Args...>(std::forward<F>(callable))) {}
};

}  // namespace socketcluster
