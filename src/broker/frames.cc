// SPDX-License-Identifier: MIT
#include "broker/frames.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace socketcluster::broker {
namespace {

constexpr std::size_t kSizeFieldBytes = 4;
constexpr std::size_t kKeptBufferBytes = std::size_t{64} * 1024;

template <typename T>
char* put(char* out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    *out++ = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
  return out;
}

char* put_text(char* out, std::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_head(char* out, FrameKind kind, std::size_t body_bytes) {
  SC_DCHECK(body_bytes < kMaxFrameBytes);
  out = put(out, static_cast<std::uint32_t>(1 + body_bytes));
  return put(out, static_cast<std::uint8_t>(kind));
}

// Room for a frame behind `out`, with its head; returns where the body goes.
char* append_frame(std::string& out, FrameKind kind, std::size_t body_bytes) {
  const std::size_t before = out.size();
  out.resize(before + kFrameHeadBytes + body_bytes);
  return put_head(out.data() + before, kind, body_bytes);
}

void append_text_frame(std::string& out, FrameKind kind, std::string_view text) {
  put_text(append_frame(out, kind, text.size()), text);
}

void append_id_frame(std::string& out, FrameKind kind, std::uint32_t id, std::string_view json) {
  put_text(put(append_frame(out, kind, sizeof id + json.size()), id), json);
}

std::size_t channel_body_bytes(std::string_view channel, std::string_view data) {
  return sizeof(std::uint32_t) + channel.size() + data.size();
}

void put_channel_body(char* out, std::string_view channel, std::string_view data) {
  put_text(put_text(put(out, static_cast<std::uint32_t>(channel.size())), channel), data);
}

void append_channel_frame(std::string& out, FrameKind kind, std::string_view channel,
                          std::string_view data) {
  put_channel_body(append_frame(out, kind, channel_body_bytes(channel, data)), channel, data);
}

base::SharedBytes channel_frame(FrameKind kind, std::string_view channel, std::string_view data) {
  const std::size_t body_bytes = channel_body_bytes(channel, data);
  base::SharedBytes frame = base::SharedBytes::allocate(kFrameHeadBytes + body_bytes);
  put_channel_body(put_head(frame.mutable_data(), kind, body_bytes), channel, data);
  return frame;
}

// Takes an integer from the front of `bytes`; false when they are too few.
template <typename T>
bool take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(T)) return false;
  value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i));
  }
  bytes.remove_prefix(sizeof(T));
  return true;
}

bool take_channel(std::string_view& bytes, std::string_view& channel) {
  std::uint32_t size = 0;
  if (!take(bytes, size) || size > bytes.size()) return false;
  channel = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

bool is_known(std::uint8_t kind, FrameOrigin origin) {
  const auto first = origin == FrameOrigin::kWorker ? FrameKind::kHello : FrameKind::kWelcome;
  const auto last = origin == FrameOrigin::kWorker ? FrameKind::kRequest : FrameKind::kRefused;
  return kind >= static_cast<std::uint8_t>(first) && kind <= static_cast<std::uint8_t>(last);
}

// Fills `frame`, whose kind is set; false when the body is too short or too long for it.
bool take_body(std::string_view body, Frame& frame) {
  switch (frame.kind) {
    case FrameKind::kHello:
      if (!take(body, frame.version) || !take(body, frame.id)) return false;
      frame.body = body;
      return true;
    case FrameKind::kSubscribe:
    case FrameKind::kUnsubscribe:
      frame.channel = body;
      return true;
    case FrameKind::kPublish:
    case FrameKind::kMessage:
      if (!take_channel(body, frame.channel)) return false;
      frame.body = body;
      return true;
    case FrameKind::kReady:
      return body.empty();
    case FrameKind::kRequest:
    case FrameKind::kResponse:
      if (!take(body, frame.id)) return false;
      frame.body = body;
      return true;
    case FrameKind::kWelcome:
      return take(body, frame.version) && body.empty();
    case FrameKind::kProcessed:
      return take(body, frame.count) && body.empty();
    case FrameKind::kRefused:
      frame.body = body;
      return true;
  }
  return false;
}

}  // namespace

// ---- Writers ----

