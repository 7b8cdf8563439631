// SPDX-License-Identifier: MIT
// Comparing a secret with what a peer claims it to be, in a time that tells nothing about where
// they differ. Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace socketcluster::base {

// The time depends on the length of `claimed` alone.
inline bool equal_constant_time(std::string_view secret, std::string_view claimed) {
  // Volatile, so that no compiler finds a way out of the loop.
  volatile unsigned char difference = secret.size() == claimed.size() ? 0 : 1;
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    const char other = secret.empty() ? '\0' : secret[i % secret.size()];
    difference = static_cast<unsigned char>(difference | (claimed[i] ^ other));
  }
  return difference == 0;
}

}  // namespace socketcluster::base
