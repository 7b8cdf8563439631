// SPDX-License-Identifier: MIT
// sc-codec-min-bin: MessagePack with short names.
//
//   {"event":"#publish","data":{"channel":C,"data":D},"cid":N}   {"p": [C, D, N]}
//   {"event":E,"data":D,"cid":N}                                 {"e": [E, D, N]}
//   {"rid":N,"error":E,"data":D}                                 {"r": [N, E, D]}
//   #1, #2                                                       "#1", "#2"
//   [packet, ...]                                                the same
//
// What JSON leaves out is nil, but for N in the first two, which is left out as well. Anything else
// is sent and taken as it is; so is a map with more than the one member.
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include <socketcluster/codec.h>

#include "codec/msgpack_reader.h"
#include "codec/msgpack_writer.h"
#include "json/raw_value.h"
#include "json/scanner.h"
#include "protocol/packet.h"

namespace socketcluster {
namespace {

using codec::MsgpackHead;
using codec::MsgpackReader;
using codec::MsgpackType;
using protocol::Packet;
using protocol::PacketKind;

constexpr std::string_view kPing = "#1";
constexpr std::string_view kPong = "#2";
constexpr std::size_t kMaxListElements = 3;

// Translates one message of a client.
class Decoder {
 public:
  Decoder(std::string_view frame, const codec::ReadLimits& limits, std::string& out)
      : reader_(frame, limits, out), out_(out) {}

  bool take_message() {
    const std::string_view from = reader_.rest();
    MsgpackHead head;
    if (!reader_.take_head(head)) return false;
    if (head.type == MsgpackType::kString && (head.bytes == kPing || head.bytes == kPong)) {
      out_.append(head.bytes);
    } else if (head.type == MsgpackType::kArray) {
      if (!take_batch(head.bits)) return false;
    } else {
      reader_.seek(from);
      if (!take_packet(0)) return false;
    }
    return reader_.at_end();
  }

 private:
  bool take_batch(std::uint64_t elements) {
    out_.push_back('[');
    for (std::uint64_t i = 0; i < elements; ++i) {
      if (i != 0) out_.push_back(',');
      if (!take_packet(1)) return false;
    }
    out_.push_back(']');
    return true;
  }

  // `depth`: as in MsgpackReader::take_value().
  bool take_packet(std::size_t depth) {
    const std::string_view from = reader_.rest();
    MsgpackHead map;
    MsgpackHead name;
    MsgpackHead list;
    if (reader_.take_head(map) && map.type == MsgpackType::kMap && map.bits == 1 &&
        reader_.take_head(name) && name.type == MsgpackType::kString && reader_.take_head(list) &&
        list.type == MsgpackType::kArray && list.bits >= 1 && list.bits <= kMaxListElements) {
      if (name.bytes == "p") return take_publish(list.bits, depth);
      if (name.bytes == "e") return take_event(list.bits, depth);
      if (name.bytes == "r") return take_response(list.bits, depth);
    }
    reader_.seek(from);
    return reader_.take_value(depth);
  }

  bool take_member(std::string_view name_and_colon, std::size_t depth) {
    out_.append(name_and_colon);
    return reader_.take_value(depth);
  }

  bool take_cid(std::size_t depth) {
    return reader_.take_nil() || take_member(R"(,"cid":)", depth);
  }

