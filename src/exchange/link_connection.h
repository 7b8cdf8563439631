// SPDX-License-Identifier: MIT
// One connection to a broker's socket, as frames. Belongs to itself from open() on and ends with
// its connection, so that a BrokerLink may go at any time.
//
// Thread rule: loop thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/shared_bytes.h"
#include "broker/frames.h"
#include "net/connection.h"
#include "net/event_loop.h"

namespace socketcluster::exchange {

class LinkConnection final : private net::ConnectionHandler, private broker::FrameSink {
 public:
  class Owner {
   public:
    virtual void on_frame(const broker::Frame& frame) = 0;
    // What the broker sends is not what it should be; the connection ends.
    virtual void on_protocol_error(const std::string& text) = 0;
    // Last call: the connection is over.
    virtual void on_lost() = 0;

   protected:
    ~Owner() = default;
  };

  // Connects to the UNIX socket `path`. The failure says why it is not possible now.
  static base::Result<LinkConnection*> open(net::EventLoop& loop, const std::string& path,
                                            Owner& owner);
  LinkConnection(const LinkConnection&) = delete;
  LinkConnection& operator=(const LinkConnection&) = delete;

  // Frames, sent at the end of the iteration with one call.
  void write(std::string_view frames) { connection_->write_copy(frames); }
  void write(const base::SharedBytes& frame) { connection_->write(frame); }
  std::size_t queued_bytes() const { return connection_->queued_bytes(); }

  // Ends the connection; the owner is told at the end of the iteration.
  void abort() { connection_->abort(); }
  // The same, but nobody is told.
  void abandon();

 private:
  explicit LinkConnection(Owner& owner) : owner_(&owner), reader_(broker::FrameOrigin::kBroker) {}
  ~LinkConnection() override = default;

  void on_bytes(std::span<char> bytes) override;
  void on_end() override { connection_->abort(); }
  void on_closed() override;
  const net::OutputLimits& output_limits() const override;
  Go on_frame(const broker::Frame& frame) override;

  Owner* owner_;  // null: abandoned
  broker::FrameReader reader_;
};

}  // namespace socketcluster::exchange
