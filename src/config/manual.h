// SPDX-License-Identifier: MIT
// Pages of the manual, in the language of man(7). Made from the tables of commands and options and
// from the help pages.
//
// Pure; may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/command_line.h"

namespace socketcluster::config {

// Section "1": the program. Section "5": its options and their config file.
std::string manual_page(const Program& program, std::string_view section);

}  // namespace socketcluster::config
