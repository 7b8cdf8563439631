// SPDX-License-Identifier: MIT
#include "websocket/session.h"

#include <array>
#include <cstring>
namespace socketcluster::websocket {

// Forwards the reader's upcalls; a member of the call, so that a session needs no further base
// class.
class Session::Sink final : public MessageSink {
 public:
  explicit Sink(Session& session) : session_(session) {}

  Go on_message(MessageKind kind, std::string_view payload) override {
    if (session_.state_ == State::kOpen) session_.on_message(kind, payload);
    // Data is ignored after our close frame, but the peer's close frame is still awaited.
    return session_.state_ == State::kEnded ? Go::kStop : Go::kOn;
  }

  // RFC 6455 section 5.5.2 and 5.5.3.
  Go on_ping(std::string_view payload) override {
    if (session_.state_ == State::kOpen) session_.send_message(Opcode::kPong, payload);
    return Go::kOn;
  }
  Go on_pong(std::string_view /*payload*/) override { return Go::kOn; }

  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override {
    session_.answer_close(code, reason);
  }

 private:
  Session& session_;
};

void Session::attach(net::Connection& connection, const std::optional<DeflateAgreement>& deflate,
                     DeflateContext& context) {
  connection.set_handler(*this);
  if (deflate) {
    reader_.enable_deflate(*deflate, context);
    deflater_ = std::make_unique<FrameDeflater>(*deflate, context);
  }
  state_ = State::kOpen;
}

void Session::on_bytes(std::span<char> bytes) {
  Sink sink(*this);
  const ReadOutcome outcome = reader_.read(bytes, sink);
  if (outcome.kind != ReadOutcome::Kind::kFailed) return;
  // RFC 6455 section 7.1.7: say why, then close without waiting for an answer.
  // 1009 says it all, and the original sends no reason with it.
  const bool is_plain = outcome.close_code == CloseCode::kTooBig;
  if (state_ == State::kOpen) write_close(outcome.close_code, is_plain ? "" : outcome.reason);
  connection_->close();
  end(outcome.close_code, outcome.reason);
}

// The peer's close frame. RFC 6455 section 5.5.1: it is answered with the same status code, unless
// it is the answer to ours; then the server closes the connection first (section 7.1.1).
void Session::answer_close(std::optional<std::uint16_t> code, std::string_view reason) {
  const std::uint16_t received = code.value_or(CloseCode::kNoStatus);
  if (state_ == State::kOpen) write_close(received, reason);
  connection_->close();
  end(received, reason);
}

void Session::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  write_close(code, reason);
  state_ = State::kCloseSent;
  loop().timers().arm(*this, loop().now_ms() + kCloseTimeoutMs);
  end(code, reason);
}

void Session::terminate() {
  if (state_ == State::kEnded || connection_ == nullptr) return;
  connection_->abort();
  end(CloseCode::kAbnormal, {});
  state_ = State::kEnded;
}

void Session::write_close(std::uint16_t code, std::string_view reason) {
  std::array<char, kMaxControlFrameBytes> frame;
  connection_->write_copy({frame.data(), encode_close(frame.data(), code, reason)});
}

// Reports the end once. A session that waits for the peer's close frame stays in kCloseSent.
void Session::end(std::uint16_t code, std::string_view reason) {
  if (state_ != State::kCloseSent) {
    state_ = State::kEnded;
    cancel();
  }
  if (end_reported_) return;
  end_reported_ = true;
  on_session_end(code, reason);
}

void Session::on_timer() {
  if (state_ == State::kOpen) return on_deadline();
  if (state_ == State::kCloseSent) connection_->abort();  // no close frame came back
}

// FIN without a close frame.
void Session::on_end() {
  connection_->close();
  if (state_ == State::kOpen) end(CloseCode::kAbnormal, {});
}

// A peer that does not read: what it has not begun to receive is gone already, it gets the reason.
void Session::on_overflow() {
  if (state_ == State::kOpen) {
    static constexpr std::string_view kReason = "Client reads too slowly: outbound limit exceeded";
    write_close(CloseCode::kTryAgainLater, kReason);
    connection_->close();
    end(CloseCode::kTryAgainLater, kReason);
  } else {
    connection_->abort();
  }
}

void Session::on_closed() {
  state_ = State::kEnded;
  end(CloseCode::kAbnormal, {});
  delete this;
}

void Session::send_message(Opcode opcode, std::string_view payload) {
  if (state_ != State::kOpen) return;
  if (deflater_ != nullptr && !is_control(opcode)) {
    return connection_->write(deflater_->make_frame(opcode, payload));
  }
  if (payload.size() > kReservedPayload) return connection_->write(make_frame(opcode, payload));
  char* out = connection_->reserve(header_size(payload.size()) + payload.size());
  out += encode_header(out, opcode, payload.size());
  if (!payload.empty()) std::memcpy(out, payload.data(), payload.size());
}

}  // namespace socketcluster::websocket
