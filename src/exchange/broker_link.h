// SPDX-License-Identifier: MIT
// BrokerLink: a worker's connection to one broker, for ever: it is made again when it is lost.
//
//   kDown --connect, hello--> kGreeting --welcome: all subscriptions, ready, what waited--> kUp
//     ^                            |                                                         |
//     +---- back-off, 10 ms to 1 s +------------------------ lost ---------------------------+
//
// While it is down, publishes and requests wait, bounded in bytes and in time. What had been sent
// and not confirmed when the connection was lost fails: it may have been done, and nothing is done
// twice. Subscriptions are never given up: those of the worker's channels that belong to this
// broker are sent again before anything else.
//
// Thread rule: loop thread. No call is answered inside of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "broker/exchange_engine.h"
#include "exchange/link_connection.h"
#include "exchange/pending_publishes.h"
#include "exchange/pending_requests.h"
#include "exchange/subscriptions.h"
#include "net/event_loop.h"
#include "net/timer_wheel.h"

namespace socketcluster::exchange {

struct LinkSettings {
  std::size_t index = 0;  // of the broker
  std::string path;       // of its socket
  std::string secret_key;
  std::uint32_t worker_id = 0;
  std::uint64_t ack_timeout_ms = 10000;
};

class BrokerLink final : private LinkConnection::Owner {
 public:
  using Done = broker::ExchangeEngine::Done;
  using Answer = broker::ExchangeEngine::Answer;

  // What the link asks of its exchange.
  class Owner {
   public:
    virtual void on_message(std::string_view channel, std::string_view data_json) = 0;
    // Calls `visit` for each channel of the worker that belongs to broker `index`.
    virtual void for_each_channel(std::size_t index,
                                  const std::function<void(std::string_view)>& visit) = 0;
    // is_ready() has become true.
    virtual void on_ready() = 0;

   protected:
    ~Owner() = default;
  };

  // Bytes that wait for a broker that is not there, and for one that does not read.
  static constexpr std::size_t kMaxWaitingBytes = std::size_t{8} * 1024 * 1024;
  static constexpr std::size_t kMaxQueuedBytes = std::size_t{64} * 1024 * 1024;

  // `loop`, `log` and `owner` must outlive it.
  BrokerLink(net::EventLoop& loop, base::Log& log, Owner& owner, LinkSettings settings);
  BrokerLink(const BrokerLink&) = delete;
  BrokerLink& operator=(const BrokerLink&) = delete;
  // What waits is dropped uncalled.
  ~BrokerLink();

  void start() { connect(); }
  // Connected, and all subscriptions that had to be sent again are confirmed.
  bool is_ready() const { return subscriptions_.has_recovered(); }
  bool has_connection() const { return connection_ != nullptr; }

  // As in broker::ExchangeEngine.
  void subscribe(std::string_view channel);
  void unsubscribe(std::string_view channel);
  bool is_subscribed(std::string_view channel) const {
    return subscriptions_.is_confirmed(channel);
  }
  void when_subscribed(std::string_view channel, Done done);
  void publish(std::string_view channel, std::string_view data_json, Done done);
  void request(std::string_view action, std::string_view request_json, Answer answer);

 private:
  enum class State : std::uint8_t { kDown, kGreeting, kUp };
  class LinkTimer final : public net::Timer {
   public:
    LinkTimer(BrokerLink& link, void (BrokerLink::*task)()) : link_(link), task_(task) {}

   private:
    void on_timer() override { (link_.*task_)(); }
    BrokerLink& link_;
    void (BrokerLink::*task_)();
  };
  // A publish or a request that waits for the connection: its frame is complete.
  struct Waiting {
    std::string frame;
    std::uint64_t deadline_ms;
    Done done;
    Answer answer;         // of a request
    std::uint32_t id = 0;  // of a request; 0: a publish
    std::string action{};  // of a request
  };

  // LinkConnection::Owner
  void on_frame(const broker::Frame& frame) override;
  void on_protocol_error(const std::string& text) override;
  void on_lost() override;

  void connect();
  void connect_later();
  void welcomed();
  void send_subscriptions();
  void send_waiting();
  void processed(std::uint64_t count);
  void confirm_recovery();

  bool has_room(std::size_t bytes) const;
  void wait(Waiting&& waiting);
  void expire();
  void expire_waiting(std::uint64_t now_ms);
  void arm_expiry();
  bool is_idle() const;
  std::uint64_t deadline_ms() const { return loop_.now_ms() + settings_.ack_timeout_ms; }

  void fail_later(Done done, broker::ExchangeError error);
  void note_lost(std::size_t count);
  std::string name() const;

  net::EventLoop& loop_;
  base::Log& log_;
  Owner& owner_;
  const LinkSettings settings_;
  LinkConnection* connection_ = nullptr;  // belongs to itself
  State state_ = State::kDown;
  bool was_up_ = false;       // a lost connection is news
  bool is_reported_ = false;  // that it cannot connect
  std::uint64_t backoff_ms_ = 0;
  std::uint64_t sent_ = 0;  // commands on this connection
  std::uint64_t confirmed_ = 0;
  std::uint32_t last_request_ = 0;
  Subscriptions subscriptions_;
  PendingPublishes publishes_;
  PendingRequests requests_;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t lost_publishes_ = 0;  // not yet reported
  std::uint64_t lost_reported_ms_ = 0;
  std::string scratch_;
  LinkTimer connect_timer_{*this, &BrokerLink::connect};
  LinkTimer expiry_timer_{*this, &BrokerLink::expire};
};

}  // namespace socketcluster::exchange
