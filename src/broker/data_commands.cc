// SPDX-License-Identifier: MIT
#include "broker/data_commands.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace socketcluster::broker {
namespace {

using Json = boost::json::value;

CommandResult failed(const base::Failure& failure) {
  return {failure.text, std::nullopt};
}

CommandResult to_result(const base::Status& status) {
  if (!status) return failed(status.error());
  return {};
}

template <typename T>
CommandResult to_result(base::Result<T> value) {
  if (!value) return failed(value.error());
  return {{}, std::move(*value)};
}

// What JavaScript's `if (value)` finds.
bool is_true(const Json* value) {
  return value != nullptr && (value->is_structured() || !DataValue::from_json(value).is_falsy());
}

// Whole numbers are printed as such.
Json to_number(double value) {
  constexpr double kGreatestExact = 9007199254740991;
  if (value != std::floor(value) || std::abs(value) > kGreatestExact) return value;
  return static_cast<std::int64_t>(value);
}

// One request, taken apart.
class Command {
 public:
  Command(const boost::json::object& request, std::int64_t now_ms, DataMap& map,
          DataExpirer& expirer)
      : request_(request), now_ms_(now_ms), map_(map), expirer_(expirer) {}

  using Handler = CommandResult (Command::*)();
  static Handler find(std::string_view action);

  CommandResult set() {
    return with_key([this](const DataKey& key) { return map_.set(key, value(), get_value()); });
  }
  CommandResult get() {
    return with_key([this](const DataKey& key) { return map_.get(key); });
  }
  CommandResult get_range() {
    return with_key([this](const DataKey& key) { return map_.get_range(key, range()); });
  }
  CommandResult get_all() { return to_result(map_.get_all()); }
  CommandResult count() {
    return with_key([this](const DataKey& key) { return base::Result<Json>(map_.count(key)); });
  }
  CommandResult has_key() {
    return with_key([this](const DataKey& key) { return base::Result<Json>(map_.has_key(key)); });
  }
  CommandResult add() {
    return with_key([this](const DataKey& key) { return map_.add(key, value()); });
  }
  CommandResult concat() {
    return with_key([this](const DataKey& key) { return map_.concat(key, value(), get_value()); });
  }
  CommandResult remove() {
    return with_key([this](const DataKey& key) { return map_.remove(key, get_value()); });
  }
  CommandResult remove_range() {
    return with_key(
        [this](const DataKey& key) { return map_.remove_range(key, range(), get_value()); });
  }
  CommandResult remove_all() {
    map_.remove_all();
    return {};
  }
  CommandResult splice() {
    return with_key([this](const DataKey& key) { return splice_at(key); });
  }
  CommandResult pop() {
    return with_key([this](const DataKey& key) {
      return map_.splice(key, {.index = -1, .count = 1}, get_value());
    });
  }
  CommandResult expire();
  CommandResult unexpire();
  CommandResult get_expiry() {
    return with_key([this](const DataKey& key) {
      const std::optional<double> expiry = expirer_.expiry(key);
      return DataMap::Found(expiry ? std::optional<Json>(to_number(*expiry)) : std::nullopt);
    });
  }

 private:
  const Json* member(std::string_view name) const { return request_.if_contains(name); }
  const Json* value() const { return member("value"); }
  GetValue get_value() const {
    return is_true(member("getValue")) ? GetValue::kYes : GetValue::kNo;
  }
  DataRange range() const { return {member("fromIndex"), member("toIndex")}; }

  template <typename Run>
  CommandResult with_key(Run&& run) {
    const Json* key = member("key");
    const auto names = to_data_key(key != nullptr ? *key : Json(), map_.limits().depth);
    return names ? to_result(run(*names)) : failed(names.error());
  }
  base::Result<std::vector<DataKey>> keys() const;
  base::Result<std::optional<double>> number(std::string_view name) const;
  DataMap::Found splice_at(const DataKey& key);

