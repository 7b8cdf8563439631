// SPDX-License-Identifier: MIT
// What one request may cost. Every limit is the largest value that is accepted. Plain data.
#pragma once

#include <cstddef>

namespace socketcluster::http {

struct RequestLimits {
  std::size_t header_bytes = std::size_t{16} * 1024;  // request line to empty line; above: 431
  std::size_t header_count = 100;                     // above: 431
  std::size_t target_bytes = std::size_t{8} * 1024;   // above: 414
  std::size_t body_bytes = std::size_t{1024} * 1024;  // decoded; above: 413
};

}  // namespace socketcluster::http
