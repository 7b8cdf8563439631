// SPDX-License-Identifier: MIT
#include "supervisor/user.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/printable.h"

namespace socketcluster::supervisor {
namespace {

using base::Failure;

constexpr std::size_t kEntryBytes = 64 * 1024;

std::string display_name(const User& user) {
  return user.name.empty() ? std::to_string(user.uid) : user.name;
}

// `look_up` is getpwnam_r or getpwuid_r with the key.
template <typename LookUp>
bool find_entry(LookUp look_up, User& user) {
  std::vector<char> buffer(kEntryBytes);
  passwd entry{};
  passwd* found = nullptr;
  if (look_up(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return false;
  user = {.name = found->pw_name, .uid = found->pw_uid, .gid = found->pw_gid};
  return true;
}

bool is_this_process(const User& user) {
  return ::getuid() == user.uid && ::geteuid() == user.uid;
}

Failure refused(const char* what, const User& user) {
  const int error = errno;
  return Failure{fmt::format("downgradeToUser: {} of user {} failed: {}", what, display_name(user),
                             std::generic_category().message(error))};
}

}  // namespace

base::Result<User> find_user(const std::string& name_or_number) {
  User user;
  const auto by_name = [&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwnam_r(name_or_number.c_str(), entry, buffer, size, found);
  };
  if (find_entry(by_name, user)) return user;
  const char* const end = name_or_number.data() + name_or_number.size();
  const auto [rest, error] = std::from_chars(name_or_number.data(), end, user.uid);
  // The highest number means "unchanged" to setuid() and its relatives.
  if (error != std::errc{} || rest != end || user.uid == static_cast<uid_t>(-1)) {
    return Failure{
        fmt::format("downgradeToUser: there is no user '{}'", base::printable(name_or_number, 60))};
  }
  const auto by_number = [&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwuid_r(user.uid, entry, buffer, size, found);
  };
  if (!find_entry(by_number, user)) user.gid = user.uid;
  return user;
}

base::Status check_may_start_as(const User& user) {
  if (::geteuid() == 0 || is_this_process(user)) return base::Status::ok();
  return Failure{fmt::format(
      "downgradeToUser: only root can start processes as user {}; this one runs as user {}",
      display_name(user), ::geteuid())};
}

base::Status become(const User& user) {
  if (is_this_process(user)) return base::Status::ok();
  const int groups =
      user.name.empty() ? ::setgroups(0, nullptr) : ::initgroups(user.name.c_str(), user.gid);
  if (groups != 0) return refused("taking the groups", user);
  if (::setgid(user.gid) != 0) return refused("taking the group", user);
  if (::setuid(user.uid) != 0) return refused("taking the rights", user);
  // It must not be possible to come back.
  if (user.uid != 0 && ::setuid(0) == 0) {
    errno = EPERM;
    return refused("giving up the rights", user);
  }
  return base::Status::ok();
}

}  // namespace socketcluster::supervisor
