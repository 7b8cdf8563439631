// SPDX-License-Identifier: MIT
// Channels and their subscribers: subscribe, unsubscribe and the lookup of a publish cost O(1)
// whatever the number of channels, and a channel lives exactly as long as it has a subscriber.
//
//   table --(name)--> Channel [ {subscriber, slot}, ... ]     slot: place in the subscriber's list
//   Subscriber       [ {channel, slot}, ... ]                  slot: place in the channel's list
//
// The two slots point at each other, so either side is removed by moving one entry. Names come from
// the network: they are hashed with a secret key. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"
#include "base/siphash.h"

namespace socketcluster::broker {

class Channel;
class ChannelTable;

// One message on its way to the subscribers of a channel: bytes that the table does not look into.
struct Publication {
  std::string_view channel;
  base::SharedBytes frame;  // what a subscriber's connection sends
  std::string_view data;    // the published JSON value; empty when there was none
  // Room for a subscriber to keep a form of the frame that others can use too (compressed).
  mutable base::SharedBytes alternative_frame{};
};

// Something that subscribes. Destroying one that is subscribed is a bug: unsubscribe_all() first.
class Subscriber {
 public:
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  std::size_t subscription_count() const { return memberships_.size(); }

 protected:
  Subscriber() = default;
  virtual ~Subscriber();

 private:
  friend class Channel;
  friend class ChannelTable;
  struct Membership {
    Channel* channel;
    std::uint32_t slot;
  };

  // A message of a channel that it is subscribed to. Must not change any subscription.
  virtual void deliver(const Publication& publication) = 0;

  std::vector<Membership> memberships_;
};

// Hears of channels that come and go, for whoever has to tell a broker process or a cluster.
class ChannelObserver {
 public:
  virtual void on_channel_created(std::string_view channel) = 0;
  virtual void on_channel_destroyed(std::string_view channel) = 0;

 protected:
  ~ChannelObserver() = default;
};

class ChannelTable {
 public:
  // `hash_key` should be random.
  explicit ChannelTable(const base::SipKey& hash_key);
  ChannelTable(const ChannelTable&) = delete;
  ChannelTable& operator=(const ChannelTable&) = delete;
  // REQUIRES: no subscriptions are left.
  ~ChannelTable();

  // Null: nobody. `observer` must outlive the table or be taken away.
  void set_observer(ChannelObserver* observer) { observer_ = observer; }

  // False when it was subscribed already.
  bool subscribe(Subscriber& subscriber, std::string_view channel);
  // False when it was not subscribed.
  bool unsubscribe(Subscriber& subscriber, std::string_view channel);
  void unsubscribe_all(Subscriber& subscriber);
  bool is_subscribed(const Subscriber& subscriber, std::string_view channel) const;
  // Names of the channels in no particular order.
  std::vector<std::string> subscriptions(const Subscriber& subscriber) const;

  // Hands the publication to every subscriber of its channel; returns how many there are.
  std::size_t publish(const Publication& publication) const;

  // `visit` must not change any subscription.
  void for_each_channel(const std::function<void(std::string_view name)>& visit) const;
  std::size_t channel_count() const { return channel_count_; }
  std::size_t subscription_count() const { return subscription_count_; }

 private:
  static constexpr std::size_t kNotFound = SIZE_MAX;

  std::uint64_t hash(std::string_view name) const { return base::siphash13(hash_key_, name); }
  Channel* find(std::string_view name, std::uint64_t hash) const;
  Channel& create(std::string_view name, std::uint64_t hash);
  void destroy(Channel& channel);
  void grow();
  void remove(Subscriber& subscriber, std::size_t membership);
  static std::size_t membership_of(const Subscriber& subscriber, const Channel& channel);

  base::SipKey hash_key_;
  std::vector<Channel*> buckets_;  // chains; the size is a power of two
  std::size_t channel_count_ = 0;
  std::size_t subscription_count_ = 0;  // of all subscribers
  ChannelObserver* observer_ = nullptr;
};

}  // namespace socketcluster::broker
