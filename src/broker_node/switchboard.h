// SPDX-License-Identifier: MIT
// Switchboard: from the publishing worker to all subscribed ones, with the acknowledgement that the
// kernel has the messages. What a worker sends in one piece is a batch:
//
//   read -> batch { commands -> channel table -> frames are queued } ...        all connections
//   end of the iteration: flush the connections that were reached -> acknowledge each batch, at
//   once or, where the kernel did not take all, when it has
//
// Thread rule: loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/siphash.h"
#include "broker/channel_table.h"
#include "net/event_loop.h"

namespace socketcluster::broker_node {

class UserEvents;
class WorkerSession;

class Switchboard {
 public:
  // `loop` and `events` must outlive it.
  Switchboard(net::EventLoop& loop, UserEvents& events, const base::SipKey& hash_key);
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;

  // The commands that a session takes in one call.
  class Batch {
   public:
    Batch(Switchboard& switchboard, WorkerSession& publisher);
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch();

   private:
    Switchboard& switchboard_;
    std::uint64_t commands_before_;
  };

  broker::ChannelTable& table() { return table_; }
  void publish(std::string_view channel, std::string_view data_json);
  // The same, which the controller's `publish` handler hears of.
  void publish_from_worker(std::string_view channel, std::string_view data_json);
  std::size_t channel_count() const { return table_.channel_count(); }
  std::size_t subscription_count() const { return table_.subscription_count(); }
  std::uint64_t published_count() const { return published_count_; }
  // One for each worker that a message was for.
  std::uint64_t delivered_count() const { return delivered_count_; }

  // ---- For WorkerSession ----
  void add(WorkerSession& session) { sessions_.push_back(&session); }
  // Ends its subscriptions; nobody waits for it any more.
  void remove(WorkerSession& session);
  // A message was queued for `subscriber`.
  void reached(WorkerSession& subscriber);
  // A connection with a backlog has sent some of it.
  void output_taken();
  const std::vector<WorkerSession*>& sessions() const { return sessions_; }

 private:
  void end_iteration();
  static std::optional<std::uint64_t> finish_batch(WorkerSession& publisher);

  net::EventLoop& loop_;
  UserEvents& events_;
  broker::ChannelTable table_;
  std::vector<WorkerSession*> sessions_;
  std::vector<WorkerSession*> with_batch_;  // in this iteration
  WorkerSession* publisher_ = nullptr;      // of the current batch
  std::uint64_t batch_ = 0;                 // counts batches
  std::uint64_t published_count_ = 0;
  std::uint64_t delivered_count_ = 0;
};

}  // namespace socketcluster::broker_node
