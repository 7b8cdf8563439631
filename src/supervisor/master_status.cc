// SPDX-License-Identifier: MIT
#include "supervisor/master_status.h"

#include <unistd.h>

#include <string>
#include <string_view>

#include <socketcluster/version.h>

#include "supervisor/master_core.h"

namespace socketcluster::supervisor {
namespace {

std::string_view state_name(Child::Phase phase) {
  switch (phase) {
    case Child::Phase::kStarting:
      return "starting";
    case Child::Phase::kServing:
      return "serving";
    case Child::Phase::kEnding:
    case Child::Phase::kEnded:
      return "ending";
  }
  return "";
}

void add_processes(const std::vector<std::unique_ptr<Slot>>& slots,
                   std::vector<WatchedProcess>& list) {
  for (const auto& slot : slots) {
    for (const auto& child : slot->children) {
      const bool can_answer =
          child->phase() == Child::Phase::kServing || child->phase() == Child::Phase::kEnding;
      list.push_back({.role = std::string(ipc::role_name(slot->role)),
                      .id = slot->id,
                      .pid = child->pid(),
                      .state = std::string(state_name(child->phase())),
                      .started_ms = child->started_ms(),
                      .restarts = slot->restarts,
                      .control = can_answer ? &child->control() : nullptr});
    }
  }
}

}  // namespace

MasterStatus::MasterStatus(MasterCore& master)
    : master_(master),
      started_ms_(master.loop().now_ms()),
      collector_(master.loop(), *this, master.options().worker_status_interval) {}

base::Status MasterStatus::open() {
  constexpr int kBacklog = 64;
  const base::Result<int> fd = master_.socket_directory()->listen(kMasterSocket, kBacklog);
  if (!fd) return fd.error();
  endpoint_ = std::make_unique<StatusEndpoint>(master_.loop(), master_.log(), collector_, *fd);
  return endpoint_->start();
}

JsonObject MasterStatus::instance() const {
  const Options& options = master_.options();
  return {{"appName", options.app_name},
          {"instanceId", options.instance_id},
          {"version", SOCKETCLUSTER_VERSION_STRING},
          {"environment", options.environment},
          {"port", master_.port()}};
}

std::vector<WatchedProcess> MasterStatus::processes() const {
  std::vector<WatchedProcess> list{
      {.role = "master", .pid = ::getpid(), .started_ms = started_ms_}};
  add_processes(master_.workers(), list);
  add_processes(master_.brokers(), list);
  return list;
}

}  // namespace socketcluster::supervisor
