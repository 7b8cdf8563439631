// SPDX-License-Identifier: MIT
#include "exchange/subscriptions.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>

#include "exchange/texts.h"

namespace socketcluster::exchange {

void Subscriptions::lost() {
  sent_.clear();
  recovery_number_ = 0;
  is_sent_ = false;
  is_recovered_ = false;
  // Channels without a waiter are as any other from now on.
  std::erase_if(channels_, [](const auto& entry) { return entry.second.waiters.empty(); });
  for (auto& [name, channel] : channels_) channel.number = 0;
}

void Subscriptions::all_sent(std::uint64_t number) {
  recovery_number_ = number;
  is_sent_ = true;
}

void Subscriptions::sent(std::string_view channel, std::uint64_t number) {
  const auto found = channels_.find(channel);
  if (found != channels_.end()) {
    found->second.number = number;
  } else {
    channels_.emplace(std::string(channel), Channel{number, {}});
  }
  sent_.emplace_back(number, std::string(channel));
}

std::vector<Subscriptions::Done> Subscriptions::remove(std::string_view channel) {
  std::vector<Done> waiting;
  const auto found = channels_.find(channel);
  if (found == channels_.end()) return waiting;
  for (Waiter& waiter : found->second.waiters) waiting.push_back(std::move(waiter.done));
  channels_.erase(found);
  return waiting;
}

bool Subscriptions::is_confirmed(std::string_view channel) const {
  return is_recovered_ && channels_.find(channel) == channels_.end();
}

void Subscriptions::wait(std::string_view channel, std::uint64_t deadline_ms, Done done) {
  auto found = channels_.find(channel);
  if (found == channels_.end()) found = channels_.emplace(std::string(channel), Channel{}).first;
  found->second.waiters.push_back({deadline_ms, std::move(done)});
}

std::uint64_t Subscriptions::first_number() const {
  if (is_sent_ && !is_recovered_) return recovery_number_;
  return sent_.empty() ? UINT64_MAX : sent_.front().first;
}

void Subscriptions::confirm_first() {
  std::vector<std::string> confirmed;
  if (!is_recovered_) {
    is_recovered_ = true;
    for (const auto& [name, channel] : channels_) {
      if (channel.number == 0) confirmed.push_back(name);
    }
    return confirm(confirmed, 0);
  }
  const std::uint64_t number = sent_.front().first;
  confirmed.push_back(std::move(sent_.front().second));
  sent_.pop_front();
  confirm(confirmed, number);
}

// One that was left and taken again meanwhile has another number.
void Subscriptions::confirm(const std::vector<std::string>& channels, std::uint64_t number) {
  for (const std::string& name : channels) {
    const auto found = channels_.find(name);
    if (found == channels_.end() || found->second.number != number) continue;
    std::vector<Waiter> waiters = std::move(found->second.waiters);
    channels_.erase(found);
    for (Waiter& waiter : waiters) waiter.done(nullptr);
  }
}

// All who wait for a channel hear the same: one of them may be there twice.
void Subscriptions::expire(std::uint64_t now_ms) {
  std::vector<Waiter> expired;
  for (auto& [name, channel] : channels_) {
    if (channel.waiters.empty() || channel.waiters.front().deadline_ms > now_ms) continue;
    std::move(channel.waiters.begin(), channel.waiters.end(), std::back_inserter(expired));
    channel.waiters.clear();
  }
  const broker::ExchangeError error = timed_out("subscribe");
  for (Waiter& waiter : expired) waiter.done(&error);
}

}  // namespace socketcluster::exchange
