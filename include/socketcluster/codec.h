// SPDX-License-Identifier: MIT
// Codec: how packets look on the wire when client and server agree on something else than JSON.
// It is never negotiated: every client of the server must be given the same codec.
//
// The server works on JSON text; a codec translates that text into frames and back. So an
// application sees no difference, whatever its clients speak.
//
//   class Upside : public socketcluster::Codec {
//    public:
//     bool is_binary() const override { return true; }
//     bool decode(std::string_view frame, bool is_binary, std::string& packet_json) const override;
//     void encode(std::string_view packet_json, std::string& frame) const override;
//   };
//
// Thread rule: created before the worker starts, called on its loop thread only; it may therefore
// keep scratch memory. One object serves all sockets of the worker: it must not remember anything
// of one socket for the next.
//
// What its functions throw is a warning, and the worker goes on. A message at which decode() throws
// is treated as raw, as if it had returned false. A packet at which encode() throws is not sent:
// the connection of the client that it was for is closed with code 1011, so that nobody waits for
// it; a publication reaches no subscriber of this worker but the application's own handlers. With
// option `crashWorkerOnError` the worker ends when encode() throws, as for any handler, but not
// when decode() does, for otherwise any client could end it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace socketcluster {

// What passes through a codec as "packet JSON" is one of
//
//   {"event":...,"data":...,"cid":...}   an event; members in any order, "data" and "cid" optional
//   {"rid":...,"error":...,"data":...}   a response; "error" and "data" optional
//   [packet, ...]                        a batch
//   #1   #2                              ping and pong of protocol version 1, without quotes
//
// Pings of version 2 are empty text messages and never reach the codec.
class Codec {
 public:
  virtual ~Codec() = default;

  // Replaces `packet_json` by what the message `frame` says. False when it is not of this codec's
  // making: the message is then treated as raw, and the content of `packet_json` is not looked at.
  //
  // `frame` is whatever a client sent, up to maxPayload bytes (UTF-8 when it is not `is_binary`).
  // The result must be valid UTF-8 and is checked to be JSON afterwards. It must not grow without
  // bound: limit the size by that of the frame, as well as how deep arrays and objects nest.
  virtual bool decode(std::string_view frame, bool is_binary, std::string& packet_json) const = 0;

  // Whether encode() makes binary messages; false for text, which then must be valid UTF-8.
  virtual bool is_binary() const = 0;

  // Replaces `frame` by the message for a packet that the server sends. A publication is encoded
  // once, however many subscribers there are.
  virtual void encode(std::string_view packet_json, std::string& frame) const = 0;
};

// What make_min_bin_codec() accepts.
struct MinBinLimits {
  // How deep arrays and objects of a message may nest; at most 1024.
  std::size_t max_depth = 128;
  // The greatest text that decode() makes of a message, in bytes; a message that says more is
  // refused. No message of n bytes becomes more than 8 n + 64 in any case.
  std::size_t max_packet_bytes = std::size_t{16} << 20;
};

// The format of the npm package sc-codec-min-bin: MessagePack in binary messages, with short names
// for the members of a packet. Bytes (an ArrayBuffer in JavaScript) are
// {"base64":true,"data":"..."} here, the form that socketcluster::binary() makes, and become bytes
// again on their way out.
std::unique_ptr<Codec> make_min_bin_codec(const MinBinLimits& limits = {});

}  // namespace socketcluster
