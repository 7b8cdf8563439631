// SPDX-License-Identifier: MIT
#include "project/app_build.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

#include "project/program_place.h"

namespace socketcluster::project {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "build";
constexpr const char* kCache = "build/CMakeCache.txt";

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
  if (is_there(kCache)) return true;
  for (const char* variable : {"SocketCluster_DIR", "CMAKE_PREFIX_PATH"}) {
    if (std::getenv(variable) != nullptr) return true;
  }
  return can_build_apps();
}

// What CMake has noted about a variable in build/, or nothing.
std::string cached(std::string_view variable) {
  std::ifstream cache(kCache);
  for (std::string line; std::getline(cache, line);) {
    // NAME:TYPE=VALUE
    const std::size_t value = line.find('=');
    if (value != std::string::npos && line.substr(0, line.find(':')) == variable)
      return line.substr(value + 1);
  }
  return {};
}

enum class Configured {
  kNever,
  kElsewhere,  // in a folder that was copied or renamed: CMake would build that one
  kNotToEnd,   // it has failed, or SocketCluster is no longer where it was
  kHere,
};

Configured look_at_build() {
  if (!is_there(kCache)) return Configured::kNever;
  std::error_code error;
  if (!fs::equivalent(cached("CMAKE_CACHEFILE_DIR"), kFolder, error)) return Configured::kElsewhere;
  // The cache is there after a first attempt that has failed, too.
  if (!is_there("build/build.ninja") && !is_there("build/Makefile")) return Configured::kNotToEnd;
  const std::string package = cached("SocketCluster_DIR");
  return package.empty() || is_there(package) ? Configured::kHere : Configured::kNotToEnd;
}

Command configure_step(Configured before, ProcessGroup group) {
  Command step{.words = {"cmake", "-S", ".", "-B", kFolder, package_argument()}, .group = group};
  if (before == Configured::kElsewhere) step.words.emplace_back("--fresh");
  // The generator of an earlier attempt stays as it was.
  const bool may_choose =
      before != Configured::kNotToEnd && std::getenv("CMAKE_GENERATOR") == nullptr;
  if (may_choose && is_in_path("ninja")) step.words.insert(step.words.end(), {"-G", "Ninja"});
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
  // Afterwards CMake sees by itself when it has to look at CMakeLists.txt again.
  const Configured before = look_at_build();
  if (before != Configured::kHere) steps.push_back(configure_step(before, group));
  steps.push_back({.words = {"cmake", "--build", kFolder, "--parallel"}, .group = group});
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

void date_outputs(fs::file_time_type time) {
  std::error_code error;
  fs::recursive_directory_iterator entry(kFolder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const bool is_file = fs::is_regular_file(entry->symlink_status(gone));
    if (is_file && entry->last_write_time(gone) > time)
      fs::last_write_time(entry->path(), time, gone);
  }
}

}  // namespace socketcluster::project
