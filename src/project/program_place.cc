// SPDX-License-Identifier: MIT
#include "project/program_place.h"

#include <system_error>

namespace socketcluster::project {

std::filesystem::path program_prefix() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : program.parent_path().parent_path();
}

bool can_build_apps() {
  const char* const file = "SocketClusterConfig.cmake";
  const std::filesystem::path prefix = program_prefix();
  std::error_code error;
  // A build tree has it at the top.
  return std::filesystem::exists(prefix / file, error) ||
         std::filesystem::exists(prefix / SC_LIBRARY_DIR / "cmake" / "SocketCluster" / file, error);
}

}  // namespace socketcluster::project
