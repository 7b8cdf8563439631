// SPDX-License-Identifier: MIT
#include "broker/channel_table.h"

#include <cstring>
#include <new>

#include "base/assert.h"

namespace socketcluster::broker {
namespace {
constexpr std::size_t kFirstBuckets = 256;
}  // namespace

// One allocation: the object with its name behind it. Most channels of a busy server have a single
// subscriber (a user's own channel), so the first one is stored in place.
class Channel {
 public:
  struct Member {
    Subscriber* subscriber;
    std::uint32_t slot;
  };

  static Channel* make(std::string_view name, std::uint64_t hash) {
    void* memory = ::operator new(sizeof(Channel) + name.size());
    auto* channel = new (memory) Channel(name.size(), hash);
    if (!name.empty()) std::memcpy(channel->name_bytes(), name.data(), name.size());
    return channel;
  }
  static void free(Channel* channel) {
    channel->~Channel();
    ::operator delete(channel);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  std::string_view name() const { return {reinterpret_cast<const char*>(this + 1), name_size_}; }
  std::uint64_t hash() const { return hash_; }
  std::uint32_t size() const { return size_; }
  const Member& operator[](std::uint32_t slot) const { return members()[slot]; }

  std::uint32_t add(Subscriber& subscriber, std::uint32_t slot) {
    if (size_ == capacity_) reserve(capacity_ * 2);
    members()[size_] = {&subscriber, slot};
    return size_++;
  }

  // The last member takes the place of the removed one.
  void remove(std::uint32_t slot) {
    Member* all = members();
    all[slot] = all[--size_];
    if (slot != size_) all[slot].subscriber->memberships_[all[slot].slot].slot = slot;
    if (size_ * 4 < capacity_ && capacity_ > 16) reserve(capacity_ / 2);
  }

  void member_moved(std::uint32_t slot, std::uint32_t new_membership) {
    members()[slot].slot = new_membership;
  }

  Channel* next = nullptr;  // in its bucket

 private:
  Channel(std::size_t name_size, std::uint64_t hash) : hash_(hash), name_size_(name_size) {}
  ~Channel() {
    if (capacity_ > 1) delete[] many_;
  }

  char* name_bytes() { return reinterpret_cast<char*>(this + 1); }
  Member* members() { return capacity_ == 1 ? &one_ : many_; }
  const Member* members() const { return capacity_ == 1 ? &one_ : many_; }

  void reserve(std::uint32_t capacity) {
    auto* moved = new Member[capacity];
    std::memcpy(moved, members(), size_ * sizeof(Member));
    if (capacity_ > 1) delete[] many_;
    many_ = moved;
    capacity_ = capacity;
  }

  std::uint64_t hash_;
  std::size_t name_size_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
  union {
    Member one_{nullptr, 0};
    Member* many_;
  };
};

Subscriber::~Subscriber() {
  SC_ASSERT(memberships_.empty());
}

ChannelTable::ChannelTable(const base::SipKey& hash_key)
    : hash_key_(hash_key), buckets_(kFirstBuckets, nullptr) {}

ChannelTable::~ChannelTable() {
  SC_ASSERT(channel_count_ == 0);
}

Channel* ChannelTable::find(std::string_view name, std::uint64_t hash) const {
  Channel* channel = buckets_[hash & (buckets_.size() - 1)];
  while (channel != nullptr && (channel->hash() != hash || channel->name() != name)) {
    channel = channel->next;
  }
  return channel;
}

Channel& ChannelTable::create(std::string_view name, std::uint64_t hash) {
  if (channel_count_ >= buckets_.size()) grow();
  Channel* channel = Channel::make(name, hash);
  Channel*& bucket = buckets_[hash & (buckets_.size() - 1)];
  channel->next = bucket;
  bucket = channel;
  ++channel_count_;
  if (observer_ != nullptr) observer_->on_channel_created(channel->name());
  return *channel;
}

void ChannelTable::destroy(Channel& channel) {
  Channel** link = &buckets_[channel.hash() & (buckets_.size() - 1)];
  while (*link != &channel) link = &(*link)->next;
  *link = channel.next;
  --channel_count_;
  if (observer_ != nullptr) observer_->on_channel_destroyed(channel.name());
  Channel::free(&channel);
}

void ChannelTable::grow() {
  std::vector<Channel*> larger(buckets_.size() * 2, nullptr);
  for (Channel* chain : buckets_) {
    while (chain != nullptr) {
      Channel* channel = chain;
      chain = chain->next;
      Channel*& bucket = larger[channel->hash() & (larger.size() - 1)];
      channel->next = bucket;
      bucket = channel;
    }
  }
  buckets_.swap(larger);
}

// Looks through the shorter of the two lists.
std::size_t ChannelTable::membership_of(const Subscriber& subscriber, const Channel& channel) {
  const auto& memberships = subscriber.memberships_;
  if (channel.size() < memberships.size()) {
    for (std::uint32_t slot = 0; slot < channel.size(); ++slot) {
      if (channel[slot].subscriber == &subscriber) return channel[slot].slot;
    }
    return kNotFound;
  }
  for (std::size_t i = 0; i < memberships.size(); ++i) {
    if (memberships[i].channel == &channel) return i;
  }
  return kNotFound;
}

bool ChannelTable::subscribe(Subscriber& subscriber, std::string_view name) {
  const std::uint64_t name_hash = hash(name);
  Channel* channel = find(name, name_hash);
  if (channel == nullptr) {
    channel = &create(name, name_hash);
  } else if (membership_of(subscriber, *channel) != kNotFound) {
    return false;
  }
  const auto slot = static_cast<std::uint32_t>(subscriber.memberships_.size());
  subscriber.memberships_.push_back({channel, channel->add(subscriber, slot)});
  ++subscription_count_;
  return true;
}

bool ChannelTable::unsubscribe(Subscriber& subscriber, std::string_view name) {
  Channel* channel = find(name, hash(name));
  if (channel == nullptr) return false;
  const std::size_t membership = membership_of(subscriber, *channel);
  if (membership == kNotFound) return false;
  remove(subscriber, membership);
  return true;
}

void ChannelTable::unsubscribe_all(Subscriber& subscriber) {
  while (!subscriber.memberships_.empty()) remove(subscriber, subscriber.memberships_.size() - 1);
  subscriber.memberships_.shrink_to_fit();
}

void ChannelTable::remove(Subscriber& subscriber, std::size_t membership) {
  auto& memberships = subscriber.memberships_;
  const auto [channel, slot] = memberships[membership];
  channel->remove(slot);
  memberships[membership] = memberships.back();
  memberships.pop_back();
  --subscription_count_;
  if (membership != memberships.size()) {
    const auto& moved = memberships[membership];
    moved.channel->member_moved(moved.slot, static_cast<std::uint32_t>(membership));
  }
  if (channel->size() == 0) destroy(*channel);
}

bool ChannelTable::is_subscribed(const Subscriber& subscriber, std::string_view name) const {
  const Channel* channel = find(name, hash(name));
  return channel != nullptr && membership_of(subscriber, *channel) != kNotFound;
}

std::vector<std::string> ChannelTable::subscriptions(const Subscriber& subscriber) const {
  std::vector<std::string> names;
  names.reserve(subscriber.memberships_.size());
  for (const auto& membership : subscriber.memberships_) {
    names.emplace_back(membership.channel->name());
  }
  return names;
}

std::size_t ChannelTable::publish(const Publication& publication) const {
  const Channel* channel = find(publication.channel, hash(publication.channel));
  if (channel == nullptr) return 0;
  for (std::uint32_t slot = 0; slot < channel->size(); ++slot) {
    (*channel)[slot].subscriber->deliver(publication);
  }
  return channel->size();
}

void ChannelTable::for_each_channel(const std::function<void(std::string_view name)>& visit) const {
  for (const Channel* channel : buckets_) {
    for (; channel != nullptr; channel = channel->next) visit(channel->name());
  }
}

}  // namespace socketcluster::broker
