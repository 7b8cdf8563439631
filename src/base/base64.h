// SPDX-License-Identifier: MIT
// Base64 (RFC 4648): the standard alphabet with padding (section 4), and the URL-safe one without
// (section 5). Decoding is strict: one text for each run of bytes, so that a decoded value has no
// second spelling.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketcluster::base {

// Characters that `bytes` become with padding.
constexpr std::size_t base64_size(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

// Standard alphabet, padded with '='. The first writes base64_size() characters into the caller's
// memory and returns their end.
char* write_base64(char* out, std::span<const unsigned char> bytes);
void append_base64(std::string& out, std::span<const unsigned char> bytes);
std::string base64_encode(std::string_view bytes);

// Nothing when `text` is not what append_base64() makes of some bytes.
std::optional<std::string> base64_decode(std::string_view text);

// URL-safe alphabet, no padding.
void append_base64url(std::string& out, std::span<const unsigned char> bytes);
std::string base64url_encode(std::string_view bytes);

// Nothing when `text` has a character outside the URL-safe alphabet (padding included), an
// impossible length, or unused bits that are not zero.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace socketcluster::base
