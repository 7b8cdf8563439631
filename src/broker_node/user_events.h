// SPDX-License-Identifier: MIT
// UserEvents: tells the broker controller what has happened, in the order in which it happened,
// when the messages of that iteration have been sent: no handler runs inside of a publish, and none
// keeps a message waiting.
//
// Thread rule: loop thread only. After stop() no handler is called any more.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <socketcluster/handler.h>
#include <socketcluster/json.h>
#include <socketcluster/process_message.h>

#include "base/log.h"
#include "base/shared_bytes.h"
#include "base/unique_function.h"
#include "broker/channel_table.h"
#include "net/event_loop.h"

namespace socketcluster::broker_node {

class UserEvents final : public broker::ChannelObserver {
 public:
  using ChannelHandler = Handler<void(const std::string& channel)>;
  using PublishHandler = Handler<void(const std::string& channel, const Json& data)>;

  // Both must outlive it.
  UserEvents(net::EventLoop& loop, base::Log& log) : loop_(loop), log_(log) {}

  void set_subscribe_handler(ChannelHandler handler) { subscribe_ = keep(std::move(handler)); }
  void set_unsubscribe_handler(ChannelHandler handler) { unsubscribe_ = keep(std::move(handler)); }
  void set_publish_handler(PublishHandler handler) { publish_ = keep(std::move(handler)); }

  bool wants_publications() const { return publish_ != nullptr; }
  // A message frame (broker/frames.h) and the sizes of what it ends with.
  void published(const base::SharedBytes& frame, std::size_t channel_size, std::size_t data_size);
  // A handler of a message, which is given as text. What it throws is the answer, if it gave none.
  void message(std::string_view what, std::shared_ptr<const MessageHandler> handler, Json data,
               MessageRespond respond);
  void on_channel_created(std::string_view channel) override;
  void on_channel_destroyed(std::string_view channel) override;

  void stop();

 private:
  using Event = base::UniqueFunction<void()>;

  template <typename H>
  static std::shared_ptr<const H> keep(H handler) {
    return handler ? std::make_shared<const H>(std::move(handler)) : nullptr;
  }
  void call_for_channel(std::string_view what, const std::shared_ptr<const ChannelHandler>& handler,
                        std::string_view channel);
  void add(Event event);
  void prepare();
  void run();

  net::EventLoop& loop_;
  base::Log& log_;
  std::shared_ptr<const ChannelHandler> subscribe_;
  std::shared_ptr<const ChannelHandler> unsubscribe_;
  std::shared_ptr<const PublishHandler> publish_;
  std::vector<Event> events_;  // of this iteration
  std::vector<Event> due_;     // of the last one
  bool is_over_ = false;
};

}  // namespace socketcluster::broker_node
