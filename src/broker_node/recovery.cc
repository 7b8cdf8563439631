// SPDX-License-Identifier: MIT
#include "broker_node/recovery.h"

#include <string>
#include <utility>

namespace socketcluster::broker_node {

Recovery::Recovery(net::EventLoop& loop, base::Log& log, const std::vector<std::uint32_t>& awaited,
                   std::chrono::milliseconds timeout, base::UniqueFunction<void()> on_over)
    : loop_(loop),
      log_(log),
      awaited_(awaited.begin(), awaited.end()),
      on_over_(std::move(on_over)) {
  if (is_over()) return;
  loop_.timers().arm(*this, loop_.now_ms() + static_cast<std::uint64_t>(timeout.count()));
}

void Recovery::settled(std::uint32_t worker) {
  if (awaited_.erase(worker) != 0 && is_over()) end();
}

void Recovery::on_timer() {
  std::string names;
  for (const std::uint32_t worker : awaited_) names += " " + std::to_string(worker);
  log_.warning("broker: goes on without the subscriptions of worker" + names +
               ", which did not connect again in time");
  awaited_.clear();
  end();
}

void Recovery::end() {
  cancel();
  loop_.defer([this] { on_over_(); });
}

}  // namespace socketcluster::broker_node
