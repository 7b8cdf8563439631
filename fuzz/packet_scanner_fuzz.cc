// SPDX-License-Identifier: MIT
// The packet scanner against Boost.JSON: both must agree on what is JSON and on what a packet says,
// every slice must be JSON on its own, and a publication rebuilt from slices must be a packet
// again.
//
// Known differences: input that is not UTF-8 (checked before the scanner), escapes of lone
// surrogates (the scanner takes them; they are replaced before Boost.JSON sees them), nesting
// beyond the limit and numbers beyond a double's range (the scanner refuses them).
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "json/js_text.h"
#include "json/text.h"
#include "protocol/packet.h"
#include "protocol/writer.h"

namespace {

using namespace socketcluster;  // NOLINT: a program of one file
using json::RawValue;
using protocol::Packet;
using protocol::PacketKind;

void check(bool holds) {
  if (!holds) std::abort();
}

std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
  if (text.size() - at < 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  const std::string digits(text.substr(at + 2, 4));
  if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return std::nullopt;
  return static_cast<unsigned>(std::strtoul(digits.c_str(), nullptr, 16));
}

// With `\u0041` in place of every escape of a lone surrogate.
std::string without_lone_surrogates(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      ++at;
      continue;
    }
    const auto unit = escaped_unit(text, at);
    if (!unit.has_value()) {
      at += 2;
      continue;
    }
    if (*unit >= 0xd800 && *unit <= 0xdbff) {
      const auto next = escaped_unit(text, at + 6);
      if (next.has_value() && *next >= 0xdc00 && *next <= 0xdfff) {
        at += 12;
        continue;
      }
    }
    if (*unit >= 0xd800 && *unit <= 0xdfff) out.replace(at + 2, 4, "0041");
    at += 6;
  }
  return out;
}

std::optional<boost::json::value> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = json::Scanner::kDefaultMaxDepth;
  boost::json::error_code error;
  boost::json::value value =
      boost::json::parse(without_lone_surrogates(text), error, boost::json::storage_ptr(), options);
  if (error) return std::nullopt;
  return value;
}

// Equal but for the last digits of doubles: Boost.JSON 1.81 rounds a number differently when it
// stands close to the end of the text, so that a slice and the whole text may give different
// neighbours. Recursion is bounded by the depth that parse() allows.
bool same_value(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_number() && b.is_number()) {
    const auto x = a.to_number<double>();
    const auto y = b.to_number<double>();
    constexpr double kLeastNormal = std::numeric_limits<double>::min();
    return x == y || std::abs(x - y) <= 1e-14 * std::max(std::abs(x), std::abs(y)) + kLeastNormal;
  }
  if (a.kind() != b.kind()) return false;
  if (const auto* array = a.if_array()) {
    return std::equal(array->begin(), array->end(), b.get_array().begin(), b.get_array().end(),
                      same_value);
  }
  if (const auto* object = a.if_object()) {
    if (object->size() != b.get_object().size()) return false;
    return std::all_of(object->begin(), object->end(), [&](const auto& member) {
      const boost::json::value* other = b.get_object().if_contains(member.key());
      return other != nullptr && same_value(member.value(), *other);
    });
  }
  return a == b;
}

bool may_have_extreme_number(std::string_view text) {
  return text.find_first_of("eE") != std::string_view::npos || text.size() > 300;
}

void check_grammar(std::string_view text, const std::optional<boost::json::value>& value) {
  json::Scanner scanner(text);
  RawValue whole;
  scanner.skip_whitespace();
  bool accepted = scanner.take_value(whole);
  scanner.skip_whitespace();
  accepted = accepted && scanner.at_end();
  if (accepted) {
    check(value.has_value());
  } else if (value.has_value()) {
    check(scanner.too_deep() || may_have_extreme_number(text));
  }
}

void check_slice(std::string_view text, const RawValue& slice) {
  if (!slice.is_present()) return;
  check(slice.text.data() >= text.data() &&
        slice.text.data() + slice.text.size() <= text.data() + text.size());
  check(parse(slice.text).has_value());
  check(json::js_text(slice).size() <= json::kDefaultJsTextBytes);
  if (!slice.is_string()) return;
  std::string scratch;
  const std::string_view plain = json::string_value(slice, scratch);
  check(json::string_equals(slice, plain));
  std::string again;
  json::append_string(again, plain);
  check(base::is_valid_utf8(again));
  check(parse(again) == parse(slice.text));
}

