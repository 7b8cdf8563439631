// SPDX-License-Identifier: MIT
// The signature algorithms of tokens (RFC 7518 section 3, RFC 8037), without `none`, which does not
// exist here, so that nothing can allow it. Thread rule: values, pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::auth {

enum class Algorithm : std::uint8_t {
  kHs256,
  kHs384,
  kHs512,
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kEdDsa,  // Ed25519 only
};
inline constexpr std::size_t kAlgorithmCount = 13;

// "HS256": as in a token's header and in the options.
std::string_view algorithm_name(Algorithm algorithm);
// Case counts. Nothing for a name that is not in the list, `none` included.
std::optional<Algorithm> algorithm_from_name(std::string_view name);

// Which algorithms are allowed.
class AlgorithmSet {
 public:
  constexpr AlgorithmSet() = default;
  constexpr AlgorithmSet(std::initializer_list<Algorithm> algorithms) {
    for (const Algorithm algorithm : algorithms) add(algorithm);
  }

  constexpr void add(Algorithm algorithm) {
    bits_ = static_cast<std::uint16_t>(bits_ | 1U << static_cast<unsigned>(algorithm));
  }
  constexpr bool contains(Algorithm algorithm) const {
    return (bits_ >> static_cast<unsigned>(algorithm) & 1U) != 0;
  }
  constexpr bool is_empty() const { return bits_ == 0; }
  constexpr bool operator==(const AlgorithmSet&) const = default;

  // The first in the order of the enumeration, which is the default of a key for signing.
  // REQUIRES: !is_empty().
  Algorithm first() const;
  // "HS256, HS384": for messages.
  std::string names() const;

 private:
  std::uint16_t bits_ = 0;
};

}  // namespace socketcluster::auth
