// SPDX-License-Identifier: MIT
// The boundary between a process and the application's handlers: what a handler throws becomes a
// warning in the log. Thread rule: loop thread.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"

namespace socketcluster::ipc {

// Returns the text of what `call` has thrown. `what` names the handler in the log.
template <typename Call>
std::optional<std::string> call_user(base::Log& log, std::string_view what, Call&& call) {
  std::string text;
  try {
    call();
    return std::nullopt;
  } catch (const std::exception& error) {
    text = error.what();
  } catch (...) {
    text = "unknown exception";
  }
  log.warning(std::string(what) + " threw: " + text);
  return text;
}

}  // namespace socketcluster::ipc
