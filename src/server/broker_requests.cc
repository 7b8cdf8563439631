// SPDX-License-Identifier: MIT
#include "server/broker_requests.h"

#include <algorithm>
#include <exception>
#include <map>
#include <numeric>
#include <utility>

#include "broker/exchange_engine.h"
#include "broker/shard.h"
#include "json/scanner.h"
#include "protocol/errors.h"
#include "server/json_values.h"
#include "server/socket_server.h"

namespace socketcluster::server {
namespace {

Error broker_error(std::string_view text) {
  return Error(protocol::error_name(protocol::ErrorName::kBroker), text);
}

void sort_unique(std::vector<std::size_t>& brokers) {
  std::sort(brokers.begin(), brokers.end());
  brokers.erase(std::unique(brokers.begin(), brokers.end()), brokers.end());
}

}  // namespace

// Answers of several brokers on their way to becoming one.
class BrokerRequests::Gathering {
 public:
  Gathering(std::size_t count, Join join, ValueHandler done)
      : values_(count), left_(count), join_(join), done_(std::move(done)) {}

  void take(std::size_t place, const std::optional<Error>& error, const Json& value) {
    if (error && !error_) error_ = error;
    values_[place] = value;
    if (--left_ == 0) done_(error_, error_ ? Json() : joined());
  }

 private:
  Json joined() {
    switch (join_) {
      case Join::kList:
        return JsonArray(values_.begin(), values_.end());
      case Join::kMerge: {
        JsonObject merged;
        for (const Json& value : values_) {
          if (!value.is_object()) continue;
          for (const auto& member : value.get_object()) merged.insert(member);
        }
        return merged;
      }
      case Join::kNothing:
        return nullptr;
    }
    return nullptr;
  }

