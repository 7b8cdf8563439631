// SPDX-License-Identifier: MIT
// Bodies that an application pushes through a BodyWriter: framing, window, and the end of them.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "http/current_request.h"

namespace socketcluster::http {
namespace {

constexpr std::string_view kEvents = "text/event-stream";

void append_chunk_size(std::string& out, std::size_t size) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data())).append("\r\n");
}

}  // namespace

void HttpConnection::begin_stream(const Response& response, std::optional<std::uint64_t> length,
                                  StreamObserver observer) {
  auto pushed = std::make_unique<Current::Pushed>(std::move(observer));
  pushed->is_silent = request().method() == "HEAD" || !response.may_have_body();
  const auto type = response.header("Content-Type").value_or("");
  pushed->is_endless = base::equals_ignoring_case(type.substr(0, kEvents.size()), kEvents);
  if (!length) {
    const bool chunks = request().version() == Version::kHttp11;
    pushed->framing = chunks ? Framing::kChunked : Framing::kUntilClose;
  }
  const bool by_close = pushed->framing == Framing::kUntilClose && !pushed->is_silent;
  current_->keep_alive = keeps_alive_after(response) && !by_close;
  write_head(response, {.keep_alive = current_->keep_alive,
                        .content_length = length.value_or(0),
                        .framing = pushed->framing});
  current_->remaining = length.value_or(0);
  current_->pushed = std::move(pushed);
  current_->phase = Current::Phase::kPushing;
}

bool HttpConnection::streams(std::uint64_t number) const {
  return number == request_number_ && current_ != nullptr &&
         current_->phase == Current::Phase::kPushing && !current_->pushed->is_ended && is_open();
}

bool HttpConnection::push(std::string_view bytes) {
  Current::Pushed& pushed = *current_->pushed;
  if (pushed.waiting() > BodyWriter::kHardBytes) {
    connection_->abort();
    return false;
  }
  if (pushed.framing == Framing::kLength) {
    bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), current_->remaining));
    current_->remaining -= bytes.size();
  }
  if (pushed.is_silent || bytes.empty()) return true;  // an empty chunk would be the last one
  const bool chunks = pushed.framing == Framing::kChunked;
  if (chunks) append_chunk_size(pushed.bytes, bytes.size());
  pushed.bytes += bytes;
  if (chunks) pushed.bytes += "\r\n";
  current_->count_body(bytes.size());
  pump();
  const bool is_full = pushed.waiting() > 0 || connection_->queued_bytes() >= kStreamWindow;
  pushed.wants_drain = is_full;
  return !is_full;
}

// Hands as much to the connection as the window allows; the end of the body, too, when it has come.
void HttpConnection::pump() {
  Current::Pushed& pushed = *current_->pushed;
  while (pushed.waiting() > 0 && connection_->queued_bytes() < kStreamWindow) {
    const std::size_t size = std::min(pushed.waiting(), kStreamPiece);
    connection_->write_copy({pushed.bytes.data() + pushed.sent, size});
    pushed.sent += size;
  }
  pushed.forget_sent();
  if (pushed.waiting() == 0 && pushed.is_ended) return finish_response();
  if (connection_->queued_bytes() > 0) {
    arm_timer(service_.options_.send_timeout_ms);
    return schedule_resume();
  }
  Timer::cancel();  // how long the application takes is its own business
  if (std::exchange(pushed.wants_drain, false)) tell_drained();
}

// The observer may end the body, and with it its own registration.
void HttpConnection::tell_drained() {
  StreamObserver observer = std::move(current_->pushed->observer);
  if (observer) observer(StreamEvent::kDrained);
  if (current_ == nullptr || current_->pushed == nullptr) return;
  current_->pushed->observer = std::move(observer);
}

void HttpConnection::end_stream() {
  Current::Pushed& pushed = *current_->pushed;
  if (pushed.framing == Framing::kLength && current_->remaining > 0 && !pushed.is_silent) {
    return cut_stream();
  }
  if (pushed.framing == Framing::kChunked && !pushed.is_silent) pushed.bytes += "0\r\n\r\n";
  pushed.is_ended = true;
  pump();
}

// The peer must not take what it has for the whole.
void HttpConnection::cut_stream() {
  const bool ends_by_close = current_->pushed->framing == Framing::kUntilClose;
  current_->pushed->is_ended = true;
  if (ends_by_close) return connection_->abort();
  connection_->close();
}

}  // namespace socketcluster::http
