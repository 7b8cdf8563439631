// SPDX-License-Identifier: MIT
#include "broker_node/user_events.h"

#include <utility>

#include "ipc/user_call.h"
#include "json/value.h"

namespace socketcluster::broker_node {

// Deferred tasks run before the output of their iteration is sent, so this takes two steps.
void UserEvents::add(Event event) {
  if (is_over_) return;
  if (events_.empty()) loop_.defer([this] { prepare(); });
  events_.push_back(std::move(event));
}

void UserEvents::prepare() {
  if (is_over_) return;
  due_ = std::exchange(events_, {});
  loop_.defer([this] { run(); });
}

void UserEvents::run() {
  auto due = std::exchange(due_, {});
  for (Event& event : due) {
    if (!is_over_) event();
  }
}

void UserEvents::stop() {
  is_over_ = true;
  events_.clear();
  due_.clear();
}

void UserEvents::published(const base::SharedBytes& frame, std::size_t channel_size,
                           std::size_t data_size) {
  const std::size_t data_at = frame.size() - data_size;
  const std::size_t channel_at = data_at - channel_size;
  add([this, frame, channel_at, data_at] {
    const auto handler = publish_;  // it may replace itself
    if (handler == nullptr) return;
    const std::string channel(frame.view().substr(channel_at, data_at - channel_at));
    const Json data = json::parse_json(frame.view().substr(data_at)).value_or(Json());
    ipc::call_user(log_, "a handler of publish", [&] { (*handler)(channel, data); });
  });
}

void UserEvents::call_for_channel(std::string_view what,
                                  const std::shared_ptr<const ChannelHandler>& handler,
                                  std::string_view channel) {
  if (handler == nullptr) return;
  add([this, what, handler, channel = std::string(channel)] {
    ipc::call_user(log_, what, [&] { (*handler)(channel); });
  });
}

void UserEvents::on_channel_created(std::string_view channel) {
  call_for_channel("a handler of subscribe", subscribe_, channel);
}
void UserEvents::on_channel_destroyed(std::string_view channel) {
  call_for_channel("a handler of unsubscribe", unsubscribe_, channel);
}

void UserEvents::message(std::string_view what, std::shared_ptr<const MessageHandler> handler,
                         Json data, MessageRespond respond) {
  add([this, what = std::string(what), handler = std::move(handler), data = std::move(data),
       respond = std::move(respond)] {
    const auto thrown = ipc::call_user(log_, what, [&] { (*handler)(data, respond); });
    if (thrown) respond(Error(*thrown));
  });
}

}  // namespace socketcluster::broker_node
