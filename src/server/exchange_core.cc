// SPDX-License-Identifier: MIT
#include "server/exchange_core.h"

#include <exception>
#include <utility>

#include "base/assert.h"
#include "json/text.h"
#include "protocol/errors.h"
#include "server/json_values.h"
#include "server/socket_server.h"

namespace socketcluster::server {
namespace {

std::string quoted(std::string_view name) {
  std::string json;
  json::append_string(json, name);
  return json;
}

std::optional<Error> to_error(const broker::ExchangeError* error) {
  if (error == nullptr) return std::nullopt;
  return Error(protocol::error_name(error->name), error->text);
}

}  // namespace

ExchangeCore::ExchangeCore(SocketServer& sockets)
    : sockets_(sockets), requests_(sockets), api_(*this) {}

ExchangeCore::~ExchangeCore() {
  drop_engine();
  const auto subscribers = std::exchange(subscribers_, {});
  for (const auto& [channel, subscriber] : subscribers) {
    sockets_.channels().unsubscribe_all(*subscriber);
  }
}

// ---- Engine ----

void ExchangeCore::set_engine(std::unique_ptr<broker::ExchangeEngine> engine) {
  SC_ASSERT(engine_ == nullptr && sockets_.channels().channel_count() == 0);
  engine_ = std::move(engine);
  sockets_.channels().set_observer(this);
  engine_->start(*this);
}

// What waits in it is destroyed uncalled.
void ExchangeCore::drop_engine() {
  sockets_.channels().set_observer(nullptr);
  const auto engine = std::move(engine_);
}

void ExchangeCore::on_message(std::string_view channel, std::string_view data_json) {
  sockets_.publish_here(channel, quoted(channel), data_json);
}

void ExchangeCore::for_each_channel(const std::function<void(std::string_view)>& visit) const {
  sockets_.channels().for_each_channel(visit);
}

void ExchangeCore::on_channel_created(std::string_view channel) {
  engine_->subscribe(channel);
}

void ExchangeCore::on_channel_destroyed(std::string_view channel) {
  engine_->unsubscribe(channel);
}

// ---- Publishing ----

void ExchangeCore::publish(std::string_view channel, const Json& data,
                           Exchange::DoneHandler on_done) {
  const std::string data_json = to_text(data);
  if (engine_ != nullptr) {
    return engine_->publish(channel, data_json, as_done(std::move(on_done)));
  }
  sockets_.publish_here(channel, quoted(channel), data_json);
  tell_done(std::move(on_done));
}

void ExchangeCore::tell_done(Exchange::DoneHandler on_done) {
  if (!on_done) return;
  sockets_.loop().defer([this, on_done = std::move(on_done)] { run(on_done, std::nullopt); });
}

broker::ExchangeEngine::Done ExchangeCore::as_done(Exchange::DoneHandler on_done) {
  if (!on_done) return nullptr;
  return [this, on_done = std::move(on_done)](const broker::ExchangeError* error) {
    run(on_done, to_error(error));
  };
}

void ExchangeCore::run(const Exchange::DoneHandler& on_done, const std::optional<Error>& error) {
  try {
    on_done(error);
  } catch (const std::exception& thrown) {
    sockets_.log().user_code_threw(std::string("a callback of the exchange threw: ") +
                                   thrown.what());
  } catch (...) {
    sockets_.log().user_code_threw("a callback of the exchange threw an unknown exception");
  }
}

// ---- Subscriptions of the application ----

std::shared_ptr<ExchangeSubscriber> ExchangeCore::find(std::string_view channel) const {
  const auto found = subscribers_.find(channel);
  return found == subscribers_.end() ? nullptr : found->second;
}

std::shared_ptr<ExchangeSubscriber> ExchangeCore::find_or_make(std::string_view channel) {
  auto subscriber = find(channel);
  if (subscriber == nullptr) {
    subscriber = std::make_shared<ExchangeSubscriber>(sockets_.loop(), sockets_.log());
    subscribers_.emplace(std::string(channel), subscriber);
  }
  return subscriber;
}

void ExchangeCore::forget_if_unused(std::string_view channel) {
  const auto found = subscribers_.find(channel);
  if (found == subscribers_.end()) return;
  if (!found->second->is_subscribed() && !found->second->has_handlers()) subscribers_.erase(found);
}

void ExchangeCore::subscribe(std::string_view channel, Exchange::DoneHandler on_done) {
  sockets_.channels().subscribe(*find_or_make(channel), channel);
  if (!on_done) return;
  if (engine_ == nullptr || engine_->is_subscribed(channel)) return tell_done(std::move(on_done));
  engine_->when_subscribed(channel, as_done(std::move(on_done)));
}

void ExchangeCore::set_handler(std::string_view channel, Exchange::Handler handler) {
  const auto old = find_or_make(channel)->set_main_handler(++last_watcher_, std::move(handler));
}

void ExchangeCore::unsubscribe(std::string_view channel) {
  const auto subscriber = find(channel);
  if (subscriber == nullptr) return;
  sockets_.channels().unsubscribe_all(*subscriber);
  const auto removed = subscriber->unsubscribed();
  forget_if_unused(channel);
}

bool ExchangeCore::is_subscribed(std::string_view channel) const {
  const auto subscriber = find(channel);
  return subscriber != nullptr && subscriber->is_subscribed();
}

std::vector<std::string> ExchangeCore::subscriptions() const {
  std::vector<std::string> names;
  for (const auto& [channel, subscriber] : subscribers_) {
    if (subscriber->is_subscribed()) names.push_back(channel);
  }
  return names;
}

Exchange::WatcherId ExchangeCore::watch(std::string_view channel, Exchange::Handler handler) {
  find_or_make(channel)->watch(++last_watcher_, std::move(handler));
  return last_watcher_;
}

void ExchangeCore::unwatch(std::string_view channel, Exchange::WatcherId watcher) {
  const auto subscriber = find(channel);
  if (subscriber == nullptr) return;
  const auto removed = subscriber->unwatch(watcher);
  forget_if_unused(channel);
}

void ExchangeCore::unwatch(std::string_view channel) {
  const auto subscriber = find(channel);
  if (subscriber == nullptr) return;
  const auto removed = subscriber->unwatch_all();
  forget_if_unused(channel);
}

}  // namespace socketcluster::server
