// SPDX-License-Identifier: MIT
// scan_packet(): what one incoming message is, and where its parts lie. One pass over the text,
// which validates all of it (unknown members too): a slice may be forwarded to other clients as it
// is.
//
//   {"event": name, "data": any, "cid": number}     kEvent
//   {"rid": number, "error": any, "data": any}      kResponse
//   [packet, ...]                                   kBatch
//   "#1", "#2", ""                                  kPingV1, kPongV1, kEmpty
//   anything else                                   kOther
//
// When a name occurs twice in one object the last one counts, as in JavaScript.
// REQUIRES: valid UTF-8. Lifetime: a Packet is made of views into the text. Thread rule: none,
// pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/raw_value.h"
#include "json/scanner.h"
#include "protocol/dialect.h"

namespace socketcluster::protocol {

struct ScanLimits {
  std::size_t max_depth =
      json::Scanner::kDefaultMaxDepth;  // open arrays and objects, batch included
  std::size_t max_batch_elements = 4096;
};

enum class PacketKind : std::uint8_t {
  kEvent,
  kResponse,
  kBatch,  // read the elements with a BatchReader
  kPingV1,
  kPongV1,
  kEmpty,          // v2: ping or pong
  kOther,          // "raw": not JSON, or JSON without a meaning here; never answered
  kLimitExceeded,  // too deep, or too many elements: refused before its grammar was known
};

enum class Event : std::uint8_t {
  kNone,         // not an event
  kApplication,  // name does not begin with '#'
  kPublish,
  kSubscribe,
  kUnsubscribe,
  kHandshake,
  kAuthenticate,
  kSetAuthToken,
  kRemoveAuthToken,
  kDisconnect,
  kKickOut,
  kReservedUnknown,  // another name that begins with '#'
  kNotAString,       // `"event": 5`: an event that nobody can handle; never answered
};

// `cid` or `rid`. Peers may send any JSON type; only non-negative integers mean something to both.
struct CallId {
  json::RawValue raw;        // absent when the packet has none; echo raw.text
  std::uint64_t number = 0;  // when is_integer: at most 2^53
  bool is_integer = false;
};

struct Packet {
  PacketKind kind = PacketKind::kOther;
  Event event = Event::kNone;
  json::RawValue name;   // the value of "event"
  CallId cid;            // events
  CallId rid;            // responses
  json::RawValue data;   // as sent, null included
  json::RawValue error;  // responses; null and absent both mean success

  // Members of `data`, when that is an object; each only for the events named.
  json::RawValue channel;        // kPublish, kSubscribe
  json::RawValue inner_data;     // kPublish, kSubscribe, kDisconnect: data.data
  json::RawValue wait_for_auth;  // kSubscribe
  json::RawValue batch;          // kSubscribe: the acknowledgement may travel in a batch
  json::RawValue auth_token;     // kHandshake
  json::RawValue code;           // kDisconnect
};

// Fills `out` and returns out.kind.
PacketKind scan_packet(std::string_view text, const ScanLimits& limits, Packet& out);

// Reads the elements of a batch that scan_packet() has accepted. Each becomes kEvent, kResponse or
// kOther; an array inside of a batch is kOther.
class BatchReader {
 public:
  // REQUIRES: scan_packet(text, limits, ...) returned kBatch.
  BatchReader(std::string_view text, const ScanLimits& limits);
  // False when there are no more.
  bool next(Packet& out);
  // The element that next() has read last, as it stands in the text.
  std::string_view element() const { return element_; }

 private:
  json::Scanner scanner_;
  ScanLimits limits_;
  std::string_view element_;
};

// What JavaScript's `if (cid)` (v1) or `typeof cid === 'number'` (v2) makes of it.
bool wants_response(const CallId& cid, Dialect dialect);

// The channel that a kSubscribe means: in v1 `data` itself may be its name.
const json::RawValue& subscribe_channel(const Packet& packet, Dialect dialect);

// Names that a v1 server keeps for itself: such an event is dropped without an answer.
// `name` is unescaped.
bool is_local_event(std::string_view name);

}  // namespace socketcluster::protocol
