// SPDX-License-Identifier: MIT
#include "app/show_status.h"

#include <ostream>
#include <string>

#include "base/printable.h"
#include "json/value.h"
#include "supervisor/socket_directory.h"
#include "supervisor/status_query.h"
#include "supervisor/status_table.h"

namespace socketcluster::app {
namespace {

std::string nothing_runs(const supervisor::StatusQuery& query) {
  std::string text = "no server of this user runs";
  if (!query.app_name.empty()) text += " as '" + base::printable(query.app_name, 60) + "'";
  return text + " with its sockets in " +
         base::printable(query.socket_root.empty() ? query.temporary_directory + "/socketcluster"
                                                   : query.socket_root);
}

}  // namespace

int show_status(const Options& options, config::StatusFormat format, config::Streams streams) {
  const supervisor::StatusQuery query{.app_name = options.app_name,
                                      .socket_root = options.socket_root,
                                      .temporary_directory = supervisor::temporary_directory()};
  const supervisor::StatusAnswers answers = supervisor::ask_for_status(query);
  for (const std::string& problem : answers.problems) streams.err << problem << '\n';
  bool is_first = true;
  for (const JsonObject& report : answers.reports) {
    if (format == config::StatusFormat::kJson) {
      streams.out << json::to_text(report) << '\n';
    } else {
      streams.out << (is_first ? "" : "\n") << supervisor::status_table(report);
    }
    is_first = false;
  }
  streams.out.flush();
  if (!answers.reports.empty()) return config::kExitOk;
  if (answers.problems.empty()) streams.err << nothing_runs(query) << '\n' << std::flush;
  return config::kExitFailure;
}

}  // namespace socketcluster::app
