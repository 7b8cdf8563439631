// SPDX-License-Identifier: MIT
#include "net/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.h"
#include "base/socket_path.h"

namespace socketcluster::net {
namespace {

base::Failure failure(const std::string& path, std::string_view reason) {
  return {"cannot listen on " + path + ": " + std::string(reason)};
}

// REQUIRES: the path fits.
sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int make_socket() {
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

// 0, or why not.
int bind_to(int fd, const sockaddr_un& address) {
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

// A socket that refuses connections has lost its server.
bool is_stale(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const base::Descriptor probe(make_socket());
  const sockaddr_un address = address_of(path);
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno == ECONNREFUSED;
}

// Of two servers that start at once, one could take the other's new socket, on which it does not
// listen yet, for one that has lost its server. So who removes one holds this lock until it
// listens.
int lock_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  base::Descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool is_locked = lock.get() >= 0 && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
  return is_locked ? lock.release() : -1;
}

std::string reason_for(const std::string& path, int error) {
  struct stat status {};
  if (error == EADDRINUSE && ::lstat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode)) {
    return "there is something that is no socket; move it away or choose another path";
  }
  if (error == EADDRINUSE) return "another program listens there; stop it or choose another path";
  if (error == ENOENT) return "its directory does not exist";
  return std::strerror(error);
}

}  // namespace

base::Result<int> open_unix_socket(const UnixSocketOptions& options) {
  const std::string& path = options.path;
  if (path.empty() || path.size() > base::kLongestSocketPath) {
    return failure(path, "the path of a socket has 1 to 107 bytes");
  }
  base::Descriptor socket(make_socket());
  if (socket.get() < 0) return failure(path, std::strerror(errno));
  // From the first moment nobody can connect who may not: bind() gives the file this mode without
  // what the umask takes away, which is added afterwards.
  ::fchmod(socket.get(), options.mode);
  const sockaddr_un address = address_of(path);
  const base::Descriptor lock(lock_directory_of(path));
  int error = bind_to(socket.get(), address);
  if (error == EADDRINUSE && lock.get() >= 0 && is_stale(path)) {
    ::unlink(path.c_str());
    error = bind_to(socket.get(), address);
  }
  if (error != 0) return failure(path, reason_for(path, error));
  if (::chmod(path.c_str(), options.mode) != 0 || ::listen(socket.get(), options.backlog) != 0) {
    error = errno;
    ::unlink(path.c_str());
    return failure(path, std::strerror(error));
  }
  return socket.release();
}

// ---- SocketFile ----

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) path_.clear();
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

void SocketFile::remove() {
  if (path_.empty()) return;
  struct stat status {};
  const bool is_ours =
      ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
  if (is_ours) ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace socketcluster::net
