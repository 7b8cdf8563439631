// SPDX-License-Identifier: MIT
// SipHash-1-3 (Aumasson and Bernstein): a keyed hash for tables whose keys come from the network.
// With a key that peers cannot know, they cannot choose names that all fall into one bucket.
#pragma once

#include <cstdint>
#include <string_view>

namespace socketcluster::base {

struct SipKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

std::uint64_t siphash13(const SipKey& key, std::string_view bytes);

}  // namespace socketcluster::base
