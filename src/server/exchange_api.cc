// SPDX-License-Identifier: MIT
// The functions of the public Exchange.
#include <optional>
#include <utility>

#include <socketcluster/exchange.h>

#include "server/broker_requests.h"
#include "server/exchange_core.h"

namespace socketcluster {

void Exchange::publish(std::string_view channel, const Json& data, DoneHandler on_done) {
  core_.publish(channel, data, std::move(on_done));
}
ExchangeChannel Exchange::subscribe(std::string_view channel, Handler handler,
                                    DoneHandler on_done) {
  core_.set_handler(channel, std::move(handler));
  core_.subscribe(channel, std::move(on_done));
  return this->channel(channel);
}
ExchangeChannel Exchange::subscribe(std::string_view channel) {
  core_.subscribe(channel, nullptr);
  return this->channel(channel);
}
void Exchange::unsubscribe(std::string_view channel) {
  core_.unsubscribe(channel);
}
bool Exchange::is_subscribed(std::string_view channel) const {
  return core_.is_subscribed(channel);
}
std::vector<std::string> Exchange::subscriptions() const {
  return core_.subscriptions();
}
Exchange::WatcherId Exchange::watch(std::string_view channel, Handler handler) {
  return core_.watch(channel, std::move(handler));
}
void Exchange::unwatch(std::string_view channel, WatcherId watcher) {
  core_.unwatch(channel, watcher);
}
void Exchange::unwatch(std::string_view channel) {
  core_.unwatch(channel);
}
ExchangeChannel Exchange::channel(std::string_view name) {
  return {*this, name};
}

// ---- Brokers ----

MapIndex::MapIndex(const std::vector<MapIndex>& several) : json_(JsonArray()) {
  for (const MapIndex& one : several) json_.get_array().push_back(one.json_);
}

void Exchange::send(const Json& data, ValueHandler done) {
  send(data, MapIndex::all(), std::move(done));
}
void Exchange::send(const Json& data, const MapIndex& brokers, ValueHandler done) {
  core_.requests().ask_controller("send", {{"data", data}}, brokers, std::move(done));
}
void Exchange::run(std::string_view procedure, const Json& data, ValueHandler done) {
  core_.requests().ask_controller("run", {{"procedure", procedure}, {"data", data}}, std::nullopt,
                                  std::move(done));
}
void Exchange::run(std::string_view procedure, const Json& data, const MapIndex& brokers,
                   ValueHandler done) {
  core_.requests().ask_controller("run", {{"procedure", procedure}, {"data", data}}, brokers,
                                  std::move(done));
}
void Exchange::set_mapper(Mapper mapper) {
  core_.requests().set_mapper(std::move(mapper));
}

}  // namespace socketcluster
