// SPDX-License-Identifier: MIT
#include "supervisor/socket_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/printable.h"
#include "base/sha1.h"

namespace socketcluster::supervisor {
namespace {

using base::Failure;
using base::Result;
using base::Status;

constexpr std::string_view kFolder = "socketcluster";
constexpr std::string_view kLock = "lock";
constexpr std::string_view kLongestSocket = "master";  // brokers have up to b1023
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kNameCharacters = 13;  // as in the original
constexpr std::size_t kHashCharacters = 10;
constexpr mode_t kOnlyMe = 0700;
// Others may pass through, for workers that run as another user, but not look around.
constexpr mode_t kPassThrough = 0711;
constexpr mode_t kOthersWrite = 0022;
constexpr int kAttempts = 100;

Failure failed(std::string_view what, std::string_view path, int error) {
  return Failure{fmt::format("{} {}: {} (the option socketRoot chooses another place)", what,
                             base::printable(path), std::generic_category().message(error))};
}

std::string readable_part(std::string_view name) {
  std::string part(name.substr(0, kNameCharacters));
  for (char& c : part) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!is_plain) c = '_';
  }
  return part;
}

// Nobody but this user, and the administrator for a root, may exchange what is in `path`.
Status check_directory(const std::string& path, bool may_be_roots) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return failed("cannot use", path, errno);
  if (!S_ISDIR(status.st_mode)) return failed("cannot use", path, ENOTDIR);
  const bool is_owned = status.st_uid == ::geteuid() || (may_be_roots && status.st_uid == 0);
  if (!is_owned) {
    return Failure{
        fmt::format("{} belongs to another user (the option socketRoot chooses another place)",
                    base::printable(path))};
  }
  const bool is_sticky = (status.st_mode & S_ISVTX) != 0;
  if ((status.st_mode & kOthersWrite) != 0 && !(may_be_roots && is_sticky)) {
    return Failure{
        fmt::format("{} can be written to by other users, who could pose as a broker: take that "
                    "right away with "
                    "chmod go-w, or set socketRoot to another place",
                    base::printable(path))};
  }
  return Status::ok();
}

// Makes `path` unless it is there.
Status make_directory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) {
    // The umask may have taken something away.
    return ::chmod(path.c_str(), mode) == 0 ? Status::ok() : failed("cannot use", path, errno);
  }
  return errno == EEXIST ? Status::ok() : failed("cannot make", path, errno);
}

// Below temporary files. A folder of the usual name that another user made first leaves one with
// our own number.
std::vector<std::string> default_roots(const std::string& temporary_directory) {
  const std::string usual = fmt::format("{}/{}", temporary_directory, kFolder);
  return {usual, fmt::format("{}-{}", usual, ::geteuid())};
}

Result<std::string> choose_root(const SocketPlace& place) {
  if (!place.socket_root.empty()) {
    if (Status made = make_directory(place.socket_root, kPassThrough); !made) return made.error();
    // A link is as good as what it points to: it was named by hand.
    char* const real = ::realpath(place.socket_root.c_str(), nullptr);
    if (real == nullptr) return failed("cannot use", place.socket_root, errno);
    std::string root(real);
    std::free(real);
    if (Status fine = check_directory(root, true); !fine) return fine.error();
    return root;
  }
  Status problem;
  for (std::string& root : default_roots(place.temporary_directory)) {
    if (Status made = make_directory(root, kPassThrough); !made) return made.error();
    problem = check_directory(root, false);
    if (problem) return std::move(root);
  }
  return problem.error();
}

Status check_length(const std::string& path) {
  const std::size_t longest = path.size() + 1 + kLongestSocket.size();
  if (longest <= kLongestPath) return Status::ok();
  return Failure{
      fmt::format("the socket directory {} is too long by {} characters for UNIX "
                  "sockets: set the option socketRoot to a shorter one",
                  base::printable(path), longest - kLongestPath)};
}

bool is_same_file(int fd, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

Failure already_running(const std::string& path, int lock_fd) {
  char text[32] = {};
  const ssize_t size = ::pread(lock_fd, text, sizeof(text) - 1, 0);
  const std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return Failure{fmt::format(
      "this application is already running here{}: {} is in use; stop it, or choose another "
      "appName or socketRoot",
      pid.empty() ? "" : " (PID " + pid.substr(0, pid.find('\n')) + ")", base::printable(path))};
}

// One attempt to hold the lock file. None when an instance that ends removed it under our hands.
Result<base::Descriptor> try_lock(const std::string& directory) {
  if (Status made = make_directory(directory, kOnlyMe); !made) return made.error();
  if (Status fine = check_directory(directory, false); !fine) {
    if (::access(directory.c_str(), F_OK) != 0 && errno == ENOENT) return base::Descriptor();
    return fine.error();
  }
  const std::string path = fmt::format("{}/{}", directory, kLock);
  base::Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.is_valid() && errno == ENOENT) return base::Descriptor();
  if (!lock.is_valid()) return failed("cannot make", path, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? already_running(directory, lock.get())
                                : failed("cannot lock", path, errno);
  }
  return is_same_file(lock.get(), path) ? std::move(lock) : base::Descriptor();
}

