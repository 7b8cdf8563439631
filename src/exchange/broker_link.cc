// SPDX-License-Identifier: MIT
#include "exchange/broker_link.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "exchange/texts.h"

namespace socketcluster::exchange {
namespace {

constexpr std::uint64_t kFirstBackoffMs = 10;
constexpr std::uint64_t kLastBackoffMs = 1000;
// How often it is looked whether something has waited for too long.
constexpr std::uint64_t kExpiryMs = 250;
// Two warnings about lost publishes are so far apart.
constexpr std::uint64_t kReportMs = 1000;
// What a frame has besides channel and body, at most; see broker/frames.h.
constexpr std::size_t kFrameRoom = 16;
// A longer publish is not copied twice.
constexpr std::size_t kCopiedBytes = 4096;

bool fits_frame(std::size_t bytes) {
  return bytes <= broker::kMaxFrameBytes - kFrameRoom;
}

}  // namespace

BrokerLink::BrokerLink(net::EventLoop& loop, base::Log& log, Owner& owner, LinkSettings settings)
    : loop_(loop), log_(log), owner_(owner), settings_(std::move(settings)) {}

BrokerLink::~BrokerLink() {
  if (connection_ != nullptr) connection_->abandon();
}

std::string BrokerLink::name() const {
  return "broker " + std::to_string(settings_.index);
}

// ---- Connecting ----

void BrokerLink::connect() {
  base::Result<LinkConnection*> opened = LinkConnection::open(loop_, settings_.path, *this);
  if (!opened) {
    if (!std::exchange(is_reported_, true)) log_.warning(opened.error().text);
    return connect_later();
  }
  connection_ = *opened;
  state_ = State::kGreeting;
  scratch_.clear();
  broker::append_hello(scratch_, settings_.worker_id, settings_.secret_key);
  connection_->write(scratch_);
}

void BrokerLink::connect_later() {
  backoff_ms_ = backoff_ms_ == 0 ? kFirstBackoffMs : std::min(backoff_ms_ * 2, kLastBackoffMs);
  loop_.timers().arm(connect_timer_, loop_.now_ms() + backoff_ms_);
}

// Subscriptions first: what is published after `ready` must find them.
void BrokerLink::welcomed() {
  state_ = State::kUp;
  backoff_ms_ = 0;
  if (was_up_) log_.info("connected to " + name() + " again");
  was_up_ = true;
  is_reported_ = false;
  send_subscriptions();
  send_waiting();
  if (sent_ == 0) confirm_recovery();
}

void BrokerLink::send_subscriptions() {
  sent_ = 0;
  confirmed_ = 0;
  std::string frames;
  owner_.for_each_channel(settings_.index, [&](std::string_view channel) {
    broker::append_subscribe(frames, channel);
    ++sent_;
  });
  broker::append_ready(frames);
  connection_->write(frames);
  subscriptions_.all_sent(sent_);
}

void BrokerLink::send_waiting() {
  waiting_bytes_ = 0;
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    connection_->write(waiting.frame);
    if (waiting.id != 0) {
      requests_.add(waiting.id, waiting.action, waiting.deadline_ms, std::move(waiting.answer));
    } else {
      publishes_.add(++sent_, waiting.deadline_ms, std::move(waiting.done));
    }
  }
}

void BrokerLink::on_protocol_error(const std::string& text) {
  log_.error(name() + " broke the protocol between processes: " + text);
}

void BrokerLink::on_lost() {
  connection_ = nullptr;
  const bool was_up = std::exchange(state_, State::kDown) == State::kUp;
  if (was_up) log_.warning("lost the connection to " + name());
  connect_later();
  subscriptions_.lost();
  note_lost(publishes_.fail_all(connection_lost("publish")));
  requests_.fail_all();
}

// ---- From the broker ----

void BrokerLink::on_frame(const broker::Frame& frame) {
  using broker::FrameKind;
  if (frame.kind == FrameKind::kRefused) {
    log_.error(name() + " refused this worker: " + std::string(frame.body));
    backoff_ms_ = kLastBackoffMs;
    return connection_->abort();
  }
  const bool is_expected = (state_ == State::kGreeting) == (frame.kind == FrameKind::kWelcome);
  if (!is_expected || (state_ == State::kGreeting && frame.version != broker::kFrameVersion)) {
    on_protocol_error("unexpected frame");
    return connection_->abort();
  }
  switch (frame.kind) {
    case FrameKind::kWelcome:
      return welcomed();
    case FrameKind::kProcessed:
      return processed(frame.count);
    case FrameKind::kMessage:
      return owner_.on_message(frame.channel, frame.body);
    case FrameKind::kResponse:
      if (!requests_.answer(frame.id, frame.body)) on_protocol_error("bad response");
      return;
    case FrameKind::kRefused:
    case FrameKind::kHello:
    case FrameKind::kSubscribe:
    case FrameKind::kUnsubscribe:
    case FrameKind::kPublish:
    case FrameKind::kReady:
    case FrameKind::kRequest:
      return;  // the reader does not hand them out
  }
}

// All up to number `count` is done. Answers are given in the order of the commands.
void BrokerLink::processed(std::uint64_t count) {
  if (count < confirmed_ || count > sent_) {
    on_protocol_error("confirms what was not sent");
    return connection_->abort();
  }
  confirmed_ = count;
  for (;;) {
    const std::uint64_t subscribe = subscriptions_.first_number();
    const std::uint64_t publish = publishes_.is_empty() ? UINT64_MAX : publishes_.first_number();
    if (std::min(subscribe, publish) > count) return;
    if (publish < subscribe) {
      publishes_.confirm_first();
    } else if (subscriptions_.has_recovered()) {
      subscriptions_.confirm_first();
    } else {
      confirm_recovery();
    }
  }
}

