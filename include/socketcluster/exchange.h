// SPDX-License-Identifier: MIT
// Exchange: the server's own access to channels and brokers. What it publishes reaches every
// subscriber of every worker; what it subscribes to bypasses all rules for clients. With
// `workers: 0` everything is in this process: no other one is asked, and the key-value store is
// here too; only what needs a broker controller, send() and run(), fails then.
//
//   server.exchange().publish("news", {{"text", "hi"}});
//   server.exchange().subscribe("orders", [](const Json& order) { ... });
//   server.exchange().run("reserve", {{"seat", 7}}, 0, [](const auto& error, const Json& value)
//   {});
//
// Thread rule: the worker's loop thread only. Lifetime: as long as the server. Handlers never run
// inside of a call; what they throw is a warning in the log.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/data_store.h>
#include <socketcluster/error.h>
#include <socketcluster/handler.h>
#include <socketcluster/json.h>

namespace socketcluster {

class ExchangeChannel;

// Which brokers something is sent to. A plain value.
class MapIndex {
 public:
  MapIndex(std::string_view key) : json_(key) {}  // NOLINT: implicit, as in run("f", data, "room")
  MapIndex(const char* key) : json_(key) {}       // NOLINT: as above
  MapIndex(const std::string& key) : json_(key) {}  // NOLINT: as above
  template <std::integral Number>
  MapIndex(Number index) : json_(static_cast<std::int64_t>(index)) {}  // NOLINT: as above
  // The brokers that the keys or numbers belong to, each once.
  explicit MapIndex(const std::vector<MapIndex>& several);
  static MapIndex all() { return MapIndex("*"); }

  // A string is a key: the broker that has the data of this key; "*" means all. A number is the
  // index of a broker, modulo their number. An array stands for several.
  const Json& json() const { return json_; }

 private:
  Json json_;
};

class Exchange : public DataStore {
 public:
  using Handler = socketcluster::Handler<void(const Json& data)>;
  // `error` is empty on success.
  using DoneHandler = socketcluster::Handler<void(const std::optional<Error>& error)>;
  using WatcherId = std::uint64_t;

  // ---- Channels ----
  // Reaches every client and handler that is subscribed now, in the order of the calls. `on_done`:
  // every subscriber whose subscription was confirmed before gets it, or the publish failed
  // (BrokerError, TimeoutError): then it may have reached some. Without `on_done` a failure is a
  // warning in the log.
  void publish(std::string_view channel, const Json& data, DoneHandler on_done = nullptr);

  // Calls `handler` for every message of the channel, from the next one on. One handler per
  // channel; a later one replaces it. `on_done`: whatever is published from now on will come. An
  // error says that it takes longer than `ipcAckTimeout`; the exchange goes on trying.
  ExchangeChannel subscribe(std::string_view channel, Handler handler,
                            DoneHandler on_done = nullptr);
  // Subscribes for handlers that watch() adds.
  ExchangeChannel subscribe(std::string_view channel);
  // Drops the handler of subscribe(); those of watch() stay for a later subscription.
  void unsubscribe(std::string_view channel);
  // From subscribe() to unsubscribe().
  bool is_subscribed(std::string_view channel) const;
  // Names of the channels, in no particular order.
  std::vector<std::string> subscriptions() const;

  // Adds a handler to those of the channel. It hears what the exchange is subscribed to; watching
  // alone subscribes to nothing.
  WatcherId watch(std::string_view channel, Handler handler);
  // Removes one, or all. Without effect for what is not there.
  void unwatch(std::string_view channel, WatcherId watcher);
  void unwatch(std::string_view channel);
  // The same functions for one channel.
  ExchangeChannel channel(std::string_view name);

  // ---- Brokers ----
  // Raises `message` at the broker controllers, by default at all of them. `done` is given the
  // answer of the broker, or a list of answers when there are several brokers.
  void send(const Json& data, ValueHandler done = nullptr);
  void send(const Json& data, const MapIndex& brokers, ValueHandler done = nullptr);
  // Calls a procedure that the broker controller has registered under this name, by default at the
  // first broker. `done` is given what it returned, or a list when there are several brokers.
  void run(std::string_view procedure, const Json& data, ValueHandler done = nullptr);
  void run(std::string_view procedure, const Json& data, const MapIndex& brokers,
           ValueHandler done = nullptr);

  // Says which brokers have a key of the store: given the key (string, array, or null for actions
  // on everything), the name of the action ("set") and the number of brokers, it returns indexes of
  // brokers. All workers must agree on it. Channels stay where they are. Null: by the hash of the
  // key's first part. What it throws leaves the function that was called.
  using Mapper = std::function<std::vector<std::size_t>(const Json& key, std::string_view action,
                                                        std::size_t broker_count)>;
  void set_mapper(Mapper mapper);

 private:
  friend class server::ExchangeCore;
  explicit Exchange(server::ExchangeCore& core) : DataStore(core) {}
  ~Exchange() = default;
};

// One channel of the exchange: copies are cheap and mean the same. Lifetime: as its exchange.
class ExchangeChannel {
 public:
  const std::string& name() const { return name_; }
  void publish(const Json& data, Exchange::DoneHandler on_done = nullptr) const {
    exchange_->publish(name_, data, std::move(on_done));
  }
  void subscribe() const { exchange_->subscribe(name_); }
  void unsubscribe() const { exchange_->unsubscribe(name_); }
  bool is_subscribed() const { return exchange_->is_subscribed(name_); }
  Exchange::WatcherId watch(Exchange::Handler handler) const {
    return exchange_->watch(name_, std::move(handler));
  }
  void unwatch(Exchange::WatcherId watcher) const { exchange_->unwatch(name_, watcher); }
  void unwatch() const { exchange_->unwatch(name_); }

 private:
  friend class Exchange;
  ExchangeChannel(Exchange& exchange, std::string_view name) : exchange_(&exchange), name_(name) {}
  Exchange* exchange_;
  std::string name_;
};

}  // namespace socketcluster
