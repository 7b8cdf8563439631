// SPDX-License-Identifier: MIT
// permessage-deflate (RFC 7692 section 7.2) over zlib: one message in, one message out.
//
// Memory: an Inflater holds 7 KB and, once used, its window (at most 32 KB); a Deflater 2^(bits +
// 2) + 2^(memory_level + 9) bytes, 256 KB by default. Sides that forget each message ("no context
// takeover") share those of the loop's DeflateContext; only the others own one per connection, from
// first use.
//
// Thread rule: everything here belongs to one loop thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/shared_bytes.h"
#include "websocket/deflate_negotiation.h"
#include "websocket/frame.h"

struct z_stream_s;

namespace socketcluster::websocket {

// Whether a message may refer to the ones before it.
enum class Takeover : bool { kNo, kYes };

class Inflater {
 public:
  enum class Result : std::uint8_t { kOk, kTooBig, kCorrupt };
  struct Outcome {
    Result result;
    std::string_view text;  // lies in the buffer that was given
  };

  // REQUIRES: 8 <= window_bits <= 15.
  Inflater(int window_bits, Takeover takeover);
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater();

  // Unpacks a whole message. `buffer` is enlarged as needed, to no more than limit + 1 bytes if it
  // was smaller. After anything but kOk an inflater with context takeover cannot go on.
  Outcome inflate(std::string_view packed, std::size_t limit, std::vector<char>& buffer);

 private:
  struct Output;
  enum class Step : std::uint8_t { kOk, kStreamEnded, kTooBig, kCorrupt };
  Step feed(std::string_view packed, Output& output);
  bool is_at_block_boundary() const;

  std::unique_ptr<z_stream_s> stream_;
  Takeover takeover_;
};

class Deflater {
 public:
  // REQUIRES: 9 <= window_bits <= 15.
  Deflater(int window_bits, Takeover takeover, const DeflateOptions& options);
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater();

  // Packs a whole message; the result lies in `buffer`.
  std::string_view deflate(std::string_view message, std::vector<char>& buffer);

  // The next message will not refer to earlier ones. To be called when the peer was sent a message
  // that this deflater has not seen.
  void forget();

 private:
  std::unique_ptr<z_stream_s> stream_;
  Takeover takeover_;
};

// What all connections of a loop share. Must outlive the readers and writers it was given to.
class DeflateContext {
 public:
  explicit DeflateContext(const DeflateOptions& options) : options_(options) {}

  const DeflateOptions& options() const { return options_; }

  // A frame that every connection whose FrameDeflater::takes_shared_frames() may be sent. None when
  // the message is too small or does not shrink: send it as it is.
  base::SharedBytes make_shared_frame(Opcode opcode, std::string_view payload);

  // For connections without context takeover; made when first needed.
  Inflater& inflater();
  Deflater& deflater(int window_bits);
  // Working memory for an inflater. It is taken out, because a message that lies in it may cause
  // others to be read or packed; the context keeps what is given back, unless it is unusually
  // large.
  std::vector<char> take_buffer() { return std::exchange(unpacked_, {}); }
  void give_back(std::vector<char> buffer);
  // Memory that is kept between messages, zlib's own aside.
  std::size_t kept_bytes() const { return unpacked_.capacity() + packed_.capacity(); }

 private:
  friend class FrameDeflater;
  base::SharedBytes frame_if_smaller(Deflater& deflater, Opcode opcode, std::string_view payload);
  bool is_worthwhile(std::string_view payload) const;

  DeflateOptions options_;
  std::unique_ptr<Inflater> inflater_;
  std::array<std::unique_ptr<Deflater>, 16> deflaters_;  // by window bits
  std::vector<char> unpacked_;
  std::vector<char> packed_;
};

// The sending side of one connection that has agreed on compression.
class FrameDeflater {
 public:
  FrameDeflater(const DeflateAgreement& agreement, DeflateContext& context);

  // A complete frame, compressed when that pays.
  base::SharedBytes make_frame(Opcode opcode, std::string_view payload);

  // Whether the peer understands DeflateContext::make_shared_frame().
  bool takes_shared_frames() const;
  // REQUIRES: called for each shared frame that is sent to this connection.
  void shared_frame_sent();

 private:
  Deflater& deflater();

  DeflateContext* context_;
  std::unique_ptr<Deflater> own_;  // made when first needed, if there is context takeover
  DeflateAgreement agreement_;
};

}  // namespace socketcluster::websocket