void BrokerLink::confirm_recovery() {
  subscriptions_.confirm_first();
  owner_.on_ready();
}

// ---- From the worker ----

// While it is down, the channel will be sent with all others.
void BrokerLink::subscribe(std::string_view channel) {
  if (state_ != State::kUp) return;
  scratch_.clear();
  broker::append_subscribe(scratch_, channel);
  connection_->write(scratch_);
  subscriptions_.sent(channel, ++sent_);
}

// Who waited for the subscription has left the channel: there is nothing to wait for.
void BrokerLink::unsubscribe(std::string_view channel) {
  for (Done& done : subscriptions_.remove(channel)) {
    loop_.defer([done = std::move(done)]() mutable { done(nullptr); });
  }
  if (state_ != State::kUp) return;
  scratch_.clear();
  broker::append_unsubscribe(scratch_, channel);
  connection_->write(scratch_);
  ++sent_;
}

void BrokerLink::when_subscribed(std::string_view channel, Done done) {
  subscriptions_.wait(channel, deadline_ms(), std::move(done));
  arm_expiry();
}

void BrokerLink::publish(std::string_view channel, std::string_view data_json, Done done) {
  const std::size_t bytes = channel.size() + data_json.size();
  if (!fits_frame(bytes)) return fail_later(std::move(done), too_long());
  if (!has_room(bytes)) return fail_later(std::move(done), too_much_waits());
  if (state_ == State::kUp) {
    if (bytes > kCopiedBytes) {
      connection_->write(broker::publish_frame(channel, data_json));
    } else {
      scratch_.clear();
      broker::append_publish(scratch_, channel, data_json);
      connection_->write(scratch_);
    }
    publishes_.add(++sent_, deadline_ms(), std::move(done));
  } else {
    std::string frame;
    broker::append_publish(frame, channel, data_json);
    wait({std::move(frame), deadline_ms(), std::move(done), nullptr});
  }
  arm_expiry();
}

void BrokerLink::request(std::string_view action, std::string_view request_json, Answer answer) {
  const bool fits = fits_frame(request_json.size());
  if (!fits || !has_room(request_json.size())) {
    return loop_.defer([error = fits ? too_much_waits() : too_long(),
                        answer = std::move(answer)]() mutable { answer(&error, {}); });
  }
  if (++last_request_ == 0) ++last_request_;
  std::string frame;
  broker::append_request(frame, last_request_, request_json);
  if (state_ == State::kUp) {
    connection_->write(frame);
    requests_.add(last_request_, action, deadline_ms(), std::move(answer));
  } else {
    wait({std::move(frame), deadline_ms(), nullptr, std::move(answer), last_request_,
          std::string(action)});
  }
  arm_expiry();
}

bool BrokerLink::has_room(std::size_t bytes) const {
  return state_ == State::kUp ? connection_->queued_bytes() + bytes <= kMaxQueuedBytes
                              : waiting_bytes_ + bytes <= kMaxWaitingBytes;
}

void BrokerLink::wait(Waiting&& waiting) {
  waiting_bytes_ += waiting.frame.size();
  waiting_.push_back(std::move(waiting));
}

// ---- Time-outs ----

bool BrokerLink::is_idle() const {
  return publishes_.is_empty() && requests_.is_empty() && waiting_.empty() &&
         subscriptions_.is_empty() && lost_publishes_ == 0;
}

void BrokerLink::arm_expiry() {
  if (!expiry_timer_.is_armed()) loop_.timers().arm(expiry_timer_, loop_.now_ms() + kExpiryMs);
}

void BrokerLink::expire() {
  const std::uint64_t now = loop_.now_ms();
  expire_waiting(now);
  note_lost(publishes_.expire(now));
  requests_.expire(now);
  subscriptions_.expire(now);
  if (!is_idle()) arm_expiry();
}

// What has not been sent will not be.
void BrokerLink::expire_waiting(std::uint64_t now_ms) {
  while (!waiting_.empty() && waiting_.front().deadline_ms <= now_ms) {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= first.frame.size();
    const broker::ExchangeError error = timed_out(first.id != 0 ? first.action : "publish");
    if (first.id != 0) {
      first.answer(&error, {});
    } else if (first.done) {
      first.done(&error);
    } else {
      note_lost(1);
    }
  }
}

void BrokerLink::fail_later(Done done, broker::ExchangeError error) {
  if (!done) return note_lost(1);
  loop_.defer([error = std::move(error), done = std::move(done)]() mutable { done(&error); });
}

// Publishes whose loss nobody else hears of.
void BrokerLink::note_lost(std::size_t count) {
  lost_publishes_ += count;
  if (lost_publishes_ == 0) return;
  const std::uint64_t now = loop_.now_ms();
  if (lost_reported_ms_ != 0 && now < lost_reported_ms_ + kReportMs) return arm_expiry();
  lost_reported_ms_ = now;
  log_.warning(std::to_string(std::exchange(lost_publishes_, 0)) +
               " messages that nobody waits for an answer to may not have been published by " +
               name());
}

}  // namespace socketcluster::exchange
