// SPDX-License-Identifier: MIT
#include "websocket/message_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/utf8.h"
#include "websocket/deflate.h"

namespace socketcluster::websocket {
namespace {

constexpr std::size_t kSmallestPayloadBuffer = 64;

constexpr MessageKind kind_of(Opcode opcode) {
  return opcode == Opcode::kText ? MessageKind::kText : MessageKind::kBinary;
}

// Compressed data may be larger than what it unpacks to, by the headers of its blocks.
constexpr std::uint64_t packed_limit(std::uint64_t limit) {
  return limit + limit / 8 + 64;
}

}  // namespace

struct MessageReader::Partial {
  // The frame whose payload is incomplete, when in_frame. Its mask goes on with the next byte.
  FrameHeader frame;
  std::uint64_t remaining = 0;

  // The data message that the current and earlier frames make up, when in_message. For text that is
  // not compressed, utf8 has seen all of payload.
  std::vector<char> payload;
  base::Utf8Validator utf8;
  MessageKind kind = MessageKind::kText;
  Compressed compressed = Compressed::kNo;

  bool in_frame = false;
  bool in_message = false;
  std::uint8_t header_size = 0;
  std::uint8_t control_size = 0;
  std::array<char, kMaxClientHeaderBytes> header;  // an incomplete header
  std::array<char, kMaxControlPayload> control;    // payload of an incomplete control frame

  // permessage-deflate; null when it was not agreed on.
  DeflateContext* deflate = nullptr;
  DeflateAgreement agreement;
  std::unique_ptr<Inflater> own_inflater;  // made when first needed, if there is context takeover

  bool is_idle() const {
    return !in_frame && !in_message && header_size == 0 && deflate == nullptr;
  }
  void reserve(std::size_t additional, std::uint64_t most);
  Inflater& inflater();
};

// One read(): what is left of the piece, and the result.
struct MessageReader::Run {
  char* at;
  char* end;
  MessageSink& sink;
  ReadOutcome outcome;

  std::size_t left() const { return static_cast<std::size_t>(end - at); }
  std::span<char> take(std::size_t size) { return {std::exchange(at, at + size), size}; }

  bool fail(std::uint16_t code, std::string_view reason) {
    outcome = {ReadOutcome::Kind::kFailed, code, reason};
    return false;
  }
  bool follow(Go go) {
    if (go == Go::kStop) outcome.kind = ReadOutcome::Kind::kStopped;
    return go == Go::kOn;
  }
  bool deliver(MessageKind kind, std::string_view payload, Charset charset);
  bool deliver_control(Opcode opcode, std::string_view payload);
  bool deliver_close(std::string_view payload);
};

// ---- Upcalls ----

// REQUIRES: charset is kOther unless the payload is known to need no validation.
bool MessageReader::Run::deliver(MessageKind kind, std::string_view payload, Charset charset) {
  if (kind == MessageKind::kText && charset == Charset::kOther && !base::is_valid_utf8(payload)) {
    return fail(CloseCode::kInvalidData, "Invalid UTF-8");  // RFC 6455 section 8.1
  }
  return follow(sink.on_message(kind, payload));
}

bool MessageReader::Run::deliver_control(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::kPing) return follow(sink.on_ping(payload));
  if (opcode == Opcode::kPong) return follow(sink.on_pong(payload));
  return deliver_close(payload);
}

// RFC 6455 section 5.5.1: nothing, or a code of two bytes and a reason in UTF-8.
bool MessageReader::Run::deliver_close(std::string_view payload) {
  std::optional<std::uint16_t> code;
  if (!payload.empty()) {
    if (payload.size() == 1) return fail(CloseCode::kProtocolError, "Invalid close frame");
    code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8U |
                                      static_cast<unsigned char>(payload[1]));
    if (!is_valid_close_code(*code)) return fail(CloseCode::kProtocolError, "Invalid close code");
    payload.remove_prefix(2);
    if (!base::is_valid_utf8(payload)) {
      return fail(CloseCode::kInvalidData, "Invalid UTF-8 in close reason");
    }
  }
  outcome.kind = ReadOutcome::Kind::kClosed;
  sink.on_close(code, payload);
  return false;
}

// ---- Reader ----

MessageReader::MessageReader(std::size_t max_message_bytes)
    : max_message_bytes_(static_cast<std::uint32_t>(std::min(max_message_bytes, kLargestLimit))) {}

MessageReader::~MessageReader() = default;

void MessageReader::enable_deflate(const DeflateAgreement& agreement, DeflateContext& context) {
  partial().deflate = &context;
  partial().agreement = agreement;
}

