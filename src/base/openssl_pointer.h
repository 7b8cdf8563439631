// SPDX-License-Identifier: MIT
// Ownership of OpenSSL's objects, and its error queue. Thread rule: none of its own.
#pragma once

#include <openssl/err.h>

#include <memory>

namespace socketcluster::base {

template <auto kFree>
struct OpensslDeleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

template <typename T, auto kFree>
using OpensslPointer = std::unique_ptr<T, OpensslDeleter<kFree>>;

// Leaves the thread's error queue as it was: TLS code asks it what went wrong in its own calls.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() { ERR_set_mark(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard() { ERR_pop_to_mark(); }
};

}  // namespace socketcluster::base
