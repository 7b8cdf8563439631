// SPDX-License-Identifier: MIT
// The frames between a worker and a broker process, on a stream socket of the same machine.
//
//   | size: u32 | kind: u8 | body ... |      size: of kind and body; integers are little endian
//
//   worker -> broker                               broker -> worker
//    1 hello        version u16, worker id u32,    65 welcome    version u16
//                   secret key                     66 processed  count u64
//    2 subscribe    channel                        67 message    size u32, channel, data
//    3 unsubscribe  channel                        68 response   id u32, JSON
//    4 publish      size u32, channel, data        69 refused    text
//    5 ready        -
//    6 request      id u32, JSON
//
// `size` in a body is the channel's; data is a JSON text, or empty when nothing was published but
// the channel. subscribe, unsubscribe and publish are counted 1, 2, 3 ... on each connection;
// `processed` says up to which number all is done.
//
// Writers append to a string or make the one block that many connections send. FrameReader takes
// the stream in any pieces. Neither looks into JSON or names: the two sides trust each other once
// the secret key was right, but a broken peer must not be able to do more than lose its connection.
// Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/shared_bytes.h"

namespace socketcluster::broker {

inline constexpr std::uint16_t kFrameVersion = 1;
// Largest value of a frame's size field: more than any message that the options allow.
inline constexpr std::size_t kMaxFrameBytes = (std::size_t{64} << 20U) + (std::size_t{64} << 10U);
// Size field and kind.
inline constexpr std::size_t kFrameHeadBytes = 5;

enum class FrameKind : std::uint8_t {
  kHello = 1,
  kSubscribe = 2,
  kUnsubscribe = 3,
  kPublish = 4,
  kReady = 5,
  kRequest = 6,
  kWelcome = 65,
  kProcessed = 66,
  kMessage = 67,
  kResponse = 68,
  kRefused = 69,
};

// Which process a stream comes from: each has its own kinds.
enum class FrameOrigin : std::uint8_t { kWorker, kBroker };

// One decoded frame. What its kind does not have is zero or empty.
struct Frame {
  FrameKind kind = FrameKind::kReady;
  std::uint16_t version = 0;  // hello, welcome
  std::uint32_t id = 0;       // hello: the worker's; request, response: the request's
  std::uint64_t count = 0;    // processed
  std::string_view channel;   // subscribe, unsubscribe, publish, message
  std::string_view body;      // secret key, data, JSON or text
};

// ---- Writers. REQUIRES: channel and body together fit into kMaxFrameBytes - 16. ----

void append_hello(std::string& out, std::uint32_t worker_id, std::string_view secret_key);
void append_subscribe(std::string& out, std::string_view channel);
void append_unsubscribe(std::string& out, std::string_view channel);
void append_publish(std::string& out, std::string_view channel, std::string_view data_json);
void append_ready(std::string& out);
void append_request(std::string& out, std::uint32_t id, std::string_view json);
void append_welcome(std::string& out);
void append_processed(std::string& out, std::uint64_t count);
void append_message(std::string& out, std::string_view channel, std::string_view data_json);
void append_response(std::string& out, std::uint32_t id, std::string_view json);
void append_refused(std::string& out, std::string_view text);

// The same as one block, for connections that share it and for data that is worth no second copy.
base::SharedBytes publish_frame(std::string_view channel, std::string_view data_json);
base::SharedBytes message_frame(std::string_view channel, std::string_view data_json);

// ---- Reader ----

class FrameSink {
 public:
  enum class Go : bool { kStop, kOn };
  // Views are valid for the call only. Must neither call nor destroy the reader. After kStop the
  // reader keeps what follows until the next read().
  virtual Go on_frame(const Frame& frame) = 0;

 protected:
  ~FrameSink() = default;
};

// Frames that lie whole in a piece are handed out where they lie; only one that is cut is put
// together. Keeps at most the incomplete frame (and what followed a kStop), and never reserves more
// than twice what has arrived.
class FrameReader {
 public:
  // `max_frame_bytes`: greatest size field that is accepted.
  explicit FrameReader(FrameOrigin origin, std::size_t max_frame_bytes = kMaxFrameBytes)
      : max_frame_bytes_(max_frame_bytes), origin_(origin) {}

  // For a stream whose beginning is limited more narrowly. May be called by FrameSink::on_frame().
  void set_max_frame_bytes(std::size_t bytes) { max_frame_bytes_ = bytes; }

  // Takes all of `bytes`, which may be empty to go on after a kStop. A failure says what is wrong
  // with the stream, and is final: the connection has to go.
  base::Status read(std::string_view bytes, FrameSink& sink);
  // What waits for more bytes, or for read() after a kStop.
  std::size_t buffered_bytes() const { return buffer_.size() - offset_; }

 private:
  // Whether the first frame of `bytes` is complete; `size` is set as soon as its field is.
  enum class Look : std::uint8_t { kIncomplete, kComplete, kTooLong };

  Look look(std::string_view bytes, std::size_t& size) const;
  base::Status read_buffered(std::string_view& bytes, FrameSink& sink, bool& stopped);
  base::Status deliver(std::string_view frame, FrameSink& sink, bool& stopped) const;
  base::Failure too_long(std::size_t size) const;
  void release_buffer();

  std::size_t max_frame_bytes_;
  std::string buffer_;  // buffer_[offset_, ...) is not consumed yet
  std::size_t offset_ = 0;
  FrameOrigin origin_;
};

}  // namespace socketcluster::broker
