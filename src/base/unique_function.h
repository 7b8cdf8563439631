// SPDX-License-Identifier: MIT
// UniqueFunction: std::function for callables that can only be moved. Callables of up to three
// pointers are stored in place. Calling an empty one is a bug (SC_ASSERT).
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace socketcluster::base {

template <typename Signature>
class UniqueFunction;

template <typename R, typename... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  UniqueFunction(std::nullptr_t) {}  // NOLINT: implicit by design

  template <typename F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
           std::is_invocable_r_v<R, std::remove_cvref_t<F>&, Args...>)
      UniqueFunction(F&& function) {  // NOLINT: implicit by design
    using Target = std::remove_cvref_t<F>;
    if constexpr (fits<Target>()) {
      new (&storage_) Target(std::forward<F>(function));
      operations_ = &kInPlace<Target>;
    } else {
      new (&storage_) Target*(new Target(std::forward<F>(function)));
      operations_ = &kOnHeap<Target>;
    }
  }

  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~UniqueFunction() { reset(); }

  explicit operator bool() const { return operations_ != nullptr; }

  R operator()(Args... args) {
    SC_ASSERT(operations_ != nullptr);
    return operations_->call(&storage_, std::forward<Args>(args)...);
  }

 private:
  static constexpr std::size_t kCapacity = 3 * sizeof(void*);
  struct Operations {
    R (*call)(void*, Args&&...);
    void (*move)(void* to, void* from);  // moves and destroys `from`
    void (*destroy)(void*);
  };

  template <typename F>
  static constexpr bool fits() {
    return sizeof(F) <= kCapacity && alignof(F) <= alignof(void*) &&
           std::is_nothrow_move_constructible_v<F>;
  }

  template <typename F>
  static constexpr Operations kInPlace{
      [](void* self, Args&&... args) -> R {
        return (*static_cast<F*>(self))(std::forward<Args>(args)...);
      },
      [](void* to, void* from) {
        new (to) F(std::move(*static_cast<F*>(from)));
        static_cast<F*>(from)->~F();
      },
      [](void* self) { static_cast<F*>(self)->~F(); }};

  template <typename F>
  static constexpr Operations kOnHeap{
      [](void* self, Args&&... args) -> R {
        return (**static_cast<F**>(self))(std::forward<Args>(args)...);
      },
      [](void* to, void* from) { new (to) F*(*static_cast<F**>(from)); },
      [](void* self) { delete *static_cast<F**>(self); }};

  void take(UniqueFunction& other) noexcept {
    if (other.operations_ == nullptr) return;
    other.operations_->move(&storage_, &other.storage_);
    operations_ = std::exchange(other.operations_, nullptr);
  }
  void reset() noexcept {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(&storage_);
  }

  alignas(void*) std::byte storage_[kCapacity];
  const Operations* operations_ = nullptr;
};

}  // namespace socketcluster::base
