// SPDX-License-Identifier: MIT
// ECDSA signatures between their two forms: r || s with fixed lengths, as in tokens (RFC 7518
// section 3.4), and DER, as OpenSSL has them. Thread rule: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::auth {

// Empty unless `raw` is exactly 2 * number_bytes long.
std::string der_from_raw(std::string_view raw, std::size_t number_bytes);

// Nothing unless `der` is a signature whose numbers fit.
std::optional<std::string> raw_from_der(std::string_view der, std::size_t number_bytes);

}  // namespace socketcluster::auth
