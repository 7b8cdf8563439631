// SPDX-License-Identifier: MIT
#include "http/file_below.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace socketcluster::http {
namespace {

// O_NONBLOCK: opening a FIFO must not wait for a writer. It means nothing for regular files.
constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

int open_beneath(int root, const char* relative) {
  open_how how{};
  how.flags = kReadFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 0; attempt < 3; ++attempt) {  // EAGAIN: somebody renamed meanwhile
    const long fd = ::syscall(SYS_openat2, root, relative, &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN) return static_cast<int>(fd);
  }
  return -1;
}

// One component after the other, none of which may be a link.
int open_each_component(int root, const std::string& relative) {
  base::Descriptor directory(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::size_t start = 0;
  for (;;) {
    const std::size_t slash = relative.find('/', start);
    const bool last = slash == std::string::npos || slash + 1 == relative.size();
    const std::string name =
        relative.substr(start, slash == std::string::npos ? slash : slash - start);
    const int flags = last ? kReadFlags : O_PATH | O_DIRECTORY | O_CLOEXEC;
    const int fd = ::openat(directory.get(), name.empty() ? "." : name.c_str(), flags | O_NOFOLLOW);
    if (last || fd < 0) return fd;
    directory = base::Descriptor(fd);
    start = slash + 1;
  }
}

OpenedFile describe(base::Descriptor descriptor, int open_errno) {
  OpenedFile file;
  if (!descriptor.is_valid()) {
    const bool busy = open_errno == EMFILE || open_errno == ENFILE || open_errno == ENOMEM;
    file.kind = busy ? OpenedFile::Kind::kBusy : OpenedFile::Kind::kNone;
    return file;
  }
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return file;
  if (S_ISDIR(status.st_mode)) {
    file.kind = OpenedFile::Kind::kDirectory;
  } else if (S_ISREG(status.st_mode)) {
    file.kind = OpenedFile::Kind::kFile;
    file.descriptor = std::move(descriptor);
    file.size = static_cast<std::uint64_t>(status.st_size);
    file.device = status.st_dev;
    file.inode = status.st_ino;
    file.modified_seconds = status.st_mtim.tv_sec;
    file.modified_nanoseconds = status.st_mtim.tv_nsec;
  }
  return file;
}

}  // namespace

base::Result<DirectoryRoot> DirectoryRoot::open(const std::string& path) {
  base::Descriptor descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_valid()) {
    return base::Failure{"cannot serve files from " + path + ": " + std::strerror(errno)};
  }
  return DirectoryRoot(std::move(descriptor));
}

OpenedFile DirectoryRoot::open_file(const std::string& relative) const {
  base::Descriptor descriptor(
      open_beneath(descriptor_.get(), relative.empty() ? "." : relative.c_str()));
  const int error = errno;
  if (!descriptor.is_valid() && (error == ENOSYS || error == EPERM)) {
    return open_file_without_links(relative);
  }
  return describe(std::move(descriptor), error);
}

OpenedFile DirectoryRoot::open_file_without_links(const std::string& relative) const {
  base::Descriptor descriptor(open_each_component(descriptor_.get(), relative));
  const int error = errno;
  return describe(std::move(descriptor), error);
}

}  // namespace socketcluster::http
