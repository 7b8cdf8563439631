// SPDX-License-Identifier: MIT
// WorkerSession: one worker's connection to the broker.
//
//   kHello --secret key right--> kSubscribing --ready--> kServing (may be held until recovery ends)
//      \---- wrong, late, or anything malformed: refused with a reason and closed
//
// Thread rule: loop thread only. Lifetime: owned by its host, until on_session_closed().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "broker/channel_table.h"
#include "broker/frames.h"
#include "broker_node/acknowledgement.h"
#include "broker_node/settings.h"
#include "net/connection.h"
#include "net/timer_wheel.h"

namespace socketcluster::broker_node {

class Switchboard;
class WorkerSession;

// Outlives its session, for answers that come late.
struct SessionLink {
  WorkerSession* session;  // null when it is closed
};

class SessionHost {
 public:
  virtual bool is_secret_key(std::string_view key) const = 0;
  // All subscriptions of the worker are there. False: nothing more is read until resume().
  virtual bool on_worker_ready(WorkerSession& session) = 0;
  virtual void on_request(WorkerSession& session, std::uint32_t id, std::string_view json) = 0;
  // Last call: has to destroy the session.
  virtual void on_session_closed(WorkerSession& session) = 0;

 protected:
  ~SessionHost() = default;
};

class WorkerSession final : public net::ConnectionHandler,
                            public broker::Subscriber,
                            public OutputStream,
                            private broker::FrameSink,
                            private net::Timer {
 public:
  // Everything must outlive the session.
  WorkerSession(net::Connection& connection, Switchboard& switchboard, SessionHost& host,
                base::Log& log, const SessionLimits& limits);
  ~WorkerSession() override;

  std::uint32_t worker_id() const { return worker_id_; }
  bool is_serving() const { return state_ == State::kServing; }
  const std::shared_ptr<SessionLink>& link() const { return link_; }
  // Goes on reading after SessionHost::on_worker_ready() said no.
  void resume();
  // Answers a request. Ignored when the connection is being closed.
  void respond(std::uint32_t id, std::string_view json);

  std::uint64_t written_bytes() const override { return written_bytes_; }
  std::uint64_t taken_bytes() const override;

 private:
  friend class Switchboard;
  enum class State : std::uint8_t { kHello, kSubscribing, kServing };

  void on_bytes(std::span<char> bytes) override;
  void on_backlog_sent() override;
  void on_drain() override;
  void on_overflow() override;
  void on_closed() override;
  const net::OutputLimits& output_limits() const override { return output_limits_; }
  Go on_frame(const broker::Frame& frame) override;
  void on_timer() override;
  void deliver(const broker::Publication& publication) override;

  void read(std::string_view bytes);
  Go take_hello(const broker::Frame& frame);
  Go take_command(const broker::Frame& frame);
  Go take_ready();
  void subscribe(std::string_view channel);
  void unsubscribe(std::string_view channel);
  // Tells the worker and the log, and closes the connection.
  Go refuse(std::string_view reason);
  void write(std::string_view frame);
  void acknowledge(std::uint64_t count);
  std::string name() const;

  Switchboard& switchboard_;
  SessionHost& host_;
  base::Log& log_;
  net::OutputLimits output_limits_;
  broker::FrameReader reader_;
  std::shared_ptr<SessionLink> link_;
  std::uint32_t worker_id_ = 0;
  State state_ = State::kHello;
  std::uint64_t written_bytes_ = 0;

  // For Switchboard.
  std::uint64_t command_count_ = 0;  // subscribe, unsubscribe and publish
  Acknowledgement acknowledgement_;
  std::vector<WorkerSession*> reached_;  // got messages of this session in this iteration
  std::uint64_t reached_by_batch_ = 0;   // last batch that had a message for this session
  bool has_batch_ = false;               // to be finished at the end of this iteration
};

}  // namespace socketcluster::broker_node
