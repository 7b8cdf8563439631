// SPDX-License-Identifier: MIT
// DataStore: the key-value store of the brokers. Each broker has a part of it in memory, shared by
// all workers of the instance; what is stored is gone when its broker ends.
//
//   store.set({"rooms", "lobby", "open"}, true);
//   store.add("log", "somebody came");
//   store.get("rooms", [](const std::optional<Error>& error, const Json& rooms) { ... });
//
// Objects and lists are stored as nested maps, so a key can lead into them: `{"rooms", "lobby"}`
// names the entry `lobby` of what is stored at `rooms`. The first part of a key decides which
// broker has it (see Exchange::set_mapper()).
//
// Every function sends a command and returns. Commands to one broker are done in the order of the
// calls. `done` is called exactly once, never inside of the call, unless the worker ends before:
// `error` is empty on success; TimeoutError when no answer came within `ipcAckTimeout`, in which
// case the command may have been done all the same; BrokerError when it was refused or the broker
// was lost. A failed command that has no `done` is a warning in the log. `value` is null where
// JavaScript has `undefined`.
//
// Thread rule: the worker's loop thread only.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <socketcluster/error.h>
#include <socketcluster/handler.h>
#include <socketcluster/json.h>

namespace socketcluster {

namespace server {
class ExchangeCore;
}

// A string, or a chain of strings and numbers: the path to a value. A plain value.
class DataKey {
 public:
  // One step of a chain: the name of an entry, or the index of one in a list.
  class Part {
   public:
    Part(std::string_view name) : json_(name) {}  // NOLINT: implicit, so that chains can be written
    Part(const char* name) : json_(name) {}       // NOLINT: as above
    Part(const std::string& name) : json_(name) {}  // NOLINT: as above
    template <std::integral Number>
    Part(Number index) : json_(static_cast<std::int64_t>(index)) {}  // NOLINT: as above

   private:
    friend class DataKey;
    Json json_;
  };

  DataKey(std::string_view name) : json_(name) {}    // NOLINT: implicit, a key is a name mostly
  DataKey(const char* name) : json_(name) {}         // NOLINT: as above
  DataKey(const std::string& name) : json_(name) {}  // NOLINT: as above
  DataKey(std::initializer_list<Part> chain);        // NOLINT: as above
  explicit DataKey(const std::vector<Part>& chain);

  // A string or an array.
  const Json& json() const { return json_; }

 private:
  Json json_;
};

// The answer of a broker; see DataStore.
using ValueHandler = Handler<void(const std::optional<Error>& error, const Json& value)>;

// Whether the answer is to have the value in question.
enum class GetValue : bool { kNo, kYes };

class DataStore {
 public:
  DataStore(const DataStore&) = delete;
  DataStore& operator=(const DataStore&) = delete;

  // ---- Reading ----
  // The value; null when there is none.
  void get(const DataKey& key, ValueHandler done);
  // Of a list: the entries from index `from` up to, but without, index `to` (null: the end); of an
  // object: those from key `from` up to, but without, key `to`, in the order of insertion.
  void get_range(const DataKey& key, const Json& from, const Json& to, ValueHandler done);
  void get_range(const DataKey& key, const Json& from, ValueHandler done);
  // Everything, of all brokers, as one object.
  void get_all(ValueHandler done);
  // The number of entries; 1 for a value that is neither list nor object, 0 when there is none.
  void count(const DataKey& key, ValueHandler done);
  // True or false.
  void has_key(const DataKey& key, ValueHandler done);

  // ---- Writing ----
  // Stores `value`, and makes the maps on the way to it.
  void set(const DataKey& key, const Json& value, ValueHandler done = nullptr);
  // Appends to the list at `key`, which is made when there is none; a value that is no list becomes
  // its first entry. `done` is given the index of the new entry.
  void add(const DataKey& key, const Json& value, ValueHandler done = nullptr);
  // Appends the entries of a list, merges an object, appends any other value.
  void concat(const DataKey& key, const Json& value, ValueHandler done = nullptr);
  // Deletes. With GetValue::kYes `done` is given what was there.
  void remove(const DataKey& key, ValueHandler done = nullptr);
  void remove(const DataKey& key, GetValue get_value, ValueHandler done);
  // Deletes what get_range() would give; a null `to` means up to the end.
  void remove_range(const DataKey& key, const Json& from, const Json& to = nullptr,
                    ValueHandler done = nullptr);
  void remove_range(const DataKey& key, const Json& from, const Json& to, GetValue get_value,
                    ValueHandler done);
  // Deletes everything, on all brokers.
  void remove_all(ValueHandler done = nullptr);
  // Takes the last entry off the list at `key`; with GetValue::kYes `done` is given a list with it.
  void pop(const DataKey& key, ValueHandler done = nullptr);
  void pop(const DataKey& key, GetValue get_value, ValueHandler done);

  // As Array.splice() of JavaScript: takes `count` entries (not set: all) from `index` on out of
  // the list and puts `items` in their place.
  struct Splice {
    std::int64_t index = 0;
    std::optional<std::int64_t> count;
    JsonArray items;
    GetValue get_value = GetValue::kNo;  // kYes: `done` is given the list of what was taken out
  };
  void splice(const DataKey& key, const Splice& splice, ValueHandler done = nullptr);

  // ---- Expiry ----
  // The keys are removed when this time is over; replaces an earlier one. Precise to some seconds.
  void expire(const std::vector<DataKey>& keys, std::chrono::seconds after,
              ValueHandler done = nullptr);
  void unexpire(const std::vector<DataKey>& keys, ValueHandler done = nullptr);
  // Seconds since 1970; null when the key does not expire.
  void get_expiry(const DataKey& key, ValueHandler done);

 protected:
  explicit DataStore(server::ExchangeCore& core) : core_(core) {}
  ~DataStore() = default;
  server::ExchangeCore& core_;
};

}  // namespace socketcluster