ReadOutcome MessageReader::read(std::span<char> bytes, MessageSink& sink) {
  Run run{bytes.data(), bytes.data() + bytes.size(), sink, {ended_, 0, {}}};
  if (ended_ != ReadOutcome::Kind::kMore) return run.outcome;
  bool go_on = true;
  while (go_on && run.at != run.end) {
    if (!partial_) {
      go_on = read_frame(run);
    } else if (partial_->in_frame) {
      go_on = resume_payload(run);
    } else {
      go_on = partial_->header_size != 0 ? resume_header(run) : read_frame(run);
    }
  }
  ended_ = run.outcome.kind;
  if (!go_on || (partial_ && partial_->is_idle())) partial_.reset();
  return run.outcome;
}

bool MessageReader::read_frame(Run& run) {
  FrameHeader header;
  std::string_view error;
  switch (scan_header(run.at, run.left(), &header, &error)) {
    case HeaderScan::kComplete:
      run.at += header.size;
      return begin_frame(header, run);
    case HeaderScan::kInvalid:
      return run.fail(CloseCode::kProtocolError, error);
    case HeaderScan::kIncomplete:
      break;
  }
  const std::span<char> start = run.take(run.left());
  std::memcpy(partial().header.data(), start.data(), start.size());
  partial().header_size = static_cast<std::uint8_t>(start.size());
  return true;
}

bool MessageReader::resume_header(Run& run) {
  Partial& state = *partial_;
  const std::size_t have = state.header_size;
  const std::size_t more = std::min(state.header.size() - have, run.left());
  std::memcpy(state.header.data() + have, run.at, more);
  FrameHeader header;
  std::string_view error;
  switch (scan_header(state.header.data(), have + more, &header, &error)) {
    case HeaderScan::kComplete:
      state.header_size = 0;
      run.at += header.size - have;
      return begin_frame(header, run);
    case HeaderScan::kInvalid:
      return run.fail(CloseCode::kProtocolError, error);
    case HeaderScan::kIncomplete:
      break;
  }
  run.at += more;
  state.header_size = static_cast<std::uint8_t>(have + more);
  return true;
}

// The header is complete; its payload lies at run.at, perhaps not all of it.
bool MessageReader::begin_frame(const FrameHeader& header, Run& run) {
  if (!admit(header, run)) return false;
  if (header.payload_size <= run.left()) {
    return take_whole_frame(header, run.take(static_cast<std::size_t>(header.payload_size)), run);
  }
  Partial& state = partial();
  state.frame = header;
  state.remaining = header.payload_size;
  state.in_frame = true;
  state.control_size = 0;
  if (header.opcode == Opcode::kText || header.opcode == Opcode::kBinary) begin_message(header);
  return resume_payload(run);
}

// The rules that a header alone cannot show: RFC 6455 section 5.4 (order of fragments), RFC 7692
// section 6 (RSV1) and the size limit, before a byte of the payload is kept.
bool MessageReader::admit(const FrameHeader& header, Run& run) const {
  if (is_control(header.opcode)) return true;
  const bool in_message = partial_ && partial_->in_message;
  const bool continues = header.opcode == Opcode::kContinuation;
  if (continues && !in_message) {
    return run.fail(CloseCode::kProtocolError, "Continuation without a message");
  }
  if (!continues && in_message) {
    return run.fail(CloseCode::kProtocolError, "Message inside a fragmented message");
  }
  if (header.compressed == Compressed::kYes &&
      (continues || !partial_ || partial_->deflate == nullptr)) {
    return run.fail(CloseCode::kProtocolError, "Unexpected compression bit");
  }
  const std::uint64_t have = continues ? partial_->payload.size() : 0;
  const std::uint64_t limit = size_limit(continues ? partial_->compressed : header.compressed);
  if (header.payload_size > limit - have) return run.fail(CloseCode::kTooBig, "Message too big");
  return true;
}

bool MessageReader::take_whole_frame(const FrameHeader& header, std::span<char> payload, Run& run) {
  const Charset charset = unmask(payload.data(), payload.size(), header.mask);
  const std::string_view view(payload.data(), payload.size());
  if (is_control(header.opcode)) return run.deliver_control(header.opcode, view);
  const bool starts = header.opcode != Opcode::kContinuation;
  if (starts && header.final == Final::kYes) {
    const MessageKind kind = kind_of(header.opcode);
    if (header.compressed == Compressed::kYes) return unpack(kind, view, run);
    return run.deliver(kind, view, charset);
  }
  if (starts) begin_message(header);
  Partial& state = *partial_;
  state.frame = header;
  state.remaining = 0;
  if (!append(payload, charset, run)) return false;
  return header.final == Final::kNo || finish_message(run);
}

