// SPDX-License-Identifier: MIT
// The key-value store of a broker as commands: one JSON object in, one value or error out. Any
// object is taken, however hostile: what is wrong with it is an error, and a command that fails has
// changed nothing.
//
//   {"action":"set","key":["rooms","lobby"],"value":{"open":true},"getValue":true}
//
//   action       members besides `action`               value
//   set          key value? getValue?                   the value
//   get          key                                    the value; none: there is none
//   getRange     key fromIndex? toIndex?                part of a list or object
//   getAll       -                                      everything
//   count        key                                    number of entries
//   hasKey       key                                    true or false
//   add          key value?                             index of the new entry of the list
//   concat       key value? getValue?                   what was appended
//   remove       key getValue?                          the old value
//   removeRange  key fromIndex? toIndex? getValue?      the removed part
//   removeAll    -                                      -
//   splice       key index? count? items? getValue?     list of the removed entries
//   pop          key getValue?                          list with the removed entry
//   expire       keys value (seconds)                   -
//   unexpire     keys                                   -
//   getExpiry    key                                    seconds since 1970; none: never
//
// A key is a string or number, or an array of them: a path. Where `getValue` is named, the value is
// given only with it. `noAck` is the caller's matter. Other actions, those that run functions of
// the sender among them, are errors. docs/differences.md says where the answers are not the
// original's. Thread rule: one thread; pure, no clock of its own.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "broker/data_expirer.h"
#include "broker/data_map.h"
#include "broker/memory_budget.h"

namespace socketcluster::broker {

struct CommandResult {
  std::string error;                        // text for people; empty: it worked
  std::optional<boost::json::value> value;  // nothing: undefined
};

class DataCommands {
 public:
  // Expired keys that one sweep() removes at most, so that it does not hold up the loop.
  static constexpr std::size_t kSweepKeys = 1000;

  explicit DataCommands(const DataLimits& limits = {});

  // `now_ms`: milliseconds since 1970.
  CommandResult execute(const boost::json::value& request, std::int64_t now_ms);

  // Removes what has expired. To be called regularly (the original does it every five seconds
  // under a master, every second alone). True: more is due, call again in the next loop turn.
  bool sweep(std::int64_t now_ms);

  // For code that runs in the broker itself.
  DataMap& map() { return map_; }
  DataExpirer& expirer() { return expirer_; }
  std::size_t used_bytes() const { return budget_.used(); }

 private:
  MemoryBudget budget_;
  DataMap map_;
  DataExpirer expirer_;
};

}  // namespace socketcluster::broker
