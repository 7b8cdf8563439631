// SPDX-License-Identifier: MIT
// The boundary between a process and the application's handlers, which may throw. Thread rule: loop
// thread.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"

namespace socketcluster::ipc {

// Returns the text of what `call` has thrown.
template <typename Call>
std::optional<std::string> catch_user(Call&& call) {
  try {
    call();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown exception";
  }
}

// The same with a warning, in which `what` names the handler.
template <typename Call>
std::optional<std::string> call_user(base::Log& log, std::string_view what, Call&& call) {
  std::optional<std::string> thrown = catch_user(std::forward<Call>(call));
  if (thrown) log.warning(std::string(what) + " threw: " + *thrown);
  return thrown;
}

}  // namespace socketcluster::ipc
