// SPDX-License-Identifier: MIT
// Why a broker did not do something, in the original's words where it has any. Thread rule: pure.
#pragma once

#include <string>
#include <string_view>

#include "broker/exchange_engine.h"

namespace socketcluster::exchange {

inline broker::ExchangeError timed_out(std::string_view action) {
  return {protocol::ErrorName::kTimeout,
          "scBroker Error - The " + std::string(action) + " action timed out"};
}

inline broker::ExchangeError connection_lost(std::string_view action) {
  return {protocol::ErrorName::kBroker,
          "The connection to the broker was lost before it had confirmed the " +
              std::string(action) + " action"};
}

inline broker::ExchangeError too_much_waits() {
  return {protocol::ErrorName::kBroker, "Too much is waiting for the broker already"};
}

inline broker::ExchangeError too_long() {
  return {protocol::ErrorName::kBroker, "The message is too long for the broker"};
}

}  // namespace socketcluster::exchange
