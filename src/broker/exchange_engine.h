// SPDX-License-Identifier: MIT
// ExchangeEngine: how a worker reaches the subscribers in other processes: it subscribes to
// channels at the brokers and publishes through them. A worker without an engine is alone and
// delivers by itself.
//
//   worker --subscribe, publish, request--> ExchangeEngine --> brokers
//   worker <--on_message------------------- ExchangeEngine <-- brokers
//
// With an engine a publish is not delivered locally: it comes back from the channel's broker as a
// message, so that all subscribers of a channel, wherever they are, see one order.
//
// Thread rule: the worker's loop thread. No function calls back synchronously.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/unique_function.h"
#include "protocol/errors.h"

namespace socketcluster::broker {

// Why the engine could not do something.
struct ExchangeError {
  protocol::ErrorName name = protocol::ErrorName::kBroker;  // kTimeout or kBroker
  std::string text;
};

// The worker, as its engine sees it.
class ExchangeSink {
 public:
  // A message of a channel that has been subscribed to. The views are valid for the call only;
  // `data_json` is empty when nothing was published but the channel.
  virtual void on_message(std::string_view channel, std::string_view data_json) = 0;
  // Calls `visit` for every channel that has a local subscriber now: what an engine has to
  // subscribe to again after it has lost a broker. `visit` must not change subscriptions.
  virtual void for_each_channel(const std::function<void(std::string_view)>& visit) const = 0;

 protected:
  ~ExchangeSink() = default;
};

class ExchangeEngine {
 public:
  // Called exactly once, unless the engine is destroyed before. Null: it is done.
  using Done = base::UniqueFunction<void(const ExchangeError* error)>;
  // `value_json` is empty when there is no value ("undefined") or an error; valid for the call.
  using Answer =
      base::UniqueFunction<void(const ExchangeError* error, std::string_view value_json)>;

  ExchangeEngine() = default;
  ExchangeEngine(const ExchangeEngine&) = delete;
  ExchangeEngine& operator=(const ExchangeEngine&) = delete;
  virtual ~ExchangeEngine() = default;

  // Called once, before anything else. `sink` must outlive the engine's last callback, that is the
  // engine.
  virtual void start(ExchangeSink& sink) = 0;

  // The first local subscriber of the channel has come; the last one has gone.
  virtual void subscribe(std::string_view channel) = 0;
  virtual void unsubscribe(std::string_view channel) = 0;
  // Everything that anybody publishes from now on will arrive. REQUIRES: it has local subscribers.
  virtual bool is_subscribed(std::string_view channel) const = 0;
  // Calls `done` when that is so, or when the engine gives up waiting for it. The engine does not
  // unsubscribe then: that is for the caller to decide. REQUIRES: !is_subscribed(channel).
  virtual void when_subscribed(std::string_view channel, Done done) = 0;

  // `done` is called when every subscriber that had been acknowledged before will get the message.
  // An error says that it may not have been delivered. Null: nobody waits; then a loss is logged.
  virtual void publish(std::string_view channel, std::string_view data_json, Done done) = 0;

  // Asks a broker. `request_json` is an object with the member `action`; `action` is its value,
  // for texts. REQUIRES: broker < broker_count().
  virtual void request(std::size_t broker, std::string_view action, std::string_view request_json,
                       Answer answer) = 0;
  virtual std::size_t broker_count() const = 0;

  // Connections of the worker's loop that are the engine's own: they don't keep a worker from
  // ending.
  virtual std::size_t open_connections() const = 0;
};

}  // namespace socketcluster::broker
