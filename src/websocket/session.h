// SPDX-License-Identifier: MIT
// Session: a WebSocket connection after the upgrade: messages in and out, answers to pings, and the
// closing handshake of RFC 6455 section 7. The layer above derives from it.
//
//   kOpen --close()-----------> kCloseSent --peer's close frame--> connection closed
//     |                             +--------kCloseTimeoutMs------> connection aborted
//     +--peer's close frame-------> answered with the same code -> connection closed
//     +--protocol error-----------> close frame with the reason -> connection closed
//
// Thread rule: loop thread only. Lifetime: owned by itself from attach() on; deleted when the
// connection is gone (on_closed()). on_session_end() comes exactly once, before that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/shared_bytes.h"
#include "net/connection.h"
#include "net/timer_wheel.h"
#include "websocket/deflate.h"
#include "websocket/frame.h"
#include "websocket/message_reader.h"

namespace socketcluster::websocket {

class Session : public net::ConnectionHandler, public net::Timer {
 public:
  static constexpr std::uint64_t kCloseTimeoutMs = 3000;

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Takes the connection over from the HTTP layer, after the 101 response was written to it.
  // `context` must outlive the session.
  void attach(net::Connection& connection, const std::optional<DeflateAgreement>& deflate,
              DeflateContext& context);
  // Bytes that the peer sent behind its upgrade request, unmasked in place.
  void receive(std::span<char> bytes) { on_bytes(bytes); }
  bool is_open() const { return state_ == State::kOpen; }

  // Queues a complete frame. Ignored unless open.
  void write_frame(const base::SharedBytes& frame) {
    if (state_ == State::kOpen) connection_->write(frame);
  }
  // Sends a text message of `size` bytes that `fill(char*)` writes, straight into the output queue
  // where possible.
  template <typename Fill>
  void write_text(std::size_t size, Fill&& fill);
  // Copies one message into a frame.
  void send_text(std::string_view text) { send_message(Opcode::kText, text); }
  void send_binary(std::string_view bytes) { send_message(Opcode::kBinary, bytes); }

  // Sends a close frame and waits for the peer's. `code`: valid on the wire, or
  // CloseCode::kNoStatus. Calls on_session_end(). Ignored unless open.
  void close(std::uint16_t code, std::string_view reason);
  // Drops the connection without a close frame. Calls on_session_end() with kAbnormal.
  void terminate();

 protected:
  explicit Session(std::size_t max_message_bytes) : reader_(max_message_bytes) {}
  ~Session() override = default;

  // A message arrived; `payload` is valid for the call only. May close the session.
  virtual void on_message(MessageKind kind, std::string_view payload) = 0;
  // The session is over: the peer closed it with `code` (kNoStatus: without one), it was lost
  // (kAbnormal), or closed by this side. May be called inside close() and terminate(). Nothing can
  // be sent any more.
  virtual void on_session_end(std::uint16_t code, std::string_view reason) = 0;
  // The timer that the derived class armed is due. Not called once the session is over.
  virtual void on_deadline() = 0;

  net::EventLoop& loop() const { return connection_->loop(); }
  // Set when compression was agreed on.
  FrameDeflater* deflater() const { return deflater_.get(); }

 private:
  enum class State : std::uint8_t { kDetached, kOpen, kCloseSent, kEnded };
  class Sink;

  void on_bytes(std::span<char> bytes) final;
  void on_end() final;
  void on_overflow() final;
  void on_closed() final;
  void on_timer() final;
  void answer_close(std::optional<std::uint16_t> code, std::string_view reason);
  void write_close(std::uint16_t code, std::string_view reason);
  void end(std::uint16_t code, std::string_view reason);
  void send_message(Opcode opcode, std::string_view payload);

  static constexpr std::size_t kReservedPayload = std::size_t{60} * 1024;

  MessageReader reader_;
  std::unique_ptr<FrameDeflater> deflater_;
  State state_ = State::kDetached;
  bool end_reported_ = false;
};

template <typename Fill>
void Session::write_text(std::size_t size, Fill&& fill) {
  if (state_ != State::kOpen) return;
  const std::size_t header = header_size(size);
  if (deflater_ == nullptr && size <= kReservedPayload) {
    char* out = connection_->reserve(header + size);
    fill(out + encode_header(out, Opcode::kText, size));
    return;
  }
  base::SharedBytes frame = base::SharedBytes::allocate(header + size);
  encode_header(frame.mutable_data(), Opcode::kText, size);
  fill(frame.mutable_data() + header);
  if (deflater_ != nullptr) {
    frame = deflater_->make_frame(Opcode::kText, frame.view().substr(header));
  }
  connection_->write(frame);
}

}  // namespace socketcluster::websocket
