// SPDX-License-Identifier: MIT
#include "auth/algorithm.h"

#include "base/assert.h"

namespace socketcluster::auth {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, kAlgorithmCount> kNames = {
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
    "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};

}  // namespace

std::string_view algorithm_name(Algorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::optional<Algorithm> algorithm_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
    if (kNames[i] == name) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

Algorithm AlgorithmSet::first() const {
  SC_ASSERT(!is_empty());
  std::size_t i = 0;
  while (!contains(static_cast<Algorithm>(i))) ++i;
  return static_cast<Algorithm>(i);
}

std::string AlgorithmSet::names() const {
  std::string text;
  for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
    if (!contains(static_cast<Algorithm>(i))) continue;
    if (!text.empty()) text += ", ";
    text += kNames[i];
  }
  return text;
}

}  // namespace socketcluster::auth
