// SPDX-License-Identifier: MIT
// MessageReader: the server's side of RFC 6455 from bytes to messages. Pure and incremental: the
// calls it makes depend on the bytes alone, never on how they were cut into pieces.
//
//   read() -+-> complete unfragmented frame inside the piece --> delivered where it lies, no copy
//           +-> anything else --> Partial (heap): header bytes, payload so far, fragments
//
// An idle reader is 16 bytes; Partial exists while a frame or a fragmented message is incomplete,
// and for as long as the connection lives when permessage-deflate was agreed on (see deflate.h).
// Memory: at most max_message_bytes of payload are kept, and never more than twice what has
// arrived.
//
// Thread rule: loop thread only, like the connection it belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "websocket/frame_header.h"

namespace socketcluster::websocket {

class DeflateContext;
struct DeflateAgreement;

enum class MessageKind : std::uint8_t { kText, kBinary };

// What to do after an upcall. kStop ends the reader: nothing more is delivered, ever.
enum class Go : bool { kStop, kOn };

// Upcalls of MessageReader::read(). Views are valid for the call only. None may destroy the reader.
class MessageSink {
 public:
  // A complete message; text is valid UTF-8.
  virtual Go on_message(MessageKind kind, std::string_view payload) = 0;
  // RFC 6455 section 5.5.2: to be answered by a pong with the same payload.
  virtual Go on_ping(std::string_view payload) = 0;
  virtual Go on_pong(std::string_view payload) = 0;
  // The peer's close frame, once, as the last call. No code: the frame was empty.
  virtual void on_close(std::optional<std::uint16_t> code, std::string_view reason) = 0;

 protected:
  ~MessageSink() = default;
};

// How a read() ended. Everything but kMore is final: later bytes are ignored.
struct ReadOutcome {
  enum class Kind : std::uint8_t {
    kMore,     // everything was consumed, more is welcome
    kStopped,  // the sink returned Go::kStop
    kClosed,   // on_close() was called; what follows a close frame is ignored (RFC 6455
               // section 5.5.1)
    kFailed,   // fail the connection (section 7.1.7) with close_code and reason
  };
  Kind kind = Kind::kMore;
  std::uint16_t close_code = 0;
  std::string_view reason;  // a literal
};

class MessageReader {
 public:
  static constexpr std::size_t kLargestLimit = INT32_MAX;

  // Messages of more than `max_message_bytes` (at most kLargestLimit, which larger values mean,
  // too) fail with 1009 as soon as a header shows it; compressed ones when they have unpacked to
  // more.
  explicit MessageReader(std::size_t max_message_bytes);
  ~MessageReader();
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  // Accepts compressed messages from now on. `context` must outlive the reader.
  // REQUIRES: nothing was read yet.
  void enable_deflate(const DeflateAgreement& agreement, DeflateContext& context);

  // Takes all of `bytes`, which are unmasked in place. REQUIRES: not called by an upcall of its
  // own.
  ReadOutcome read(std::span<char> bytes, MessageSink& sink);

  // Heap memory that is held for an incomplete message or frame.
  std::size_t buffered_bytes() const;

 private:
  struct Partial;
  struct Run;

  // Each returns whether to go on; if not, Run::outcome says why.
  bool read_frame(Run& run);
  bool resume_header(Run& run);
  bool begin_frame(const FrameHeader& header, Run& run);
  bool admit(const FrameHeader& header, Run& run) const;
  bool take_whole_frame(const FrameHeader& header, std::span<char> payload, Run& run);
  bool resume_payload(Run& run);
  bool append(std::span<const char> bytes, Charset charset, Run& run);
  bool finish_message(Run& run);
  bool unpack(MessageKind kind, std::string_view packed, Run& run);

  void begin_message(const FrameHeader& header);
  Partial& partial();
  std::uint64_t size_limit(Compressed compressed) const;

  std::unique_ptr<Partial> partial_;
  std::uint32_t max_message_bytes_;
  ReadOutcome::Kind ended_ = ReadOutcome::Kind::kMore;  // what later reads return at once
};

static_assert(sizeof(MessageReader) <= 16);

}  // namespace socketcluster::websocket
