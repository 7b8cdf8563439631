// SPDX-License-Identifier: MIT
// SHA-1 of one buffer. Only for what a protocol prescribes (RFC 6455, Sec-WebSocket-Accept), never
// for security.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace socketcluster::base {

inline constexpr std::size_t kSha1Bytes = 20;

std::array<unsigned char, kSha1Bytes> sha1(std::string_view bytes);

}  // namespace socketcluster::base
