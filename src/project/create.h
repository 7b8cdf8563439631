// SPDX-License-Identifier: MIT
// The command `create`: makes the folder of a new app from the template, and lets npm bring the
// client of its page. Thread rule: main thread.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace socketcluster::project {

// Who has called.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

struct CreateRequest {
  std::string app_name;
  bool force = false;  // overwrites without asking
};

// Makes it in the working directory. Returns the exit code.
int create_app(const CreateRequest& request, Terminal terminal);

}  // namespace socketcluster::project