void append_hello(std::string& out, std::uint32_t worker_id, std::string_view secret_key) {
  const std::size_t body_bytes = sizeof kFrameVersion + sizeof worker_id + secret_key.size();
  char* at = append_frame(out, FrameKind::kHello, body_bytes);
  put_text(put(put(at, kFrameVersion), worker_id), secret_key);
}
void append_subscribe(std::string& out, std::string_view channel) {
  append_text_frame(out, FrameKind::kSubscribe, channel);
}
void append_unsubscribe(std::string& out, std::string_view channel) {
  append_text_frame(out, FrameKind::kUnsubscribe, channel);
}
void append_publish(std::string& out, std::string_view channel, std::string_view data_json) {
  append_channel_frame(out, FrameKind::kPublish, channel, data_json);
}
void append_ready(std::string& out) {
  append_frame(out, FrameKind::kReady, 0);
}
void append_request(std::string& out, std::uint32_t id, std::string_view json) {
  append_id_frame(out, FrameKind::kRequest, id, json);
}
void append_welcome(std::string& out) {
  put(append_frame(out, FrameKind::kWelcome, sizeof kFrameVersion), kFrameVersion);
}
void append_processed(std::string& out, std::uint64_t count) {
  put(append_frame(out, FrameKind::kProcessed, sizeof count), count);
}
void append_message(std::string& out, std::string_view channel, std::string_view data_json) {
  append_channel_frame(out, FrameKind::kMessage, channel, data_json);
}
void append_response(std::string& out, std::uint32_t id, std::string_view json) {
  append_id_frame(out, FrameKind::kResponse, id, json);
}
void append_refused(std::string& out, std::string_view text) {
  append_text_frame(out, FrameKind::kRefused, text);
}

base::SharedBytes publish_frame(std::string_view channel, std::string_view data_json) {
  return channel_frame(FrameKind::kPublish, channel, data_json);
}
base::SharedBytes message_frame(std::string_view channel, std::string_view data_json) {
  return channel_frame(FrameKind::kMessage, channel, data_json);
}

// ---- Reader ----

FrameReader::Look FrameReader::look(std::string_view bytes, std::size_t& size) const {
  std::uint32_t body_bytes = 0;
  if (!take(bytes, body_bytes)) return Look::kIncomplete;
  size = kSizeFieldBytes + body_bytes;
  if (body_bytes > max_frame_bytes_) return Look::kTooLong;
  return bytes.size() < body_bytes ? Look::kIncomplete : Look::kComplete;
}

base::Failure FrameReader::too_long(std::size_t size) const {
  return {"a frame of " + std::to_string(size - kSizeFieldBytes) + " bytes is longer than " +
          std::to_string(max_frame_bytes_)};
}

base::Status FrameReader::deliver(std::string_view bytes, FrameSink& sink, bool& stopped) const {
  bytes.remove_prefix(kSizeFieldBytes);
  if (bytes.empty()) return base::Failure{"a frame without a kind"};
  const auto kind = static_cast<std::uint8_t>(bytes[0]);
  if (!is_known(kind, origin_)) {
    return base::Failure{"a frame of the unknown kind " + std::to_string(kind)};
  }
  Frame frame;
  frame.kind = static_cast<FrameKind>(kind);
  if (!take_body(bytes.substr(1), frame)) {
    return base::Failure{"a frame of kind " + std::to_string(kind) + " with a malformed body"};
  }
  stopped = sink.on_frame(frame) == FrameSink::Go::kStop;
  return base::Status::ok();
}

base::Status FrameReader::read(std::string_view bytes, FrameSink& sink) {
  bool stopped = false;
  if (buffered_bytes() > 0) {
    base::Status status = read_buffered(bytes, sink, stopped);
    if (!status) return status;
  }
  while (!stopped && !bytes.empty() && buffered_bytes() == 0) {
    std::size_t size = 0;
    const Look seen = look(bytes, size);
    if (seen == Look::kTooLong) return too_long(size);
    if (seen == Look::kIncomplete) break;
    base::Status status = deliver(bytes.substr(0, size), sink, stopped);
    if (!status) return status;
    bytes.remove_prefix(size);
  }
  buffer_.append(bytes);
  return base::Status::ok();
}

// Completes what is buffered with as much of `bytes` as that takes, and hands it out.
base::Status FrameReader::read_buffered(std::string_view& bytes, FrameSink& sink, bool& stopped) {
  while (!stopped && buffered_bytes() > 0) {
    const std::string_view waiting = std::string_view(buffer_).substr(offset_);
    std::size_t size = kSizeFieldBytes;
    const Look seen = look(waiting, size);
    if (seen == Look::kTooLong) return too_long(size);
    if (seen == Look::kIncomplete) {
      const std::size_t taken = std::min(size - waiting.size(), bytes.size());
      if (taken == 0) break;
      buffer_.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      continue;
    }
    base::Status status = deliver(waiting.substr(0, size), sink, stopped);
    if (!status) return status;
    offset_ += size;
  }
  release_buffer();
  return base::Status::ok();
}

// The bytes in front are given up when they are at least half, so each is moved once on average.
void FrameReader::release_buffer() {
  if (offset_ * 2 < buffer_.size()) return;
  buffer_.erase(0, offset_);
  offset_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeptBufferBytes) buffer_.shrink_to_fit();
}

}  // namespace socketcluster::broker