  bool take_publish(std::uint64_t elements, std::size_t depth) {
    if (!take_member(R"({"event":"#publish","data":{"channel":)", depth + 2)) return false;
    if (elements > 1 && !take_member(R"(,"data":)", depth + 2)) return false;
    out_.push_back('}');
    if (elements > 2 && !take_cid(depth + 1)) return false;
    out_.push_back('}');
    return true;
  }

  bool take_event(std::uint64_t elements, std::size_t depth) {
    if (!take_member(R"({"event":)", depth + 1)) return false;
    if (elements > 1 && !take_member(R"(,"data":)", depth + 1)) return false;
    if (elements > 2 && !take_cid(depth + 1)) return false;
    out_.push_back('}');
    return true;
  }

  bool take_response(std::uint64_t elements, std::size_t depth) {
    if (!take_member(R"({"rid":)", depth + 1)) return false;
    if (elements > 1 && !take_member(R"(,"error":)", depth + 1)) return false;
    if (elements > 2 && !take_member(R"(,"data":)", depth + 1)) return false;
    out_.push_back('}');
    return true;
  }

  MsgpackReader reader_;
  std::string& out_;
};

bool append_or_nil(std::string& frame, const json::RawValue& value) {
  if (value.is_present()) return codec::append_json(frame, value.text);
  codec::append_nil(frame);
  return true;
}

void append_list_head(std::string& frame, std::string_view name, std::size_t elements) {
  codec::append_map_head(frame, 1);
  codec::append_str(frame, name);
  codec::append_array_head(frame, elements);
}

bool append_event(std::string& frame, const Packet& packet) {
  const bool has_cid = !packet.cid.raw.is_nullish();
  const bool is_publish = packet.event == protocol::Event::kPublish && packet.data.is_object();
  append_list_head(frame, is_publish ? "p" : "e", has_cid ? 3 : 2);
  return append_or_nil(frame, is_publish ? packet.channel : packet.name) &&
         append_or_nil(frame, is_publish ? packet.inner_data : packet.data) &&
         (!has_cid || codec::append_json(frame, packet.cid.raw.text));
}

bool append_response(std::string& frame, const Packet& packet) {
  append_list_head(frame, "r", 3);
  return codec::append_json(frame, packet.rid.raw.text) && append_or_nil(frame, packet.error) &&
         append_or_nil(frame, packet.data);
}

// `text`: of the whole packet.
bool append_packet(std::string& frame, const Packet& packet, std::string_view text) {
  if (packet.kind == PacketKind::kEvent) return append_event(frame, packet);
  if (packet.kind == PacketKind::kResponse) return append_response(frame, packet);
  return codec::append_json(frame, text);
}

bool append_batch(std::string& frame, std::string_view text, const protocol::ScanLimits& limits) {
  protocol::BatchReader reader(text, limits);
  Packet packet;
  std::size_t elements = 0;
  for (; reader.next(packet); ++elements) {
    if (!append_packet(frame, packet, reader.element())) return false;
  }
  std::string head;
  codec::append_array_head(head, elements);
  frame.insert(0, head);
  return true;
}

bool append_message(std::string& frame, std::string_view text) {
  constexpr protocol::ScanLimits kLimits = {json::Scanner::kGreatestMaxDepth,
                                            std::numeric_limits<std::size_t>::max()};
  Packet packet;
  if (protocol::scan_packet(text, kLimits, packet) == PacketKind::kBatch) {
    return append_batch(frame, text, kLimits);
  }
  return append_packet(frame, packet, text);
}

class MinBinCodec final : public Codec {
 public:
  explicit MinBinCodec(const MinBinLimits& limits)
      : limits_{limits.max_depth, limits.max_packet_bytes} {}

  bool is_binary() const override { return true; }

  bool decode(std::string_view frame, bool is_binary, std::string& packet_json) const override {
    packet_json.clear();
    if (!is_binary) return false;
    return Decoder(frame, limits_, packet_json).take_message() &&
           packet_json.size() <= limits_.max_output_bytes;
  }

  void encode(std::string_view packet_json, std::string& frame) const override {
    frame.clear();
    if (append_message(frame, packet_json)) return;
    // Pings, and raw text that an application has sent.
    frame.clear();
    codec::append_str(frame, packet_json);
  }

 private:
  codec::ReadLimits limits_;
};

}  // namespace

std::unique_ptr<Codec> make_min_bin_codec(const MinBinLimits& limits) {
  return std::make_unique<MinBinCodec>(limits);
}

}  // namespace socketcluster