Status write_pid(int lock_fd, const std::string& directory) {
  const std::string pid = fmt::format("{}\n", ::getpid());
  const bool is_written =
      ::ftruncate(lock_fd, 0) == 0 &&
      ::pwrite(lock_fd, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  return is_written ? Status::ok() : failed("cannot write in", directory, errno);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  DIR* const stream = ::opendir(directory.c_str());
  if (stream == nullptr) return names;
  while (const dirent* const entry = ::readdir(stream)) names.emplace_back(entry->d_name);
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string temporary_directory() {
  const char* const variable = std::getenv("TMPDIR");
  std::string path = variable == nullptr || *variable == '\0' ? "/tmp" : variable;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

SocketPlace SocketPlace::here(std::string socket_root, std::string app_name) {
  std::string directory;
  if (char* const current = ::getcwd(nullptr, 0); current != nullptr) {
    directory = current;
    std::free(current);
  }
  return {std::move(socket_root), std::move(app_name), std::move(directory),
          supervisor::temporary_directory()};
}

std::string SocketDirectory::name_for(const SocketPlace& place) {
  const auto digest = base::sha1(place.app_name + '\0' + place.app_directory);
  const std::string hash = fmt::format("{:02x}", fmt::join(digest, ""));
  return fmt::format("{}_{}", readable_part(place.app_name), hash.substr(0, kHashCharacters));
}

Result<SocketDirectory> SocketDirectory::create(const SocketPlace& place) {
  const Result<std::string> root = choose_root(place);
  if (!root) return root.error();
  std::string path = fmt::format("{}/{}", *root, name_for(place));
  if (Status fits = check_length(path); !fits) return fits.error();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Result<base::Descriptor> lock = try_lock(path);
    if (!lock) return lock.error();
    if (!lock->is_valid()) continue;
    SocketDirectory directory(std::move(path), std::move(*lock));
    directory.remove_sockets();
    const Status written = write_pid(directory.lock_.get(), directory.path_);
    if (!written) return written.error();
    // The last instance may have opened it for the user of its workers.
    if (::chmod(directory.path_.c_str(), kOnlyMe) != 0)
      return failed("cannot use", directory.path_, errno);
    return directory;
  }
  return failed("cannot lock", path, EBUSY);
}

SocketDirectory::~SocketDirectory() {
  if (!lock_.is_valid()) return;
  remove_sockets();
  ::unlink(socket_path(kLock).c_str());
  ::rmdir(path_.c_str());  // fails when the next instance has come already, and rightly so
}

// Only sockets: nothing else here is ours.
void SocketDirectory::remove_sockets() const {
  for (const std::string& name : names_in(path_)) {
    const std::string path = socket_path(name);
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  }
}

Status SocketDirectory::give_sockets_to(const User& user) {
  if (::chmod(path_.c_str(), kPassThrough) != 0) return failed("cannot use", path_, errno);
  has_owner_ = true;
  owner_ = user;
  return Status::ok();
}

Result<int> SocketDirectory::listen(std::string_view name, int backlog) const {
  const std::string path = socket_path(name);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() > kLongestPath) return failed("cannot make", path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  base::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_valid()) return failed("cannot make", path, errno);
  // The directory keeps others out while the mode is not set yet.
  const bool is_ready =
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0 &&
      (!has_owner_ || ::chown(path.c_str(), owner_.uid, owner_.gid) == 0) &&
      ::listen(socket.get(), backlog) == 0;
  if (!is_ready) return failed("cannot listen on", path, errno);
  return socket.release();
}

std::vector<std::string> find_socket_directories(const std::string& socket_root,
                                                 const std::string& temporary_directory) {
  std::vector<std::string> roots{socket_root};
  if (socket_root.empty()) roots = default_roots(temporary_directory);
  std::vector<std::string> found;
  for (const std::string& root : roots) {
    for (const std::string& name : names_in(root)) {
      std::string path = fmt::format("{}/{}", root, name);
      struct stat status {};
      if (name == "." || name == ".." || ::lstat(path.c_str(), &status) != 0) continue;
      if (S_ISDIR(status.st_mode)) found.push_back(std::move(path));
    }
  }
  return found;
}

}  // namespace socketcluster::supervisor
