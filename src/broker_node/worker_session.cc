// SPDX-License-Identifier: MIT
#include "broker_node/worker_session.h"

#include <utility>

#include "broker_node/switchboard.h"
#include "net/event_loop.h"

namespace socketcluster::broker_node {
namespace {

// Room for a hello with any sensible secret key.
constexpr std::size_t kMaxHelloBytes = 4096;
// Reading never stops because of what waits for the worker: both sides would wait for each other.
constexpr std::size_t kNeverPauses = SIZE_MAX;

}  // namespace

WorkerSession::WorkerSession(net::Connection& connection, Switchboard& switchboard,
                             SessionHost& host, base::Log& log, const SessionLimits& limits)
    : switchboard_(switchboard),
      host_(host),
      log_(log),
      output_limits_{.soft_bytes = kNeverPauses, .hard_bytes = limits.backlog_bytes},
      reader_(broker::FrameOrigin::kWorker, kMaxHelloBytes),
      link_(std::make_shared<SessionLink>(SessionLink{this})) {
  connection.set_handler(*this);
  net::EventLoop& loop = connection.loop();
  loop.timers().arm(*this,
                    loop.now_ms() + static_cast<std::uint64_t>(limits.hello_timeout.count()));
  switchboard_.add(*this);
}

WorkerSession::~WorkerSession() {
  link_->session = nullptr;
}

std::string WorkerSession::name() const {
  return state_ == State::kHello ? "a connection" : "worker " + std::to_string(worker_id_);
}

// ---- Input ----

void WorkerSession::on_bytes(std::span<char> bytes) {
  read({bytes.data(), bytes.size()});
}

void WorkerSession::read(std::string_view bytes) {
  const Switchboard::Batch batch(switchboard_, *this);
  const base::Status status = reader_.read(bytes, *this);
  if (!status) refuse(status.error().text);
}

void WorkerSession::resume() {
  connection_->resume_reading();
  read({});
}

WorkerSession::Go WorkerSession::on_frame(const broker::Frame& frame) {
  switch (frame.kind) {
    case broker::FrameKind::kHello:
      return take_hello(frame);
    case broker::FrameKind::kSubscribe:
    case broker::FrameKind::kUnsubscribe:
    case broker::FrameKind::kPublish:
    case broker::FrameKind::kReady:
    case broker::FrameKind::kRequest:
      return take_command(frame);
    case broker::FrameKind::kWelcome:
    case broker::FrameKind::kProcessed:
    case broker::FrameKind::kMessage:
    case broker::FrameKind::kResponse:
    case broker::FrameKind::kRefused:
      break;  // the reader lets none of them through
  }
  return refuse("a frame of the wrong direction");
}

WorkerSession::Go WorkerSession::take_hello(const broker::Frame& frame) {
  if (state_ != State::kHello) return refuse("a second hello");
  if (frame.version != broker::kFrameVersion) {
    return refuse("version " + std::to_string(frame.version) + " of the frames is not spoken here");
  }
  if (!host_.is_secret_key(frame.body)) {
    return refuse("Invalid password was supplied to the broker");
  }
  cancel();
  worker_id_ = frame.id;
  state_ = State::kSubscribing;
  reader_.set_max_frame_bytes(broker::kMaxFrameBytes);
  std::string welcome;
  broker::append_welcome(welcome);
  write(welcome);
  return Go::kOn;
}

WorkerSession::Go WorkerSession::take_command(const broker::Frame& frame) {
  if (state_ == State::kHello) return refuse("Cannot process command before init handshake");
  if (frame.kind == broker::FrameKind::kReady) return take_ready();
  if (frame.kind == broker::FrameKind::kSubscribe) {
    subscribe(frame.channel);
    return Go::kOn;
  }
  if (frame.kind == broker::FrameKind::kUnsubscribe) {
    unsubscribe(frame.channel);
    return Go::kOn;
  }
  // What follows may have to wait for other workers' subscriptions.
  if (state_ != State::kServing) return refuse("a publish or request before ready");
  if (frame.kind == broker::FrameKind::kPublish) {
    ++command_count_;
    switchboard_.publish_from_worker(frame.channel, frame.body);
  } else {
    host_.on_request(*this, frame.id, frame.body);
  }
  return Go::kOn;
}

WorkerSession::Go WorkerSession::take_ready() {
  if (state_ == State::kServing) return refuse("a second ready");
  state_ = State::kServing;
  if (host_.on_worker_ready(*this)) return Go::kOn;
  connection_->pause_reading();
  return Go::kStop;
}

void WorkerSession::subscribe(std::string_view channel) {
  ++command_count_;
  switchboard_.table().subscribe(*this, channel);
}

void WorkerSession::unsubscribe(std::string_view channel) {
  ++command_count_;
  switchboard_.table().unsubscribe(*this, channel);
}

WorkerSession::Go WorkerSession::refuse(std::string_view reason) {
  log_.error("broker: " + name() + " is refused: " + std::string(reason));
  std::string frame;
  broker::append_refused(frame, reason);
  write(frame);
  connection_->close();
  return Go::kStop;
}

void WorkerSession::on_timer() {
  refuse("it did not say in time who it is");
}

// ---- Output ----

void WorkerSession::write(std::string_view frame) {
  written_bytes_ += frame.size();
  connection_->write_copy(frame);
}

void WorkerSession::deliver(const broker::Publication& publication) {
  switchboard_.reached(*this);
  written_bytes_ += publication.frame.size();
  connection_->write(publication.frame);
}

void WorkerSession::respond(std::uint32_t id, std::string_view json) {
  std::string frame;
  broker::append_response(frame, id, json);
  write(frame);
}

void WorkerSession::acknowledge(std::uint64_t count) {
  std::string frame;
  broker::append_processed(frame, count);
  write(frame);
}

std::uint64_t WorkerSession::taken_bytes() const {
  const bool is_over = connection_ == nullptr || !connection_->is_open();
  return is_over ? written_bytes_ : written_bytes_ - connection_->queued_bytes();
}

void WorkerSession::on_backlog_sent() {
  switchboard_.output_taken();
}
void WorkerSession::on_drain() {
  switchboard_.output_taken();
}

// Waiting for one slow worker would stop them all.
void WorkerSession::on_overflow() {
  log_.error("broker: worker " + std::to_string(worker_id_) + " reads too slowly, more than " +
             std::to_string(output_limits_.hard_bytes) +
             " bytes wait for it: its connection is dropped");
  connection_->abort();
}

void WorkerSession::on_closed() {
  switchboard_.remove(*this);
  host_.on_session_closed(*this);
}

}  // namespace socketcluster::broker_node
