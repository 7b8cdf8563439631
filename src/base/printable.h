// SPDX-License-Identifier: MIT
// Makes text from outside harmless for a terminal or a log: what stays is one line of valid UTF-8
// without control characters, so that a peer can neither forge a log line nor steer a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace socketcluster::base {

enum class LineBreaks { kEscape, kKeep };

// Control characters, bytes that are not UTF-8, and the invisible characters that reorder or break
// a line become "\n", "\t", "\x1b" or "\u202e". Backslashes stay, so this is for reading, not for
// decoding.
std::string printable(std::string_view text, LineBreaks line_breaks = LineBreaks::kEscape);

// The same, cut at a character boundary to at most `max_bytes` of `text` with "..." after the cut.
std::string printable(std::string_view text, std::size_t max_bytes);

}  // namespace socketcluster::base
