// SPDX-License-Identifier: MIT
#include "ipc/child_role.h"

#include <fcntl.h>

#include <charconv>
#include <cstdlib>
#include <vector>

namespace socketcluster::ipc {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <typename T>
bool parse_number(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_descriptor(std::string_view text, int& fd) {
  return parse_number(text, fd) && fd >= 0;
}

bool parse_extra(std::string_view text, ChildRole& role) {
  constexpr std::string_view kDeal = "deal=", kListen = "listen=", kRedirect = "redirect=";
  if (text.starts_with(kDeal)) return parse_descriptor(text.substr(kDeal.size()), role.deal_fd);
  if (text.starts_with(kListen)) {
    return parse_descriptor(text.substr(kListen.size()), role.listen_fd);
  }
  if (text.starts_with(kRedirect)) {
    return parse_descriptor(text.substr(kRedirect.size()), role.redirect_fd);
  }
  return false;
}

bool close_on_exec(int fd) {
  return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

}  // namespace

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kWorker:
      return "worker";
    case Role::kBroker:
      return "broker";
  }
  return "";
}

std::string process_name(Role role, std::uint32_t id) {
  return std::string(role_name(role)) + ' ' + std::to_string(id);
}

std::string to_text(const ChildRole& role) {
  std::string text(role_name(role.role));
  text += ':' + std::to_string(role.id) + ':' + std::to_string(role.control_fd);
  if (role.deal_fd >= 0) text += ":deal=" + std::to_string(role.deal_fd);
  if (role.listen_fd >= 0) text += ":listen=" + std::to_string(role.listen_fd);
  if (role.redirect_fd >= 0) text += ":redirect=" + std::to_string(role.redirect_fd);
  return text;
}

base::Result<ChildRole> parse_child_role(std::string_view text) {
  const base::Failure failure{std::string(kChildRoleVariable) +
                              " is for the program's own use; take it out of the environment"};
  const std::vector<std::string_view> parts = split(text, ':');
  ChildRole role;
  if (parts.size() < 3) return failure;
  if (parts[0] == role_name(Role::kBroker)) {
    role.role = Role::kBroker;
  } else if (parts[0] != role_name(Role::kWorker)) {
    return failure;
  }
  if (!parse_number(parts[1], role.id) || !parse_descriptor(parts[2], role.control_fd)) {
    return failure;
  }
  for (std::size_t i = 3; i < parts.size(); ++i) {
    if (!parse_extra(parts[i], role)) return failure;
  }
  return role;
}

std::optional<base::Result<ChildRole>> take_child_role() {
  const char* const value = std::getenv(kChildRoleVariable);
  if (value == nullptr) return std::nullopt;
  base::Result<ChildRole> role = parse_child_role(value);
  ::unsetenv(kChildRoleVariable);
  if (!role) return role;
  for (const int fd : {role->control_fd, role->deal_fd, role->listen_fd, role->redirect_fd}) {
    if (fd >= 0 && !close_on_exec(fd)) {
      return base::Result<ChildRole>(base::Failure{
          std::string(kChildRoleVariable) + " names a descriptor that this process does not have"});
    }
  }
  return role;
}

}  // namespace socketcluster::ipc
