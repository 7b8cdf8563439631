// SPDX-License-Identifier: MIT
// Pages for people, made from the option table.
#pragma once

#include <string>
#include <string_view>

#include "config/command_line.h"

namespace socketcluster::config {

// The page of a command, or "" for the whole program. At most 100 columns. Lines of flags look
// alike on all pages (help_flags.h).
std::string help_page(const Program& program, std::string_view topic);

// docs/configuration.md
std::string reference_page();

}  // namespace socketcluster::config
