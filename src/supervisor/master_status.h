// SPDX-License-Identifier: MIT
// The report of all processes, as the master has it to give: who they are, and the socket where it
// is asked for.
//
// Thread rule: loop thread only. Owned by the master.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "supervisor/status_collector.h"
#include "supervisor/status_endpoint.h"

namespace socketcluster::supervisor {

class MasterCore;

class MasterStatus final : private StatusSource {
 public:
  // `master` must outlive it.
  explicit MasterStatus(MasterCore& master);
  MasterStatus(const MasterStatus&) = delete;
  MasterStatus& operator=(const MasterStatus&) = delete;

  // Answers on the master's socket from now on. REQUIRES: there is a socket directory.
  base::Status open();
  StatusCollector& collector() { return collector_; }

 private:
  JsonObject instance() const override;
  std::vector<WatchedProcess> processes() const override;

  MasterCore& master_;
  const std::uint64_t started_ms_;
  StatusCollector collector_;
  std::unique_ptr<StatusEndpoint> endpoint_;
};

}  // namespace socketcluster::supervisor
