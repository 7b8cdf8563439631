// SPDX-License-Identifier: MIT
// Broker: what a broker controller gets. A broker owns a part of the channels and of the key-value
// store: those whose name hashes to its id.
//
//   void run_broker(socketcluster::Broker& broker) {
//     broker.procedure("take-ticket", [&broker](const sc::Json& queue, sc::MessageRespond respond)
//     {
//       const sc::Json number = broker.data().get({"tickets", queue}).value_or(0);
//       broker.data().set({"tickets", queue}, number.to_number<int>() + 1);
//       respond(number);                         // exchange.run("take-ticket", "bakery", ...)
//     });
//   }
//
// Handlers are called one at a time and in the order of what they report, so a procedure needs no
// lock. While one runs, the broker delivers nothing: do nothing slow in it. What a handler throws
// is a warning in the log, and the answer for whoever waits for one.
//
// Thread rule: everything on the broker's loop thread, except post(). Handlers never run inside the
// call that registers or causes them. Lifetime: the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <socketcluster/handler.h>
#include <socketcluster/json.h>
#include <socketcluster/options.h>
#include <socketcluster/process_message.h>

namespace socketcluster {

namespace broker_node {
class BrokerCore;
}

// The part of the key-value store that this broker has. A key is a string or a number, or an array
// of them: a path into nested objects. Every call is done when it returns; what cannot be done
// (the option `brokerDataLimit`, a key of another type) throws std::runtime_error and changes
// nothing.
class BrokerData {
 public:
  BrokerData(const BrokerData&) = delete;
  BrokerData& operator=(const BrokerData&) = delete;

  // Nothing when there is no such key.
  std::optional<Json> get(const Json& key) const;
  Json get_all() const;
  bool has_key(const Json& key) const;
  // Entries of an object or an array; 1 for any other value but null, false, 0 and "".
  std::uint64_t count(const Json& key) const;
  // Makes what the path needs.
  void set(const Json& key, const Json& value);
  // Appends to the array at `key`, which is made when it is not there; the index of the new entry.
  std::uint64_t add(const Json& key, const Json& value);
  void remove(const Json& key);
  void remove_all();
  // Removes each of the keys after `lifetime`, counted from now and rounded to whole seconds. A
  // later call replaces an earlier one. `keys` is an array of keys.
  void expire(const JsonArray& keys, std::chrono::seconds lifetime);
  void unexpire(const JsonArray& keys);

  // Any command of the store in the form in which workers send it, for example
  // {{"action", "splice"}, {"key", "list"}, {"index", 0}, {"count", 2}}. Nothing: no value.
  std::optional<Json> execute(const JsonObject& command);

 private:
  friend class Broker;
  explicit BrokerData(broker_node::BrokerCore& core) : core_(core) {}
  ~BrokerData() = default;
  std::optional<Json> command(const JsonObject& command) const;
  broker_node::BrokerCore& core_;
};

class Broker {
 public:
  using Task = Handler<void()>;
  using TimerId = std::uint64_t;
  using ChannelHandler = Handler<void(const std::string& channel)>;
  using PublishHandler = Handler<void(const std::string& channel, const Json& data)>;

  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // 0 to `brokers` - 1.
  std::uint32_t id() const;
  const Options& options() const;
  // The same in all processes of an instance, and another one after the instance has been started
  // again.
  const std::string& instance_id() const;

  // ---- Handlers. One of each kind: a later one replaces it, an empty one takes it away. ----
  // The first subscriber of a channel over all workers has come, the last one has gone. After the
  // broker was started again, its workers subscribe anew.
  void on_subscribe(ChannelHandler handler);
  void on_unsubscribe(ChannelHandler handler);
  // A client or worker has published: after the message was sent to the workers. Not called for
  // publish() of this class. `data` is null when there was none.
  void on_publish(PublishHandler handler);
  // `exchange.send()` of a worker. Its answer is what `respond` is given. Without a handler the
  // worker gets an error.
  void on_message(MessageHandler handler);
  // `send_to_broker()` of the master.
  void on_master_message(MessageHandler handler);
  // `exchange.run(name, data)` of a worker. One handler per name; a later one replaces it.
  void procedure(std::string_view name, MessageHandler handler);

  // Reaches every subscriber of the channel in all workers, if the channel is one of this broker's:
  // workers subscribe to a channel at the broker that its name hashes to, and at no other.
  void publish(std::string_view channel, const Json& data);
  // Raises the master's handler of broker messages. `answer`, if any, is called exactly once.
  void send_to_master(const Json& data, MessageAnswer answer = nullptr);

  // Lost when the process ends.
  BrokerData& data() { return data_; }

  // Runs `task` once after `delay`, or every `interval` (at least 1 ms).
  TimerId set_timeout(std::chrono::milliseconds delay, Task task);
  TimerId set_interval(std::chrono::milliseconds interval, Task task);
  // Without effect for a timer that is gone. May be called by the timer's own task.
  void clear_timer(TimerId timer);
  // Runs `task` on the loop thread, in order of posting. May be called from any thread.
  void post(Task task);

 private:
  friend class broker_node::BrokerCore;
  explicit Broker(broker_node::BrokerCore& core) : core_(core), data_(core) {}
  ~Broker() = default;
  broker_node::BrokerCore& core_;
  BrokerData data_;
};

}  // namespace socketcluster
