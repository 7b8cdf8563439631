// SPDX-License-Identifier: MIT
// The directory of the sockets between the processes of one instance:
//
//   <root>/                       the option `socketRoot`, or socketcluster/ among temporary files
//     chat_0b5f3c9a1e/            one per application: name and a hash, mode 0700
//       lock                      held (flock) as long as the master lives; its process id
//       b0 b1 ...                 where workers connect to brokers
//       master                    where `socketcluster status` asks
//
// What a dead instance left behind is taken over; a living one is never disturbed. Whoever could
// write here could pose as a broker, so each directory must belong to this user (the root also to
// the administrator) and be closed to writers.
//
// Thread rule: none of its own; made before the loop runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "supervisor/user.h"

namespace socketcluster::supervisor {

struct SocketPlace {
  std::string socket_root;  // the option; empty: below `temporary_directory`
  std::string app_name;
  std::string app_directory;  // where the application was started: tells two of one name apart
  std::string temporary_directory;

  // Of this process: working directory, and TMPDIR or /tmp.
  static SocketPlace here(std::string socket_root, std::string app_name);
};

class SocketDirectory {
 public:
  // Makes the directory, or takes over that of a dead instance. The failure is one line that names
  // the directory and the option that helps.
  static base::Result<SocketDirectory> create(const SocketPlace& place);

  SocketDirectory(SocketDirectory&&) noexcept = default;
  SocketDirectory& operator=(SocketDirectory&& other) = delete;
  // Removes the directory with everything that belongs to it.
  ~SocketDirectory();

  const std::string& path() const { return path_; }
  std::string socket_path(std::string_view name) const { return path_ + '/' + std::string(name); }

  // The sockets that listen() makes from now on belong to `user`, who may pass through the
  // directory to them and change nothing in it.
  base::Status give_sockets_to(const User& user);

  // A listening UNIX stream socket with mode 0600, not blocking, closed on exec. The caller owns
  // the descriptor; the file stays until the directory goes.
  base::Result<int> listen(std::string_view name, int backlog) const;

  // The name below the root: the beginning of the application's name and a hash.
  static std::string name_for(const SocketPlace& place);

 private:
  SocketDirectory(std::string path, base::Descriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  void remove_sockets() const;

  std::string path_;
  base::Descriptor lock_;
  bool has_owner_ = false;
  User owner_;
};

// The name of the master's own socket.
inline constexpr std::string_view kMasterSocket = "master";

// Directories that may belong to instances of this user, running or not, in order of their names:
// `socket_root`'s, or when it is empty those below `temporary_directory`.
std::vector<std::string> find_socket_directories(const std::string& socket_root,
                                                 const std::string& temporary_directory);

// TMPDIR or /tmp.
std::string temporary_directory();

}  // namespace socketcluster::supervisor
