// SPDX-License-Identifier: MIT
// The MessagePack codec, both ways. What it makes of any bytes must be JSON for Boost.JSON, no
// longer and no deeper than promised, and come through a second time unchanged; what it makes of
// any text must be a message that it accepts itself.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <socketcluster/codec.h>

#include "base/utf8.h"
#include "json/scanner.h"

namespace {

using namespace socketcluster;  // NOLINT: a program of one file

void check(bool holds) {
  if (!holds) std::abort();
}

bool is_ping(std::string_view packet) {
  return packet == "#1" || packet == "#2";
}

void check_json(std::string_view packet, const MinBinLimits& limits) {
  check(base::is_valid_utf8(packet));
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::error_code error;
  boost::json::parse(packet, error, boost::json::storage_ptr(), options);
  check(!error);
  json::Scanner scanner(packet, limits.max_depth);
  json::RawValue whole;
  check(scanner.take_value(whole) && scanner.at_end());
}

void check_decoding(const Codec& codec, std::string_view frame, const MinBinLimits& limits) {
  std::string packet;
  if (!codec.decode(frame, true, packet)) return;
  check(packet.size() <= limits.max_packet_bytes && packet.size() <= 8 * frame.size() + 64);
  if (!is_ping(packet)) check_json(packet, limits);

  std::string first;
  std::string second;
  codec.encode(packet, first);
  // The second packet may have a nil more than the first, for what that left out.
  const std::unique_ptr<Codec> generous = make_min_bin_codec();
  std::string again;
  check(generous->decode(first, true, again));
  codec.encode(again, second);
  check(first == second);
}

void check_encoding(const Codec& codec, std::string_view text) {
  if (!base::is_valid_utf8(text)) return;
  std::string frame;
  codec.encode(text, frame);
  check(frame.size() <= 3 * text.size() + 64);
  MinBinLimits limits;
  limits.max_depth = json::Scanner::kGreatestMaxDepth;
  std::string packet;
  check(make_min_bin_codec(limits)->decode(frame, true, packet));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // In memory of exactly its size, so that reading behind the end is seen.
  const std::unique_ptr<char[]> bytes(new char[size]);
  std::string_view(reinterpret_cast<const char*>(data), size).copy(bytes.get(), size);
  const std::string_view message(bytes.get(), size);
  MinBinLimits small;
  small.max_depth = 8;
  small.max_packet_bytes = 256;
  for (const MinBinLimits& limits : {MinBinLimits(), small}) {
    const std::unique_ptr<Codec> codec = make_min_bin_codec(limits);
    check_decoding(*codec, message, limits);
    check_encoding(*codec, message);
  }
  return 0;
}
