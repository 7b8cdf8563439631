// SPDX-License-Identifier: MIT
#include "protocol/packet.h"

#include <algorithm>
#include <array>
#include <string>

#include "json/js_text.h"
#include "json/text.h"

namespace socketcluster::protocol {
namespace {

using json::RawValue;
using json::Scanner;

// Names in `event`. In the order in which they are looked for within one length.
struct ReservedName {
  std::string_view name;
  Event event;
};
constexpr std::array kReservedNames = {
    ReservedName{"#publish", Event::kPublish},
    ReservedName{"#subscribe", Event::kSubscribe},
    ReservedName{"#unsubscribe", Event::kUnsubscribe},
    ReservedName{"#handshake", Event::kHandshake},
    ReservedName{"#authenticate", Event::kAuthenticate},
    ReservedName{"#setAuthToken", Event::kSetAuthToken},
    ReservedName{"#removeAuthToken", Event::kRemoveAuthToken},
    ReservedName{"#disconnect", Event::kDisconnect},
    ReservedName{"#kickOut", Event::kKickOut},
};

Event classify_escaped(const RawValue& name) {
  for (const ReservedName& reserved : kReservedNames) {
    if (json::string_equals(name, reserved.name)) return reserved.event;
  }
  std::string plain;
  json::append_unescaped(plain, name.contents());
  return plain.starts_with('#') ? Event::kReservedUnknown : Event::kApplication;
}

Event classify(const RawValue& name) {
  if (!name.is_string()) return name.is_nullish() ? Event::kNone : Event::kNotAString;
  if (name.has_escapes) return classify_escaped(name);
  const std::string_view text = name.contents();
  if (text.empty() || text.front() != '#') return Event::kApplication;
  for (const ReservedName& reserved : kReservedNames) {
    if (text == reserved.name) return reserved.event;
  }
  return Event::kReservedUnknown;
}

void read_call_id(CallId& id) {
  constexpr std::uint64_t kGreatest = std::uint64_t{1} << 53;
  id.number = 0;
  id.is_integer = false;
  if (id.raw.type != json::Type::kNumber || id.raw.text.size() > 16) return;
  for (const char c : id.raw.text) {
    if (c < '0' || c > '9') return;
    id.number = id.number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  id.is_integer = id.number <= kGreatest;
}

bool is_name(const RawValue& name, std::string_view expected) {
  if (name.has_escapes) [[unlikely]]
    return json::string_equals(name, expected);
  return name.contents() == expected;
}

// Where the value of a member belongs; null: nowhere.
RawValue* packet_member(const RawValue& name, Packet& packet) {
  if (is_name(name, "event")) return &packet.name;
  if (is_name(name, "data")) return &packet.data;
  if (is_name(name, "cid")) return &packet.cid.raw;
  if (is_name(name, "rid")) return &packet.rid.raw;
  if (is_name(name, "error")) return &packet.error;
  return nullptr;
}

RawValue* publish_member(const RawValue& name, Packet& packet) {
  if (is_name(name, "channel")) return &packet.channel;
  if (is_name(name, "data")) return &packet.inner_data;
  return nullptr;
}

RawValue* data_member(const RawValue& name, Packet& packet) {
  switch (packet.event) {
    case Event::kSubscribe:
      if (is_name(name, "waitForAuth")) return &packet.wait_for_auth;
      if (is_name(name, "batch")) return &packet.batch;
      return publish_member(name, packet);
    case Event::kPublish:
      return publish_member(name, packet);
    case Event::kHandshake:
      return is_name(name, "authToken") ? &packet.auth_token : nullptr;
    case Event::kDisconnect:
      if (is_name(name, "code")) return &packet.code;
      return is_name(name, "data") ? &packet.inner_data : nullptr;
    case Event::kNone:
    case Event::kApplication:
    case Event::kUnsubscribe:
    case Event::kAuthenticate:
    case Event::kSetAuthToken:
    case Event::kRemoveAuthToken:
    case Event::kKickOut:
    case Event::kReservedUnknown:
    case Event::kNotAString:
      return nullptr;
  }
  return nullptr;
}

bool has_data_members(Event event) {
  return event == Event::kPublish || event == Event::kSubscribe || event == Event::kHandshake ||
         event == Event::kDisconnect;
}

void clear_data_members(Packet& packet) {
  packet.channel = {};
  packet.inner_data = {};
  packet.wait_for_auth = {};
  packet.batch = {};
  packet.auth_token = {};
  packet.code = {};
}

// Takes the object at the cursor as the `data` of packet.event.
bool take_data_members(Scanner& scanner, Packet& packet) {
  return scanner.take_members([&](const RawValue& name) {
    RawValue ignored;
    RawValue* member = data_member(name, packet);
    return scanner.take_value(member != nullptr ? *member : ignored);
  });
}

// Scans one packet object. Clients send "event" first, so that the kind of `data` is known when it
// comes; when it was not (or "event" was there twice), `data` is read once more at the end.
class PacketScan {
 public:
  PacketScan(Scanner& scanner, Packet& packet) : scanner_(scanner), packet_(packet) {}

  bool take_object(const ScanLimits& limits) {
    const bool ok = scanner_.take_members([&](const RawValue& name) { return take_member(name); });
    if (!ok) return false;
    if (data_read_as_ != packet_.event) read_data_again(limits);
    finish();
    return true;
  }

 private:
  bool take_member(const RawValue& name) {
    RawValue ignored;
    RawValue* member = packet_member(name, packet_);
    if (member == &packet_.data) return take_data();
    if (!scanner_.take_value(member != nullptr ? *member : ignored)) return false;
    if (member == &packet_.name) packet_.event = classify(packet_.name);
    return true;
  }

  bool take_data() {
    if (packet_.data.is_present()) clear_data_members(packet_);
    data_read_as_ = packet_.event;
    if (!has_data_members(packet_.event) || scanner_.peek() != '{') {
      return scanner_.take_value(packet_.data);
    }
    const char* from = scanner_.position();
    if (!take_data_members(scanner_, packet_)) return false;
    packet_.data = {{from, static_cast<std::size_t>(scanner_.position() - from)},
                    json::Type::kObject};
    return true;
  }

  void read_data_again(const ScanLimits& limits) {
    clear_data_members(packet_);
    if (!has_data_members(packet_.event) || !packet_.data.is_object()) return;
    Scanner again(packet_.data.text, limits.max_depth);
    if (!take_data_members(again, packet_))
      clear_data_members(packet_);  // cannot fail: seen before
  }

  void finish() {
    read_call_id(packet_.cid);
    read_call_id(packet_.rid);
    if (packet_.event != Event::kNone) {
      packet_.kind = PacketKind::kEvent;
    } else if (!packet_.rid.raw.is_nullish()) {
      packet_.kind = PacketKind::kResponse;
    }
  }

  Scanner& scanner_;
  Packet& packet_;
  Event data_read_as_ = Event::kNone;  // the event as known when `data` came
};

bool at_packet_end(Scanner& scanner) {
  scanner.skip_whitespace();
  return scanner.at_end();
}

PacketKind scan_object(Scanner& scanner, const ScanLimits& limits, Packet& out) {
  PacketScan scan(scanner, out);
  if (scan.take_object(limits) && at_packet_end(scanner)) return out.kind;
  out = {};
  return out.kind;
}

PacketKind scan_batch(Scanner& scanner, const ScanLimits& limits, Packet& out) {
  std::size_t elements = 0;
  RawValue ignored;
  const bool ok = scanner.take_elements(
      [&] { return ++elements <= limits.max_batch_elements && scanner.take_value(ignored); });
  if (elements > limits.max_batch_elements) return out.kind = PacketKind::kLimitExceeded;
  if (ok && at_packet_end(scanner)) out.kind = PacketKind::kBatch;
  return out.kind;
}

}  // namespace

PacketKind scan_packet(std::string_view text, const ScanLimits& limits, Packet& out) {
  out = {};
  if (text.empty()) return out.kind = PacketKind::kEmpty;
  if (text == "#1") return out.kind = PacketKind::kPingV1;
  if (text == "#2") return out.kind = PacketKind::kPongV1;
  Scanner scanner(text, limits.max_depth);
  scanner.skip_whitespace();
  const char first = scanner.peek();
  if (first == '{') {
    scan_object(scanner, limits, out);
  } else if (first == '[') {
    scan_batch(scanner, limits, out);
  }
  if (scanner.too_deep()) out.kind = PacketKind::kLimitExceeded;
  return out.kind;
}

BatchReader::BatchReader(std::string_view text, const ScanLimits& limits)
    : scanner_(text, limits.max_depth), limits_(limits) {
  scanner_.skip_whitespace();
  scanner_.take('[');
}

bool BatchReader::next(Packet& out) {
  out = {};
  scanner_.skip_whitespace();
  scanner_.take(',');
  scanner_.skip_whitespace();
  if (scanner_.peek() == ']' || scanner_.at_end()) return false;
  const char* begin = scanner_.position();
  RawValue ignored;
  const bool taken = scanner_.peek() == '{' ? PacketScan(scanner_, out).take_object(limits_)
                                            : scanner_.take_value(ignored);
  element_ = {begin, static_cast<std::size_t>(scanner_.position() - begin)};
  return taken;
}

bool wants_response(const CallId& cid, Dialect dialect) {
  return dialect == Dialect::kV1 ? json::is_truthy(cid.raw) : cid.raw.type == json::Type::kNumber;
}

const RawValue& subscribe_channel(const Packet& packet, Dialect dialect) {
  const bool is_name =
      dialect == Dialect::kV1 && json::is_truthy(packet.data) && packet.data.is_string();
  return is_name ? packet.data : packet.channel;
}

bool is_local_event(std::string_view name) {
  constexpr std::array<std::string_view, 18> kNames = {
      "subscribe",       "unsubscribe",     "connect",
      "_connect",        "disconnect",      "_disconnect",
      "connectAbort",    "_connectAbort",   "close",
      "_close",          "message",         "error",
      "authStateChange", "authTokenSigned", "authenticate",
      "deauthenticate",  "badAuthToken",    "raw"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace socketcluster::protocol
