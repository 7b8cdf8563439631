// SPDX-License-Identifier: MIT
// What the application asks of the brokers: commands of the key-value store, messages, procedures.
// Says which brokers a request goes to, and makes one answer of several. Without an engine the
// store is in this process.
//
// Thread rule: loop thread. Lifetime: a part of its ExchangeCore; the engine must end before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/exchange.h>

#include "server/local_store.h"

namespace socketcluster::server {

class SocketServer;

// What the answers of several brokers become.
enum class Join : std::uint8_t { kList, kMerge, kNothing };

class BrokerRequests {
 public:
  explicit BrokerRequests(SocketServer& sockets) : sockets_(sockets) {}

  void set_mapper(Exchange::Mapper mapper) { mapper_ = std::move(mapper); }

  // A command of the store; each goes to the brokers that have the key, the keys, everything.
  void ask(std::string_view action, JsonObject command, const DataKey& key, ValueHandler done);
  void ask_keys(std::string_view action, JsonObject command, const std::vector<DataKey>& keys,
                ValueHandler done);
  void ask_all(std::string_view action, Join join, ValueHandler done);
  // A message or a call of a procedure. No value for `brokers`: the first one.
  void ask_controller(std::string_view action, const JsonObject& request,
                      const std::optional<MapIndex>& brokers, ValueHandler done);

 private:
  struct Part {
    std::size_t broker;
    JsonObject request;
  };
  class Gathering;

  std::size_t broker_count() const;
  std::size_t shard(const Json& key) const;
  // Sorted, each once. Empty: the mapper has named none that exists.
  std::vector<std::size_t> brokers_of_key(const Json& key, std::string_view action) const;
  std::vector<std::size_t> all_brokers() const;
  std::vector<std::size_t> brokers_of(const Json& map_index) const;

  void ask_brokers(std::string_view action, const std::vector<std::size_t>& brokers,
                   const JsonObject& request, Join join, ValueHandler done);
  void ask_parts(std::string_view action, std::vector<Part> parts, Join join, ValueHandler done);
  void send(std::string_view action, Part part, ValueHandler answer);
  void answer_here(std::string_view action, const JsonObject& request, const ValueHandler& answer);
  void finish(const std::string& action, const ValueHandler& done,
              const std::optional<Error>& error, const Json& value);

  SocketServer& sockets_;
  Exchange::Mapper mapper_;
  std::unique_ptr<LocalStore> store_;  // made when it is first needed
};

}  // namespace socketcluster::server
