// SPDX-License-Identifier: MIT
// Numbers with a unit, as people write them: "10s", "500ms", "64KiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::config {

enum class Unit { kNone, kMilliseconds, kSeconds, kBytes };

// The number in `unit`: a whole number, followed by a suffix of that unit (ms, s, min, h; B, KiB,
// MiB, GiB or k, m, g) or by none. Empty for anything else, overflow included.
std::optional<std::int64_t> parse_quantity(std::string_view text, Unit unit);

// "1 MiB", "1000 bytes", "8000 ms"
std::string format_quantity(std::int64_t value, Unit unit);

}  // namespace socketcluster::config
