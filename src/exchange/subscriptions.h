// SPDX-License-Identifier: MIT
// Which subscriptions a broker has not confirmed yet, and who waits for that. A channel that is not
// listed is confirmed: most are, and cost nothing here.
//
//   add() --sent()--> number --confirm(number)--> forgotten, its waiters told
//     ^                  |
//     +----- lost() -----+     every channel of the worker is sent again, under one last number
//
// Thread rule: pure, one thread. Callbacks may do anything but destroy this object.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/exchange_engine.h"

namespace socketcluster::exchange {

class Subscriptions {
 public:
  using Done = broker::ExchangeEngine::Done;

  // Nothing has been sent on this connection; channels that are not listed count as unconfirmed.
  void lost();
  // All channels of the worker were sent, the last one under `number` (0: there are none).
  void all_sent(std::uint64_t number);
  bool has_recovered() const { return is_recovered_; }

  // A new subscription was sent under this number, greater than all before.
  void sent(std::string_view channel, std::uint64_t number);
  // The channel has no subscriber any more. Returns those who waited for it: to be told that it is
  // done, later.
  std::vector<Done> remove(std::string_view channel);

  bool is_confirmed(std::string_view channel) const;
  // REQUIRES: !is_confirmed(channel).
  void wait(std::string_view channel, std::uint64_t deadline_ms, Done done);

  // The first number that something waits for; UINT64_MAX when there is none.
  std::uint64_t first_number() const;
  // What waits for exactly first_number() is confirmed.
  void confirm_first();
  // Tells those whose time is over. The subscriptions themselves go on.
  void expire(std::uint64_t now_ms);
  bool is_empty() const { return channels_.empty(); }

 private:
  struct NameHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): named by the standard
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>{}(name);
    }
  };
  struct Waiter {
    std::uint64_t deadline_ms;
    Done done;
  };
  struct Channel {
    std::uint64_t number = 0;  // 0: goes with all_sent()
    std::vector<Waiter> waiters;
  };
  using Channels = std::unordered_map<std::string, Channel, NameHash, std::equal_to<>>;

  void confirm(const std::vector<std::string>& channels, std::uint64_t number);

  Channels channels_;                                       // not confirmed
  std::deque<std::pair<std::uint64_t, std::string>> sent_;  // in the order of their numbers
  std::uint64_t recovery_number_ = 0;                       // of the last channel of all_sent()
  bool is_sent_ = false;                                    // all_sent() has been called
  bool is_recovered_ = false;                               // recovery_number_ is confirmed
};

}  // namespace socketcluster::exchange
