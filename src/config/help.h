// SPDX-License-Identifier: MIT
// Pages for people, made from the option table.
#pragma once

#include <string>
#include <string_view>

#include "config/command_line.h"

namespace socketcluster::config {

// The page of a command: "start", "config", "version", or "" for the whole program. At most 100
// columns.
std::string help_page(const Program& program, std::string_view topic);

// docs/configuration.md
std::string reference_page();

}  // namespace socketcluster::config
