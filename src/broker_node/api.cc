// SPDX-License-Identifier: MIT
// The public classes: thin handles on BrokerCore.
#include <stdexcept>
#include <utility>

#include <socketcluster/broker.h>

#include "broker_node/broker_core.h"

namespace socketcluster {

// ---- Broker ----

std::uint32_t Broker::id() const {
  return core_.id();
}
const Options& Broker::options() const {
  return core_.options();
}
const std::string& Broker::instance_id() const {
  return core_.options().instance_id;
}

void Broker::on_subscribe(ChannelHandler handler) {
  core_.events().set_subscribe_handler(std::move(handler));
}
void Broker::on_unsubscribe(ChannelHandler handler) {
  core_.events().set_unsubscribe_handler(std::move(handler));
}
void Broker::on_publish(PublishHandler handler) {
  core_.events().set_publish_handler(std::move(handler));
}
void Broker::on_message(MessageHandler handler) {
  core_.requests().set_message_handler(std::move(handler));
}
void Broker::on_master_message(MessageHandler handler) {
  core_.set_master_message_handler(std::move(handler));
}
void Broker::procedure(std::string_view name, MessageHandler handler) {
  core_.requests().set_procedure(name, std::move(handler));
}

void Broker::publish(std::string_view channel, const Json& data) {
  core_.publish(channel, data);
}
void Broker::send_to_master(const Json& data, MessageAnswer answer) {
  core_.send_to_master(data, std::move(answer));
}

Broker::TimerId Broker::set_timeout(std::chrono::milliseconds delay, Task task) {
  return core_.tasks().add_timer(delay, false, std::move(task));
}
Broker::TimerId Broker::set_interval(std::chrono::milliseconds interval, Task task) {
  return core_.tasks().add_timer(interval, true, std::move(task));
}
void Broker::clear_timer(TimerId timer) {
  core_.tasks().remove_timer(timer);
}
void Broker::post(Task task) {
  core_.tasks().post(std::move(task));
}

// ---- BrokerData ----

std::optional<Json> BrokerData::command(const JsonObject& command) const {
  broker::CommandResult result = core_.requests().execute(command);
  if (!result.error.empty()) throw std::runtime_error(result.error);
  return std::move(result.value);
}
std::optional<Json> BrokerData::execute(const JsonObject& request) {
  return command(request);
}

std::optional<Json> BrokerData::get(const Json& key) const {
  return command({{"action", "get"}, {"key", key}});
}
Json BrokerData::get_all() const {
  return command({{"action", "getAll"}}).value_or(JsonObject());
}
bool BrokerData::has_key(const Json& key) const {
  const auto found = command({{"action", "hasKey"}, {"key", key}});
  return found && found->is_bool() && found->get_bool();
}
std::uint64_t BrokerData::count(const Json& key) const {
  return command({{"action", "count"}, {"key", key}}).value_or(0).to_number<std::uint64_t>();
}
void BrokerData::set(const Json& key, const Json& value) {
  command({{"action", "set"}, {"key", key}, {"value", value}});
}
std::uint64_t BrokerData::add(const Json& key, const Json& value) {
  return command({{"action", "add"}, {"key", key}, {"value", value}})
      .value_or(0)
      .to_number<std::uint64_t>();
}
void BrokerData::remove(const Json& key) {
  command({{"action", "remove"}, {"key", key}});
}
void BrokerData::remove_all() {
  command({{"action", "removeAll"}});
}
void BrokerData::expire(const JsonArray& keys, std::chrono::seconds lifetime) {
  command({{"action", "expire"}, {"keys", keys}, {"value", lifetime.count()}});
}
void BrokerData::unexpire(const JsonArray& keys) {
  command({{"action", "unexpire"}, {"keys", keys}});
}

}  // namespace socketcluster