void check_publication(const Packet& packet) {
  if (packet.event != protocol::Event::kPublish || !packet.channel.is_present()) return;
  std::string copy(protocol::publish_size(packet.channel.text, packet.inner_data.text), '?');
  const char* end =
      protocol::write_publish(copy.data(), packet.channel.text, packet.inner_data.text);
  check(end == copy.data() + copy.size());
  Packet again;
  check(protocol::scan_packet(copy, {}, again) == PacketKind::kEvent);
  check(again.event == protocol::Event::kPublish);
  check(again.channel.text == packet.channel.text);
  check(again.inner_data.text == packet.inner_data.text);
}

bool is_nullish(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value == nullptr || value->is_null();
}

// REQUIRES: no lone surrogates were replaced, and the text of `packet` is that of `value`.
void check_meaning(const Packet& packet, const boost::json::value& value) {
  const boost::json::object* object = value.if_object();
  if (object == nullptr) {
    check(packet.kind == PacketKind::kOther);
    return;
  }
  const bool is_event = !is_nullish(*object, "event");
  const bool is_response = !is_event && !is_nullish(*object, "rid");
  check((packet.kind == PacketKind::kEvent) == is_event);
  check((packet.kind == PacketKind::kResponse) == is_response);
  if (!is_event && !is_response) return;
  check(packet.data.is_present() == object->contains("data"));
  if (packet.data.is_present()) check(same_value(*parse(packet.data.text), object->at("data")));
  if (!is_event) return;
  check(same_value(*parse(packet.name.text), object->at("event")));
  const boost::json::value* data = object->if_contains("data");
  const bool is_channel_event =
      packet.event == protocol::Event::kPublish || packet.event == protocol::Event::kSubscribe;
  const bool has_channel = is_channel_event && data != nullptr && data->is_object() &&
                           data->as_object().contains("channel");
  check(packet.channel.is_present() == has_channel);
  if (has_channel) check(same_value(*parse(packet.channel.text), data->as_object().at("channel")));
}

void check_packet(std::string_view text, const Packet& packet) {
  for (const RawValue* slice :
       {&packet.name, &packet.cid.raw, &packet.rid.raw, &packet.data, &packet.error,
        &packet.channel, &packet.inner_data, &packet.wait_for_auth, &packet.batch,
        &packet.auth_token, &packet.code}) {
    check_slice(text, *slice);
  }
  check_publication(packet);
}

void check_batch(std::string_view text, const boost::json::value& value, bool comparable) {
  const boost::json::array& elements = value.as_array();
  protocol::BatchReader reader(text, {});
  Packet packet;
  std::size_t count = 0;
  while (reader.next(packet)) {
    check(count < elements.size());
    check_packet(text, packet);
    if (comparable) check_meaning(packet, elements[count]);
    ++count;
  }
  check(count == elements.size());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // In memory of exactly its size, so that reading behind the end is seen.
  const std::unique_ptr<char[]> bytes(new char[size]);
  std::string_view(reinterpret_cast<const char*>(data), size).copy(bytes.get(), size);
  const std::string_view text(bytes.get(), size);
  Packet packet;
  const PacketKind kind = protocol::scan_packet(text, {}, packet);  // any bytes must be survived
  if (!base::is_valid_utf8(text)) return 0;

  const std::optional<boost::json::value> value = parse(text);
  check_grammar(text, value);
  const bool comparable = without_lone_surrogates(text) == text;
  switch (kind) {
    case PacketKind::kEvent:
    case PacketKind::kResponse:
      check(value.has_value());
      check_packet(text, packet);
      if (comparable) check_meaning(packet, *value);
      break;
    case PacketKind::kBatch:
      check(value.has_value());
      check_batch(text, *value, comparable);
      break;
    case PacketKind::kOther:
      if (comparable && value.has_value() && value->is_object() && !may_have_extreme_number(text)) {
        check_meaning(packet, *value);
      }
      break;
    case PacketKind::kPingV1:
    case PacketKind::kPongV1:
    case PacketKind::kEmpty:
    case PacketKind::kLimitExceeded:
      break;
  }
  return 0;
}