  std::vector<Json> values_;
  std::size_t left_;
  Join join_;
  ValueHandler done_;
  std::optional<Error> error_;  // the first one
};

// ---- Which brokers ----

std::size_t BrokerRequests::broker_count() const {
  const broker::ExchangeEngine* engine = sockets_.engine();
  return engine == nullptr ? 1 : engine->broker_count();
}

std::size_t BrokerRequests::shard(const Json& key) const {
  if (key.is_null()) return 0;
  const std::string text = to_text(key);
  json::Scanner scanner(text);
  json::RawValue value;
  return scanner.take_value(value) ? broker::shard_of_key(value, broker_count()) : 0;
}

std::vector<std::size_t> BrokerRequests::all_brokers() const {
  std::vector<std::size_t> brokers(broker_count());
  std::iota(brokers.begin(), brokers.end(), std::size_t{0});
  return brokers;
}

std::vector<std::size_t> BrokerRequests::brokers_of_key(const Json& key,
                                                        std::string_view action) const {
  if (!mapper_) return key.is_null() ? all_brokers() : std::vector<std::size_t>{shard(key)};
  const Exchange::Mapper mapper = mapper_;  // it may replace itself
  std::vector<std::size_t> brokers = mapper(key, action, broker_count());
  std::erase_if(brokers, [this](std::size_t broker) { return broker >= broker_count(); });
  sort_unique(brokers);
  return brokers;
}

std::vector<std::size_t> BrokerRequests::brokers_of(const Json& map_index) const {
  if (map_index == "*") return all_brokers();
  if (!map_index.is_array()) return {shard(map_index)};
  std::vector<std::size_t> brokers;
  for (const Json& one : map_index.get_array()) {
    const std::vector<std::size_t> some = brokers_of(one);
    brokers.insert(brokers.end(), some.begin(), some.end());
  }
  sort_unique(brokers);
  return brokers;
}

// ---- Asking ----

void BrokerRequests::ask(std::string_view action, JsonObject command, const DataKey& key,
                         ValueHandler done) {
  command["key"] = key.json();
  ask_brokers(action, brokers_of_key(key.json(), action), command, Join::kList, std::move(done));
}

void BrokerRequests::ask_keys(std::string_view action, JsonObject command,
                              const std::vector<DataKey>& keys, ValueHandler done) {
  std::map<std::size_t, JsonArray> shares;
  for (const DataKey& key : keys) {
    for (const std::size_t broker : brokers_of_key(key.json(), action)) {
      shares[broker].push_back(key.json());
    }
  }
  std::vector<Part> parts;
  for (auto& [broker, share] : shares) {
    command["keys"] = std::move(share);
    parts.push_back({broker, command});
  }
  ask_parts(action, std::move(parts), Join::kNothing, std::move(done));
}

void BrokerRequests::ask_all(std::string_view action, Join join, ValueHandler done) {
  ask_brokers(action, brokers_of_key(nullptr, action), {}, join, std::move(done));
}

void BrokerRequests::ask_controller(std::string_view action, const JsonObject& request,
                                    const std::optional<MapIndex>& brokers, ValueHandler done) {
  const auto targets = brokers ? brokers_of(brokers->json()) : std::vector<std::size_t>{0};
  ask_brokers(action, targets, request, Join::kList, std::move(done));
}

void BrokerRequests::ask_brokers(std::string_view action, const std::vector<std::size_t>& brokers,
                                 const JsonObject& request, Join join, ValueHandler done) {
  std::vector<Part> parts;
  parts.reserve(brokers.size());
  for (const std::size_t broker : brokers) parts.push_back({broker, request});
  ask_parts(action, std::move(parts), join, std::move(done));
}

void BrokerRequests::ask_parts(std::string_view action, std::vector<Part> parts, Join join,
                               ValueHandler done) {
  ValueHandler finished = [this, action = std::string(action), done = std::move(done)](
                              const std::optional<Error>& error, const Json& value) {
    finish(action, done, error, value);
  };
  if (parts.empty()) {
    return sockets_.loop().defer(
        [finished] { finished(broker_error("There is no broker for this key"), nullptr); });
  }
  if (parts.size() == 1 && join != Join::kMerge) {
    return send(action, std::move(parts.front()), std::move(finished));
  }
  const auto gathering = std::make_shared<Gathering>(parts.size(), join, std::move(finished));
  for (std::size_t place = 0; place < parts.size(); ++place) {
    send(action, std::move(parts[place]),
         [gathering, place](const std::optional<Error>& error, const Json& value) {
           gathering->take(place, error, value);
         });
  }
}

void BrokerRequests::send(std::string_view action, Part part, ValueHandler answer) {
  part.request["action"] = action;
  broker::ExchangeEngine* engine = sockets_.engine();
  if (engine == nullptr) return answer_here(action, part.request, answer);
  engine->request(part.broker, action, to_text(part.request),
                  [answer = std::move(answer)](const broker::ExchangeError* error,
                                               std::string_view value_json) {
                    if (error != nullptr) {
                      return answer(Error(protocol::error_name(error->name), error->text), nullptr);
                    }
                    answer(std::nullopt, parse_json(value_json).value_or(Json()));
                  });
}

void BrokerRequests::answer_here(std::string_view action, const JsonObject& request,
                                 const ValueHandler& answer) {
  broker::CommandResult result;
  if (action == "send" || action == "run") {
    result.error = "There is no broker process";
  } else {
    if (store_ == nullptr) {
      store_ = std::make_unique<LocalStore>(
          sockets_.loop(),
          broker::DataLimits{.memory_bytes = sockets_.options().broker_data_limit});
    }
    result = store_->execute(request);
  }
  sockets_.loop().defer([answer, result = std::move(result)] {
    result.error.empty() ? answer(std::nullopt, result.value.value_or(Json()))
                         : answer(broker_error(result.error), nullptr);
  });
}

void BrokerRequests::finish(const std::string& action, const ValueHandler& done,
                            const std::optional<Error>& error, const Json& value) {
  if (!done) {
    if (error)
      sockets_.warn("exchange action '" + action + "' failed: " + std::string(error->message()));
    return;
  }
  try {
    done(error, value);
  } catch (const std::exception& thrown) {
    sockets_.warn("the callback of exchange action '" + action + "' threw: " + thrown.what());
  } catch (...) {
    sockets_.warn("the callback of exchange action '" + action + "' threw an unknown exception");
  }
}

}  // namespace socketcluster::server
