// SPDX-License-Identifier: MIT
#include "server/exchange_subscriber.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "server/json_values.h"

namespace socketcluster::server {

ExchangeSubscriber::Function ExchangeSubscriber::set_main_handler(WatcherId id,
                                                                  Exchange::Handler handler) {
  Function old = take(std::exchange(main_id_, id));
  watch(id, std::move(handler));
  return old;
}

void ExchangeSubscriber::watch(WatcherId id, Exchange::Handler handler) {
  if (!handler) return;
  watchers_.push_back({id, std::make_shared<const Exchange::Handler>(std::move(handler))});
}

ExchangeSubscriber::Function ExchangeSubscriber::unwatch(WatcherId id) {
  return id == main_id_ ? nullptr : take(id);
}

std::vector<ExchangeSubscriber::Function> ExchangeSubscriber::unwatch_all() {
  std::vector<Function> removed;
  std::vector<Watcher> kept;
  for (Watcher& watcher : watchers_) {
    if (watcher.id == main_id_) {
      kept.push_back(std::move(watcher));
    } else {
      removed.push_back(std::move(watcher.function));
    }
  }
  watchers_ = std::move(kept);
  return removed;
}

ExchangeSubscriber::Function ExchangeSubscriber::unsubscribed() {
  ++subscription_;
  return take(std::exchange(main_id_, 0));
}

ExchangeSubscriber::Function ExchangeSubscriber::take(WatcherId id) {
  const auto found = std::find_if(watchers_.begin(), watchers_.end(),
                                  [id](const Watcher& w) { return w.id == id; });
  if (found == watchers_.end()) return nullptr;
  Function function = std::move(found->function);
  watchers_.erase(found);
  return function;
}

void ExchangeSubscriber::deliver(const broker::Publication& publication) {
  if (watchers_.empty()) return;
  loop_.defer([self = weak_from_this(), subscription = subscription_, last_id = watchers_.back().id,
               channel = std::string(publication.channel), data = std::string(publication.data)] {
    if (const auto alive = self.lock()) alive->hand_over(subscription, last_id, channel, data);
  });
}

// A handler may add and remove handlers and unsubscribe: each is looked up when its turn comes.
void ExchangeSubscriber::hand_over(std::uint64_t subscription, WatcherId last_id,
                                   const std::string& channel, const std::string& data_json) {
  const Json data = parse_json(data_json).value_or(Json());
  WatcherId done = 0;
  while (subscription == subscription_) {
    const auto next = std::find_if(watchers_.begin(), watchers_.end(),
                                   [done](const Watcher& w) { return w.id > done; });
    if (next == watchers_.end() || next->id > last_id) return;
    done = next->id;
    const Function function = next->function;
    run(*function, channel, data);
  }
}

void ExchangeSubscriber::run(const Exchange::Handler& handler, const std::string& channel,
                             const Json& data) {
  try {
    handler(data);
  } catch (const std::exception& error) {
    log_.user_code_threw("exchange handler of channel '" + channel + "' threw: " + error.what());
  } catch (...) {
    log_.user_code_threw("exchange handler of channel '" + channel + "' threw: unknown exception");
  }
}

}  // namespace socketcluster::server
