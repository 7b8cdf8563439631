// SPDX-License-Identifier: MIT
// #publish, #subscribe and #unsubscribe of a ClientSocket, and messages on their way to it
// (protocol sections 7.1 to 7.3).
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "json/js_text.h"
#include "json/text.h"
#include "protocol/writer.h"
#include "server/client_socket.h"
#include "server/json_values.h"
#include "server/middleware.h"
#include "server/packet_batch.h"
#include "server/socket_server.h"
#include "server/socket_state.h"

namespace socketcluster::server {

using protocol::Dialect;
using protocol::Packet;

// ---- Runs through middleware: what they hold on to, and what follows ----

class ClientSocket::PublishInRun final : public LineRun<PublishInRequest> {
 public:
  PublishInRun(ClientSocket& socket, std::string channel, const Packet& packet, std::string rid)
      : LineRun("publishIn", socket.server_.log(), socket.server_.middleware().publish_in,
                socket.state().handle(), std::move(channel), Borrowed{packet.inner_data.text}),
        state_(socket.state()),
        rid_(std::move(rid)) {
    token_expired_error_ = socket.token_expired_error();
  }

 private:
  void finish(const Verdict& verdict) override {
    ClientSocket* socket = state_->live();
    if (socket == nullptr) return;
    const std::string ack_data = ack_data_ ? to_text(*ack_data_) : std::string();
    if (verdict.is_allowed) {
      std::string channel_json;
      json::append_string(channel_json, channel());
      socket->publish(channel(), channel_json, data_json(), rid_, ack_data);
    } else {
      socket->refuse_blocked(rid_, verdict, "publishIn", "publishIn", ack_data);
    }
    socket->action_decided();
  }

  StateRef state_;
  std::string rid_;
};

class ClientSocket::SubscribeRun final : public LineRun<SubscribeRequest> {
 public:
  SubscribeRun(ClientSocket& socket, std::string channel, const Packet& packet, std::string rid)
      : LineRun("subscribe", socket.server_.log(), socket.server_.middleware().subscribe,
                socket.state().handle(), std::move(channel), std::string(packet.inner_data.text),
                json::is_truthy(packet.wait_for_auth)),
        state_(socket.state()),
        rid_(std::move(rid)),
        in_batch_(json::is_truthy(packet.batch)) {
    token_expired_error_ = socket.token_expired_error();
  }

 private:
  void finish(const Verdict& verdict) override {
    ClientSocket* socket = state_->live();
    if (socket == nullptr) return;
    if (verdict.is_allowed) {
      socket->subscribe(channel(), rid_, in_batch_, data_json());
    } else {
      socket->refuse_blocked(rid_, verdict, "subscribe", "subscribe");
    }
    socket->action_decided();
  }

  StateRef state_;
  std::string rid_;
  bool in_batch_;
};

class ClientSocket::PublishOutRun final : public LineRun<PublishOutRequest> {
 public:
  PublishOutRun(ClientSocket& socket, const broker::Publication& publication)
      : LineRun("publishOut", socket.server_.log(), socket.server_.middleware().publish_out,
                socket.state().handle(), std::string(publication.channel),
                std::string(publication.data)),
        state_(socket.state()),
        frame_(publication.frame),
        data_(publication.data) {}

 private:
  struct Release {
    void operator()(PublishOutRun* run) const { run->release(); }
  };

  void finish(const Verdict& verdict) override {
    ClientSocket* socket = state_->live();
    if (socket == nullptr || !verdict.is_allowed) return;
    if (socket->dialect() == Dialect::kV1) return send(*socket);
    // As with the original of v2, whose line is asynchronous: behind the publisher's answer.
    retain();
    socket->loop().defer([keep = std::unique_ptr<PublishOutRun, Release>(this)] {
      ClientSocket* live = keep->state_->live();
      if (live != nullptr) keep->send(*live);
    });
  }

  void send(ClientSocket& socket) const {
    if (use_cache_ || !is_data_replaced()) {
      const broker::Publication same{.channel = channel(), .frame = frame_, .data = data_};
      return socket.send_publication(same);
    }
    socket.send_packet(protocol::publish_packet(channel(), data_json()));
  }

