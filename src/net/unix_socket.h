// SPDX-License-Identifier: MIT
// Listening UNIX sockets that clients, such as a proxy, find by a path; and the life of that path.
//
// Blocks for moments only; otherwise no thread rule.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.h"

namespace socketcluster::net {

struct UnixSocketOptions {
  std::string path;
  mode_t mode = 0660;  // who may connect; whatever the umask is
  int backlog = 4096;
};

// A bound and listening socket, not blocking, closed on exec. A socket at that path that nobody
// listens on any more is removed first; another server's, or anything that is no socket, is not.
base::Result<int> open_unix_socket(const UnixSocketOptions& options);

// The path of a socket that this process listens on. Removes it at the end, if it is still there.
class SocketFile {
 public:
  SocketFile() = default;
  // REQUIRES: open_unix_socket() has just made it.
  explicit SocketFile(std::string path);
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile() { remove(); }

  // Without effect on what another server has put there meanwhile.
  void remove();

 private:
  std::string path_;  // empty: none
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace socketcluster::net