  const boost::json::object& request_;
  std::int64_t now_ms_;
  DataMap& map_;
  DataExpirer& expirer_;
};

Command::Handler Command::find(std::string_view action) {
  static constexpr std::pair<std::string_view, Handler> kHandlers[] = {
      {"set", &Command::set},
      {"get", &Command::get},
      {"getRange", &Command::get_range},
      {"getAll", &Command::get_all},
      {"count", &Command::count},
      {"hasKey", &Command::has_key},
      {"add", &Command::add},
      {"concat", &Command::concat},
      {"remove", &Command::remove},
      {"removeRange", &Command::remove_range},
      {"removeAll", &Command::remove_all},
      {"splice", &Command::splice},
      {"pop", &Command::pop},
      {"expire", &Command::expire},
      {"unexpire", &Command::unexpire},
      {"getExpiry", &Command::get_expiry},
  };
  for (const auto& [name, handler] : kHandlers) {
    if (name == action) return handler;
  }
  return nullptr;
}

// Nothing when it is absent or null.
base::Result<std::optional<double>> Command::number(std::string_view name) const {
  const Json* given = member(name);
  if (given == nullptr || given->is_null()) return std::optional<double>();
  if (given->is_number()) return std::optional<double>(given->to_number<double>());
  return base::Failure{"'" + std::string(name) + "' must be a number"};
}

DataMap::Found Command::splice_at(const DataKey& key) {
  const auto index = number("index");
  if (!index) return index.error();
  const auto count = number("count");
  if (!count) return count.error();
  const Json* items = member("items");
  DataSplice splice{.index = *index, .count = *count};
  boost::json::array one;
  if (items != nullptr && items->is_array()) {
    splice.items = &items->get_array();
  } else if (is_true(items)) {
    one.push_back(*items);
    splice.items = &one;
  }
  return map_.splice(key, splice, get_value());
}

base::Result<std::vector<DataKey>> Command::keys() const {
  const Json* given = member("keys");
  const boost::json::array* list = given != nullptr ? given->if_array() : nullptr;
  if (list == nullptr) return base::Failure{"'keys' must be an array of keys"};
  std::vector<DataKey> keys;
  for (const Json& key : *list) {
    auto names = to_data_key(key, map_.limits().depth);
    if (!names) return names.error();
    keys.push_back(std::move(*names));
  }
  return keys;
}

CommandResult Command::expire() {
  const auto expired = keys();
  if (!expired) return failed(expired.error());
  const Json* seconds = value();
  if (seconds == nullptr || !seconds->is_number() || !std::isfinite(seconds->to_number<double>())) {
    return {"The expiry must be a number of seconds", std::nullopt};
  }
  return to_result(expirer_.expire(*expired, seconds->to_number<double>(), now_ms_));
}

CommandResult Command::unexpire() {
  const auto kept = keys();
  if (!kept) return failed(kept.error());
  expirer_.unexpire(*kept);
  return {};
}

}  // namespace

DataCommands::DataCommands(const DataLimits& limits)
    : budget_(limits.memory_bytes), map_(limits, budget_), expirer_(budget_) {}

CommandResult DataCommands::execute(const boost::json::value& request, std::int64_t now_ms) {
  const boost::json::object* members = request.if_object();
  const Json* action = members != nullptr ? members->if_contains("action") : nullptr;
  const boost::json::string* name = action != nullptr ? action->if_string() : nullptr;
  if (name == nullptr) return {"A command must be an object with an action", std::nullopt};
  const Command::Handler handler = Command::find({name->data(), name->size()});
  if (handler == nullptr) return {"The broker has no such action", std::nullopt};
  return (Command(*members, now_ms, map_, expirer_).*handler)();
}

bool DataCommands::sweep(std::int64_t now_ms) {
  for (const DataKey& key : expirer_.take_expired(now_ms, kSweepKeys)) {
    // Without the value there is nothing that can fail.
    (void)map_.remove(key);
  }
  return expirer_.is_due(now_ms);
}

}  // namespace socketcluster::broker
