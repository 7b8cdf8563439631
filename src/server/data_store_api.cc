// SPDX-License-Identifier: MIT
// The functions of the public DataStore: each makes the command that a broker understands.
#include <utility>

#include <socketcluster/data_store.h>

#include "server/broker_requests.h"
#include "server/exchange_core.h"

namespace socketcluster {

using server::Join;

namespace {

JsonObject with_value(const Json& value) {
  return {{"value", value}};
}

JsonObject with_range(const Json& from, const Json& to) {
  JsonObject command{{"fromIndex", from}};
  if (!to.is_null()) command["toIndex"] = to;
  return command;
}

void want_value(JsonObject& command, GetValue get_value) {
  if (get_value == GetValue::kYes) command["getValue"] = true;
}

JsonObject for_value(GetValue get_value) {
  JsonObject command;
  want_value(command, get_value);
  return command;
}

}  // namespace

DataKey::DataKey(std::initializer_list<Part> chain) : json_(JsonArray()) {
  for (const Part& part : chain) json_.get_array().push_back(part.json_);
}
DataKey::DataKey(const std::vector<Part>& chain) : json_(JsonArray()) {
  for (const Part& part : chain) json_.get_array().push_back(part.json_);
}

// ---- Reading ----

void DataStore::get(const DataKey& key, ValueHandler done) {
  core_.requests().ask("get", {}, key, std::move(done));
}
void DataStore::get_range(const DataKey& key, const Json& from, const Json& to, ValueHandler done) {
  core_.requests().ask("getRange", with_range(from, to), key, std::move(done));
}
void DataStore::get_range(const DataKey& key, const Json& from, ValueHandler done) {
  get_range(key, from, nullptr, std::move(done));
}
void DataStore::get_all(ValueHandler done) {
  core_.requests().ask_all("getAll", Join::kMerge, std::move(done));
}
void DataStore::count(const DataKey& key, ValueHandler done) {
  core_.requests().ask("count", {}, key, std::move(done));
}
void DataStore::has_key(const DataKey& key, ValueHandler done) {
  core_.requests().ask("hasKey", {}, key, std::move(done));
}

// ---- Writing ----

void DataStore::set(const DataKey& key, const Json& value, ValueHandler done) {
  core_.requests().ask("set", with_value(value), key, std::move(done));
}
void DataStore::add(const DataKey& key, const Json& value, ValueHandler done) {
  core_.requests().ask("add", with_value(value), key, std::move(done));
}
void DataStore::concat(const DataKey& key, const Json& value, ValueHandler done) {
  core_.requests().ask("concat", with_value(value), key, std::move(done));
}
void DataStore::remove(const DataKey& key, ValueHandler done) {
  remove(key, GetValue::kNo, std::move(done));
}
void DataStore::remove(const DataKey& key, GetValue get_value, ValueHandler done) {
  core_.requests().ask("remove", for_value(get_value), key, std::move(done));
}
void DataStore::remove_range(const DataKey& key, const Json& from, const Json& to,
                             ValueHandler done) {
  remove_range(key, from, to, GetValue::kNo, std::move(done));
}
void DataStore::remove_range(const DataKey& key, const Json& from, const Json& to,
                             GetValue get_value, ValueHandler done) {
  JsonObject command = with_range(from, to);
  want_value(command, get_value);
  core_.requests().ask("removeRange", std::move(command), key, std::move(done));
}
void DataStore::remove_all(ValueHandler done) {
  core_.requests().ask_all("removeAll", Join::kNothing, std::move(done));
}
void DataStore::pop(const DataKey& key, ValueHandler done) {
  pop(key, GetValue::kNo, std::move(done));
}
void DataStore::pop(const DataKey& key, GetValue get_value, ValueHandler done) {
  core_.requests().ask("pop", for_value(get_value), key, std::move(done));
}
void DataStore::splice(const DataKey& key, const Splice& splice, ValueHandler done) {
  JsonObject command{{"index", splice.index}};
  if (splice.count) command["count"] = *splice.count;
  if (!splice.items.empty()) command["items"] = splice.items;
  want_value(command, splice.get_value);
  core_.requests().ask("splice", std::move(command), key, std::move(done));
}

// ---- Expiry ----

void DataStore::expire(const std::vector<DataKey>& keys, std::chrono::seconds after,
                       ValueHandler done) {
  core_.requests().ask_keys("expire", with_value(after.count()), keys, std::move(done));
}
void DataStore::unexpire(const std::vector<DataKey>& keys, ValueHandler done) {
  core_.requests().ask_keys("unexpire", {}, keys, std::move(done));
}
void DataStore::get_expiry(const DataKey& key, ValueHandler done) {
  core_.requests().ask("getExpiry", {}, key, std::move(done));
}

}  // namespace socketcluster
