// SPDX-License-Identifier: MIT
// Spans of time in words, as the npm package `ms` reads them: "2h", "7 days", "1.5h", "-3 days"; a
// plain number ("10") is milliseconds. Thread rule: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace socketcluster::auth {

inline constexpr std::size_t kMaxTimespanBytes = 100;

// The whole text: [-]number, spaces, unit in any case; a year has 365.25 days. Nothing for another
// text, an empty one, or one above kMaxTimespanBytes.
std::optional<double> timespan_ms(std::string_view text);

}  // namespace socketcluster::auth
