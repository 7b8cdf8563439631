// SPDX-License-Identifier: MIT
#include "broker_node/switchboard.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "broker/frames.h"
#include "broker_node/user_events.h"
#include "broker_node/worker_session.h"

namespace socketcluster::broker_node {

Switchboard::Switchboard(net::EventLoop& loop, UserEvents& events, const base::SipKey& hash_key)
    : loop_(loop), events_(events), table_(hash_key) {
  table_.set_observer(&events_);
}

// ---- Batches ----

Switchboard::Batch::Batch(Switchboard& switchboard, WorkerSession& publisher)
    : switchboard_(switchboard), commands_before_(publisher.command_count_) {
  switchboard_.publisher_ = &publisher;
  ++switchboard_.batch_;
}

Switchboard::Batch::~Batch() {
  WorkerSession& publisher = *std::exchange(switchboard_.publisher_, nullptr);
  if (publisher.command_count_ == commands_before_ || publisher.has_batch_) return;
  publisher.has_batch_ = true;
  if (switchboard_.with_batch_.empty()) {
    switchboard_.loop_.defer([&board = switchboard_] { board.end_iteration(); });
  }
  switchboard_.with_batch_.push_back(&publisher);
}

void Switchboard::reached(WorkerSession& subscriber) {
  // What a worker publishes to itself comes before the acknowledgement on the same connection.
  if (publisher_ == nullptr || publisher_ == &subscriber) return;
  if (std::exchange(subscriber.reached_by_batch_, batch_) == batch_) return;
  publisher_->reached_.push_back(&subscriber);
}

void Switchboard::end_iteration() {
  const auto publishers = std::exchange(with_batch_, {});
  for (const WorkerSession* publisher : publishers) {
    for (WorkerSession* subscriber : publisher->reached_) subscriber->connection_->flush();
  }
  // All are looked at before any is told: an acknowledgement is output as well, and one to a worker
  // that another publisher has reached would make that one wait.
  std::vector<std::pair<WorkerSession*, std::uint64_t>> done;
  for (WorkerSession* publisher : publishers) {
    if (const auto count = finish_batch(*publisher)) done.emplace_back(publisher, *count);
  }
  for (const auto& [publisher, count] : done) publisher->acknowledge(count);
}

std::optional<std::uint64_t> Switchboard::finish_batch(WorkerSession& publisher) {
  publisher.has_batch_ = false;
  const auto done =
      publisher.acknowledgement_.batch_done(publisher.command_count_, publisher.reached_);
  publisher.reached_.clear();
  return done;
}

void Switchboard::output_taken() {
  for (WorkerSession* session : sessions_) {
    if (const auto done = session->acknowledgement_.advance()) session->acknowledge(*done);
  }
}

void Switchboard::remove(WorkerSession& session) {
  table_.unsubscribe_all(session);
  std::erase(sessions_, &session);
  std::erase(with_batch_, &session);
  for (WorkerSession* other : sessions_) {
    std::erase(other->reached_, &session);
    other->acknowledgement_.forget(session);
  }
  output_taken();
}

// ---- Publishing ----

void Switchboard::publish(std::string_view channel, std::string_view data_json) {
  ++published_count_;
  const base::SharedBytes frame = broker::message_frame(channel, data_json);
  delivered_count_ += table_.publish({.channel = channel, .frame = frame, .data = data_json});
}

void Switchboard::publish_from_worker(std::string_view channel, std::string_view data_json) {
  ++published_count_;
  const base::SharedBytes frame = broker::message_frame(channel, data_json);
  delivered_count_ += table_.publish({.channel = channel, .frame = frame, .data = data_json});
  if (events_.wants_publications()) events_.published(frame, channel.size(), data_json.size());
}

}  // namespace socketcluster::broker_node
