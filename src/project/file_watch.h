// SPDX-License-Identifier: MIT
// Tells which source files below a folder have changed: C++ and CMake files, also in folders that
// come later; not in build/, node_modules/, public/ (served as it is) and hidden folders.
//
// Thread rule: main thread.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"

namespace socketcluster::project {

bool is_source_file(std::string_view name);
bool is_watched_folder(std::string_view name);

class FileWatch {
 public:
  FileWatch() = default;
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  base::Status open(const std::filesystem::path& folder);
  // Readable when there may be changes.
  int fd() const { return notices_.get(); }
  // Adds the names of the files that have changed since the last call, without their folders. False
  // when there are none.
  bool take_changes(std::set<std::string>& names);

 private:
  base::Status add_folder(const std::filesystem::path& folder, std::set<std::string>* found);

  base::Descriptor notices_;
  std::filesystem::path root_;
  std::map<int, std::filesystem::path> folders_;
};

}  // namespace socketcluster::project