  StateRef state_;
  base::SharedBytes frame_;
  std::string data_;  // as published
};

// ---- From the client ----

bool ClientSocket::read_channel(const json::RawValue& channel, std::string& scratch,
                                std::string_view& name) const {
  if (!channel.is_string()) return false;
  name = json::string_value(channel, scratch);
  return name.size() <= server_.options().max_channel_name_length;
}

void ClientSocket::handle_publish(const Packet& packet) {
  if (!server_.options().allow_client_publish) {
    return refuse(packet, protocol::publish_disabled_error());
  }
  std::string scratch;
  std::string_view channel;
  if (!read_channel(packet.channel, scratch, channel)) {
    return refuse(packet,
                  protocol::bad_publish_channel_error(dialect(), id_text(), packet.channel));
  }
  if (!server_.middleware().publish_in.is_empty()) {
    return run(new PublishInRun(*this, std::string(channel), packet, std::string(rid_of(packet))));
  }
  publish(channel, packet.channel.text, packet.inner_data.text, rid_of(packet));
}

// Answered when the engine has done it; without one that is at once.
void ClientSocket::publish(std::string_view channel, std::string_view channel_json,
                           std::string_view data_json, std::string_view rid,
                           std::string_view ack_data) {
  if (broker::ExchangeEngine* engine = server_.engine()) {
    return engine->publish(channel, data_json, answer_publish(rid, ack_data));
  }
  server_.publish_here(channel, channel_json, data_json);
  if (!rid.empty()) respond(rid, ack_data);
}

// Ids are short nearly always: then nothing is allocated but the reference.
broker::ExchangeEngine::Done ClientSocket::answer_publish(std::string_view rid,
                                                          std::string_view ack_data) {
  if (rid.empty()) return nullptr;
  struct ShortText {
    std::array<char, 15> text;
    std::uint8_t size;
  } id{};
  if (rid.size() <= id.text.size() && ack_data.empty()) {
    std::copy(rid.begin(), rid.end(), id.text.begin());
    id.size = static_cast<std::uint8_t>(rid.size());
    return [socket = reference(), id](const broker::ExchangeError* error) {
      if (socket.live() != nullptr) socket.live()->published({id.text.data(), id.size}, {}, error);
    };
  }
  return [socket = reference(), rid = std::string(rid),
          ack_data = std::string(ack_data)](const broker::ExchangeError* error) {
    if (socket.live() != nullptr) socket.live()->published(rid, ack_data, error);
  };
}

void ClientSocket::published(std::string_view rid, std::string_view ack_data,
                             const broker::ExchangeError* error) {
  if (error == nullptr) return respond(rid, ack_data);
  respond_error(rid, protocol::error_json(protocol::broker_error(error->text)), ack_data);
}

void ClientSocket::handle_subscribe(const Packet& packet) {
  if (phase_ != Phase::kReady) {
    return refuse(packet, protocol::subscribe_before_handshake_error());
  }
  if (known_dialect_ == Dialect::kV2 && !wants_response(packet)) return;
  const json::RawValue& wanted = protocol::subscribe_channel(packet, dialect());
  std::string scratch;
  std::string_view channel;
  if (!read_channel(wanted, scratch, channel)) {
    return refuse(packet, protocol::bad_subscribe_channel_error(dialect(), id_text(), wanted));
  }
  // v1 refuses quietly what the client asked for only as long as it is authenticated (section 8).
  if (dialect() == Dialect::kV1 && state_ != nullptr && state_->expired_at() &&
      json::is_truthy(packet.wait_for_auth)) {
    return refuse(packet, protocol::socket_token_expired_error(*state_->expired_at()));
  }
  if (!server_.middleware().subscribe.is_empty()) {
    return run(new SubscribeRun(*this, std::string(channel), packet, std::string(rid_of(packet))));
  }
  subscribe(channel, rid_of(packet), json::is_truthy(packet.batch), packet.inner_data.text);
}

void ClientSocket::subscribe(std::string_view channel, std::string_view rid, bool in_batch,
                             std::string_view data_json) {
  const std::size_t limit = server_.options().socket_channel_limit;
  if (subscription_count() >= limit) {
    return refuse(rid, protocol::channel_limit_error(dialect(), id_text(), channel, limit));
  }
  const bool is_new = server_.channels().subscribe(*this, channel);
  const broker::ExchangeEngine* engine = server_.engine();
  if (engine != nullptr && !engine->is_subscribed(channel)) {
    return await_subscription(
        {std::string(channel), std::string(rid), std::string(data_json), in_batch}, is_new);
  }
  answer_subscribe(rid, in_batch);
  if (is_new) server_.report_subscription(*this, channel, data_json);
}

// Meanwhile it counts as subscribed, and gets what comes; clients are prepared for that.
void ClientSocket::await_subscription(WaitingSubscribe request, bool is_new) {
  SocketRef socket = reference();
  if (is_new) link_->unconfirmed.insert(request.channel);
  const std::string channel = request.channel;
  server_.engine()->when_subscribed(
      channel, [socket = std::move(socket),
                request = std::move(request)](const broker::ExchangeError* error) {
        if (socket.live() != nullptr) socket.live()->finish_subscribe(request, error);
      });
}

// The client may have left the channel meanwhile; it is answered all the same. After an error it
// takes itself for unsubscribed.
void ClientSocket::finish_subscribe(const WaitingSubscribe& request,
                                    const broker::ExchangeError* error) {
  const bool is_news = forget_unconfirmed(request.channel);
  if (error == nullptr) {
    answer_subscribe(request.rid, request.in_batch);
    if (is_news) server_.report_subscription(*this, request.channel, request.data_json);
    return;
  }
  const bool was_subscribed = server_.channels().unsubscribe(*this, request.channel);
  refuse(request.rid, protocol::subscribe_failed_error(request.channel, error->text));
  if (was_subscribed && !is_news) server_.report_unsubscription(*this, request.channel);
}

bool ClientSocket::forget_unconfirmed(std::string_view channel) {
  if (link_ == nullptr) return false;
  const auto found = link_->unconfirmed.find(channel);
  if (found == link_->unconfirmed.end()) return false;
  link_->unconfirmed.erase(found);
  return true;
}

void ClientSocket::answer_subscribe(std::string_view rid, bool in_batch) {
  if (dialect() == Dialect::kV1 && in_batch) {
    acknowledge_in_batch(rid);
  } else if (!rid.empty()) {
    respond(rid, {});
  }
}

void ClientSocket::handle_unsubscribe(const Packet& packet) {
  std::string scratch;
  std::string_view channel;
  if (!read_channel(packet.data, scratch, channel)) {
    return refuse(packet,
                  protocol::bad_unsubscribe_channel_error(dialect(), id_text(), packet.data));
  }
  if (!server_.channels().unsubscribe(*this, channel)) {
    return refuse(packet, protocol::not_subscribed_error(dialect(), id_text(), channel));
  }
  acknowledge(packet);
  if (!forget_unconfirmed(channel)) server_.report_unsubscription(*this, channel);
}

void ClientSocket::acknowledge_in_batch(std::string_view rid) {
  if (rid.empty()) return;
  std::string packet(protocol::response_size(rid), '\0');
  protocol::write_response(packet.data(), rid);
  PacketBatch& acks = batch();
  if (!acks.is_armed()) {
    const auto delay = static_cast<std::uint64_t>(server_.options().pub_sub_batch_duration.count());
    acks.start(loop().now_ms() + delay, 0, 0);
  }
  acks.add(packet);
}

// ---- To the client ----

void ClientSocket::deliver(const broker::Publication& publication) {
  if (server_.middleware().publish_out.is_empty()) {
    send_publication(publication);
  } else {
    server_.collect(*this);  // user code must not run while the table is being walked
  }
}

void ClientSocket::send_through_middleware(const broker::Publication& publication) {
  MiddlewareRun::start(new PublishOutRun(*this, publication));
}

void ClientSocket::send_publication(const broker::Publication& publication) {
  if (batch_ != nullptr && batch_->takes_everything()) {
    return batch_->add(protocol::publish_packet(publication.channel, publication.data));
  }
  if (!publication.frame) return;  // the codec could not make it
  ++server_.traffic().messages_out;
  websocket::FrameDeflater* own_deflater = deflater();
  if (own_deflater == nullptr) return write_frame(publication.frame);
  const std::string_view payload = websocket::payload_of(publication.frame.view());
  if (!own_deflater->takes_shared_frames()) {
    return write_frame(own_deflater->make_frame(server_.opcode(), payload));
  }
  if (!publication.alternative_frame) {
    publication.alternative_frame = server_.deflate().make_shared_frame(server_.opcode(), payload);
    if (!publication.alternative_frame) publication.alternative_frame = publication.frame;
  }
  write_frame(publication.alternative_frame);
  if (!same_block(publication.alternative_frame, publication.frame)) {
    own_deflater->shared_frame_sent();
  }
}

}  // namespace socketcluster::server