bool MessageReader::resume_payload(Run& run) {
  Partial& state = *partial_;
  const std::span<char> bytes =
      run.take(static_cast<std::size_t>(std::min<std::uint64_t>(state.remaining, run.left())));
  const Charset charset = unmask(bytes.data(), bytes.size(), state.frame.mask);
  state.frame.mask = advance_mask_key(state.frame.mask, bytes.size());
  state.remaining -= bytes.size();
  const bool control = is_control(state.frame.opcode);
  if (control) {
    if (!bytes.empty()) {
      std::memcpy(state.control.data() + state.control_size, bytes.data(), bytes.size());
    }
    state.control_size = static_cast<std::uint8_t>(state.control_size + bytes.size());
  } else if (!append(bytes, charset, run)) {
    return false;
  }
  if (state.remaining != 0) return true;
  state.in_frame = false;
  if (control)
    return run.deliver_control(state.frame.opcode, {state.control.data(), state.control_size});
  return state.frame.final == Final::kNo || finish_message(run);
}

void MessageReader::begin_message(const FrameHeader& header) {
  Partial& state = partial();
  state.in_message = true;
  state.kind = kind_of(header.opcode);
  state.compressed = header.compressed;
  state.utf8 = {};
}

// Adds unmasked bytes of the current frame to the current message.
bool MessageReader::append(std::span<const char> bytes, Charset charset, Run& run) {
  Partial& state = *partial_;
  if (state.kind == MessageKind::kText && state.compressed == Compressed::kNo) {
    const bool valid = charset == Charset::kAscii ? state.utf8.feed_ascii(bytes.size())
                                                  : state.utf8.feed({bytes.data(), bytes.size()});
    if (!valid) return run.fail(CloseCode::kInvalidData, "Invalid UTF-8");
  }
  const std::uint64_t most = state.frame.final == Final::kYes
                                 ? state.payload.size() + bytes.size() + state.remaining
                                 : size_limit(state.compressed);
  state.reserve(bytes.size(), most);
  state.payload.insert(state.payload.end(), bytes.begin(), bytes.end());
  return true;
}

// Doubles the buffer, so that the cost stays linear for the smallest pieces; not beyond `most`,
// which the message cannot exceed.
void MessageReader::Partial::reserve(std::size_t additional, std::uint64_t most) {
  const std::size_t needed = payload.size() + additional;
  if (needed <= payload.capacity()) return;
  const std::uint64_t generous = std::max<std::uint64_t>(
      {needed, 2 * std::uint64_t{payload.capacity()}, kSmallestPayloadBuffer});
  payload.reserve(std::max(needed, static_cast<std::size_t>(std::min(generous, most))));
}

bool MessageReader::finish_message(Run& run) {
  Partial& state = *partial_;
  state.in_message = false;
  const std::vector<char> payload = std::exchange(state.payload, {});
  const std::string_view view(payload.data(), payload.size());
  if (state.compressed == Compressed::kYes) return unpack(state.kind, view, run);
  if (state.kind == MessageKind::kText && !state.utf8.finish()) {
    return run.fail(CloseCode::kInvalidData, "Invalid UTF-8");
  }
  return run.deliver(state.kind, view, Charset::kAscii);
}

Inflater& MessageReader::Partial::inflater() {
  if (agreement.client_no_context_takeover) return deflate->inflater();
  if (!own_inflater) {
    own_inflater = std::make_unique<Inflater>(agreement.client_max_window_bits, Takeover::kYes);
  }
  return *own_inflater;
}

bool MessageReader::unpack(MessageKind kind, std::string_view packed, Run& run) {
  Partial& state = *partial_;
  std::vector<char> buffer = state.deflate->take_buffer();
  const Inflater::Outcome unpacked = state.inflater().inflate(packed, max_message_bytes_, buffer);
  bool go_on = false;
  switch (unpacked.result) {
    case Inflater::Result::kOk:
      go_on = run.deliver(kind, unpacked.text, Charset::kOther);
      break;
    case Inflater::Result::kTooBig:
      run.fail(CloseCode::kTooBig, "Message too big");
      break;
    case Inflater::Result::kCorrupt:
      run.fail(CloseCode::kInvalidData, "Invalid compressed data");
      break;
  }
  state.deflate->give_back(std::move(buffer));
  return go_on;
}

MessageReader::Partial& MessageReader::partial() {
  if (!partial_) partial_ = std::make_unique<Partial>();
  return *partial_;
}

std::uint64_t MessageReader::size_limit(Compressed compressed) const {
  return compressed == Compressed::kYes ? packed_limit(max_message_bytes_) : max_message_bytes_;
}

std::size_t MessageReader::buffered_bytes() const {
  if (!partial_) return 0;
  return sizeof(Partial) + partial_->payload.capacity();
}

}  // namespace socketcluster::websocket
