// SPDX-License-Identifier: MIT
#include "server/drain.h"

#include <algorithm>
#include <utility>

#include "server/socket_server.h"

namespace socketcluster::server {
namespace {

constexpr std::uint64_t kCheckMs = 10;
constexpr std::uint64_t kLingerMs = 500;  // for peers that have not closed their side yet
// How long a hand-over leaves everybody alone: see drain.h.
constexpr std::chrono::milliseconds kSettle(1000);
constexpr std::size_t kLeastBatch = 10;  // a thousand a second

std::uint64_t settle_ms(const DrainPlan& plan) {
  if (!plan.is_paced) return 0;
  return static_cast<std::uint64_t>(std::min(kSettle, plan.timeout / 4).count());
}

// All of them in half of the time; the rest is for their closing handshakes.
std::size_t batch_size(std::size_t sockets, std::chrono::milliseconds timeout) {
  const auto steps = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::max<std::int64_t>(0, timeout.count())) / 2 / kCheckMs);
  return std::max(kLeastBatch, sockets / steps + 1);
}

}  // namespace

Drain::Drain(net::EventLoop& loop, SocketServer& sockets, DrainPlan plan, Hooks hooks)
    : loop_(loop),
      sockets_(sockets),
      plan_(std::move(plan)),
      hooks_(std::move(hooks)),
      started_ms_(loop.now_ms()),
      busy_ms_(loop.now_ms()),
      batch_(batch_size(sockets.clients_count() + sockets.pending_count(), plan_.timeout)) {}

void Drain::close_batch() {
  if (plan_.is_paced) sockets_.close_some(batch_, plan_.code, plan_.reason);
  const bool are_told = sockets_.clients_count() + sockets_.pending_count() == 0;
  if (!plan_.is_paced || are_told) sockets_.close_all(plan_.code, plan_.reason);
  if (!std::exchange(closes_idle_, true)) hooks_.close_idle();
}

void Drain::go_on() {
  const std::uint64_t now = loop_.now_ms();
  const std::uint64_t elapsed = now - started_ms_;
  const bool is_settled = elapsed >= settle_ms(plan_);
  if (is_settled) close_batch();
  if (sockets_.living_count() > 0 || !is_settled || hooks_.has_requests()) busy_ms_ = now;
  const bool is_over = !hooks_.has_clients() || now - busy_ms_ >= kLingerMs ||
                       elapsed >= static_cast<std::uint64_t>(plan_.timeout.count());
  if (is_over) return hooks_.on_done();
  loop_.timers().arm(*this, now + kCheckMs);
}

}  // namespace socketcluster::server
