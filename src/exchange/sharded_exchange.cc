// SPDX-License-Identifier: MIT
#include "exchange/sharded_exchange.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "broker/shard.h"

namespace socketcluster::exchange {

ShardedExchange::ShardedExchange(net::EventLoop& loop, base::Log& log,
                                 const ExchangeSettings& settings)
    : loop_(loop) {
  SC_ASSERT(!settings.paths.empty());
  BrokerLink::Owner& owner = *this;
  const auto timeout = static_cast<std::uint64_t>(settings.ack_timeout.count());
  for (std::size_t i = 0; i < settings.paths.size(); ++i) {
    links_.push_back(std::make_unique<BrokerLink>(
        loop, log, owner,
        LinkSettings{i, settings.paths[i], settings.secret_key, settings.worker_id, timeout}));
  }
}

ShardedExchange::~ShardedExchange() = default;

void ShardedExchange::start(broker::ExchangeSink& sink) {
  sink_ = &sink;
  for (const auto& link : links_) link->start();
}

std::size_t ShardedExchange::open_connections() const {
  return static_cast<std::size_t>(std::count_if(
      links_.begin(), links_.end(), [](const auto& link) { return link->has_connection(); }));
}

// ---- Readiness ----

void ShardedExchange::when_ready(base::UniqueFunction<void()> task) {
  ready_task_ = std::move(task);
  on_ready();
}

void ShardedExchange::on_ready() {
  if (!ready_task_) return;
  for (const auto& link : links_) {
    if (!link->is_ready()) return;
  }
  loop_.defer([task = std::exchange(ready_task_, nullptr)]() mutable { task(); });
}

// ---- Channels ----

std::size_t ShardedExchange::index_of(std::string_view channel) const {
  return links_.size() == 1 ? 0 : broker::shard_of(channel, links_.size());
}

void ShardedExchange::subscribe(std::string_view channel) {
  link_of(channel).subscribe(channel);
}
void ShardedExchange::unsubscribe(std::string_view channel) {
  link_of(channel).unsubscribe(channel);
}
bool ShardedExchange::is_subscribed(std::string_view channel) const {
  return link_of(channel).is_subscribed(channel);
}
void ShardedExchange::when_subscribed(std::string_view channel, Done done) {
  link_of(channel).when_subscribed(channel, std::move(done));
}
void ShardedExchange::publish(std::string_view channel, std::string_view data_json, Done done) {
  link_of(channel).publish(channel, data_json, std::move(done));
}

void ShardedExchange::on_message(std::string_view channel, std::string_view data_json) {
  sink_->on_message(channel, data_json);
}

void ShardedExchange::for_each_channel(std::size_t index,
                                       const std::function<void(std::string_view)>& visit) {
  sink_->for_each_channel([&](std::string_view channel) {
    if (index_of(channel) == index) visit(channel);
  });
}

// ---- Requests ----

void ShardedExchange::request(std::size_t broker, std::string_view action,
                              std::string_view request_json, Answer answer) {
  SC_ASSERT(broker < links_.size());
  links_[broker]->request(action, request_json, std::move(answer));
}

}  // namespace socketcluster::exchange
