// SPDX-License-Identifier: MIT
#include "project/program_place.h"

#include <system_error>

namespace socketcluster::project {

std::filesystem::path program_prefix() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : program.parent_path().parent_path();
}

}  // namespace socketcluster::project
