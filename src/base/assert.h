// SPDX-License-Identifier: MIT
// Checks of the program's own invariants. Never used on what a peer sent.
//
// SC_ASSERT stays in every build: for invariants that memory safety depends on.
// SC_DCHECK is compiled only with SC_ASSERTIONS or without NDEBUG.
#pragma once

namespace socketcluster::base {

// Prints the failed expression to stderr and aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace socketcluster::base

#define SC_ASSERT(expression)    \
  (static_cast<bool>(expression) \
       ? static_cast<void>(0)    \
       : ::socketcluster::base::assertion_failed(#expression, __FILE__, __LINE__))

#if defined(SC_ASSERTIONS) || !defined(NDEBUG)
#define SC_DCHECK(expression) SC_ASSERT(expression)
#else
#define SC_DCHECK(expression) static_cast<void>(0)
#endif
