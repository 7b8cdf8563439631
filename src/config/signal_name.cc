// SPDX-License-Identifier: MIT
#include "config/signal_name.h"

#include <csignal>
#include <utility>

namespace socketcluster::config {

std::optional<int> signal_number(std::string_view name) {
  // Those whose default is to end the process.
  constexpr std::pair<std::string_view, int> kSignals[] = {
      {"SIGHUP", SIGHUP},   {"SIGINT", SIGINT},   {"SIGQUIT", SIGQUIT},
      {"SIGABRT", SIGABRT}, {"SIGKILL", SIGKILL}, {"SIGUSR1", SIGUSR1},
      {"SIGUSR2", SIGUSR2}, {"SIGALRM", SIGALRM}, {"SIGTERM", SIGTERM}};
  for (const auto& [known, number] : kSignals) {
    if (known == name) return number;
  }
  return std::nullopt;
}

}  // namespace socketcluster::config
