// SPDX-License-Identifier: MIT
// Opening files below a directory such that no name and no symbolic link leads out of it: the
// kernel checks (openat2 with RESOLVE_BENEATH); where it cannot, links are not followed at all.
//
// Thread rule: none; blocking calls of the file system (open, stat, read) happen in the caller's
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"

namespace socketcluster::http {

// What was found under a name.
struct OpenedFile {
  enum class Kind {
    kFile,       // `descriptor` reads it
    kDirectory,  // not opened for reading
    kNone,       // no such file, no right to read it, or neither file nor directory
    kBusy,       // descriptors or memory are exhausted
  };
  Kind kind = Kind::kNone;
  base::Descriptor descriptor;
  std::uint64_t size = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_seconds = 0;
  std::int64_t modified_nanoseconds = 0;
};

// The file has not changed for two seconds: if it changes from now on, its time of change does,
// too, whatever the resolution of the file system's clock is.
inline bool is_settled(const OpenedFile& file, std::int64_t now_seconds) {
  return now_seconds - file.modified_seconds >= 2;
}

class DirectoryRoot {
 public:
  static base::Result<DirectoryRoot> open(const std::string& path);

  // `relative` as resolve_file_path() returns it; "" is the root itself.
  OpenedFile open_file(const std::string& relative) const;
  // The way of kernels without openat2().
  OpenedFile open_file_without_links(const std::string& relative) const;

 private:
  explicit DirectoryRoot(base::Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  base::Descriptor descriptor_;
};

}  // namespace socketcluster::http
