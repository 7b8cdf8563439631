// SPDX-License-Identifier: MIT
#include "project/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/printable.h"

namespace socketcluster::project {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kChange = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::array<std::string_view, 9> kEndings = {".cpp", ".cc", ".cxx", ".c",    ".h",
                                                      ".hpp", ".hh", ".ipp", ".cmake"};

}  // namespace

bool is_source_file(std::string_view name) {
  if (name.starts_with('.')) return false;
  return name == "CMakeLists.txt" || std::any_of(kEndings.begin(), kEndings.end(),
                                                 [name](auto end) { return name.ends_with(end); });
}

bool is_watched_folder(std::string_view name) {
  return !name.starts_with('.') && name != "build" && name != "node_modules" && name != "public";
}

base::Status FileWatch::open(const fs::path& folder) {
  root_ = folder;
  notices_ = base::Descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!notices_.is_valid())
    return base::Failure{std::string("cannot watch files: ") + std::strerror(errno)};
  return add_folder(folder, nullptr);
}

// With the folders below. `found` gets the names of the files that are there already: they may have
// come before the watch.
base::Status FileWatch::add_folder(const fs::path& folder, std::set<std::string>* found) {
  const int watch = ::inotify_add_watch(fd(), folder.c_str(), kChange | IN_CREATE | IN_ONLYDIR);
  if (watch < 0) {
    const char* const remedy = errno == ENOSPC ? " (raise fs.inotify.max_user_watches)" : "";
    return base::Failure{"cannot watch " + base::printable(folder.native()) + ": " +
                         std::strerror(errno) + remedy};
  }
  folders_[watch] = folder;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    const bool is_folder = entry->symlink_status(error).type() == fs::file_type::directory;
    if (is_folder && is_watched_folder(name)) {
      if (base::Status added = add_folder(entry->path(), found); !added) return added;
    } else if (!is_folder && found != nullptr && is_source_file(name)) {
      found->insert(name);
    }
  }
  return base::Status::ok();
}

bool FileWatch::take_changes(std::set<std::string>& all) {
  std::set<std::string> names;
  alignas(inotify_event) std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t size = ::read(fd(), buffer.data(), buffer.size());
    if (size <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const std::string name = event.len == 0 ? "" : buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        // Whatever was lost: everything may have changed.
        static_cast<void>(add_folder(root_, &names));
      } else if ((event.mask & IN_ISDIR) != 0) {
        const bool is_new = (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0;
        if (is_new && is_watched_folder(name)) {
          static_cast<void>(add_folder(folders_[event.wd] / name, &names));
        }
      } else if ((event.mask & kChange) != 0 && is_source_file(name)) {
        names.insert(name);
      }
    }
  }
  all.insert(names.begin(), names.end());
  return !names.empty();
}

}  // namespace socketcluster::project
