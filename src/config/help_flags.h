// SPDX-License-Identifier: MIT
// The flags of a help page, read back from it: so completion and manual know every command's flags
// without a second list.
//
//   "  -n, --app-name NAME                   only the server that was started with this name"
//   "      --[no-]strict-handshake           close sockets that ... [on]"
//
// Pure; may be called from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace socketcluster::config {

struct HelpFlag {
  char short_flag = 0;
  bool is_negatable = false;  // there is a "--no-" as well
  std::string name;           // without dashes
  std::string value;          // "NAME"; empty: it takes none
  std::string text;
};

std::vector<HelpFlag> help_flags(std::string_view page);

}  // namespace socketcluster::config
