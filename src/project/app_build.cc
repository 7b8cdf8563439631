// SPDX-License-Identifier: MIT
#include "project/app_build.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "project/program_place.h"

namespace socketcluster::project {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// So that find_package() takes the package that belongs to this program. A build tree has its
// package at the top, an installation somewhere below its prefix.
std::string package_argument() {
  const fs::path prefix = program_prefix();
  if (is_there(prefix / "SocketClusterConfig.cmake"))
    return "-DSocketCluster_DIR=" + prefix.string();
  return "-DCMAKE_PREFIX_PATH=" + prefix.string();
}

// Somebody who has built it before, or says where the package is, knows better.
bool has_development_files() {
  if (is_there("build/CMakeCache.txt")) return true;
  for (const char* variable : {"SocketCluster_DIR", "CMAKE_PREFIX_PATH"}) {
    if (std::getenv(variable) != nullptr) return true;
  }
  return can_build_apps();
}

Command configure_step(ProcessGroup group) {
  Command step{.words = {"cmake", "-S", ".", "-B", "build", package_argument()}, .group = group};
  if (std::getenv("CMAKE_GENERATOR") == nullptr && is_in_path("ninja")) {
    step.words.insert(step.words.end(), {"-G", "Ninja"});
  }
  return step;
}

}  // namespace

base::Status check_app() {
  if (!is_there("CMakeLists.txt")) {
    return base::Failure{
        "There is no CMakeLists.txt here: 'socketcluster run' belongs into the folder of an app, "
        "which 'socketcluster create <appname>' makes."};
  }
  if (!has_development_files()) {
    return base::Failure{std::string("Headers and libraries of SocketCluster are not installed: ") +
                         kBuildRemedy};
  }
  if (!is_in_path("cmake")) {
    return base::Failure{"cmake is not installed: install cmake, g++ and ninja-build or make."};
  }
  return base::Status::ok();
}

std::vector<Command> build_steps(ProcessGroup group) {
  std::vector<Command> steps;
  // Afterwards CMake sees by itself when it has to look at CMakeLists.txt again. The file is there
  // after a first attempt that has failed, too.
  const bool is_configured = is_there("build/build.ninja") || is_there("build/Makefile");
  if (!is_configured) steps.push_back(configure_step(group));
  steps.push_back({.words = {"cmake", "--build", "build", "--parallel"}, .group = group});
  return steps;
}

Command server_command(const std::vector<std::string>& arguments) {
  Command command{.words = {std::string("./") + kServer, "start"}, .group = ProcessGroup::kOwn};
  command.words.insert(command.words.end(), arguments.begin(), arguments.end());
  return command;
}

base::Status check_server() {
  if (::access(kServer, X_OK) == 0) return base::Status::ok();
  return base::Failure{std::string("The build has not made ") + kServer +
                       ": CMakeLists.txt needs add_executable(server ...)."};
}

}  // namespace socketcluster::project
