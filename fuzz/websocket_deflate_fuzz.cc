// SPDX-License-Identifier: MIT
// permessage-deflate, by the input's first byte: unpacking of arbitrary bytes within a limit,
// packing and unpacking of arbitrary text, and the negotiation of arbitrary offers.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "websocket/deflate.h"
#include "websocket/deflate_negotiation.h"

namespace socketcluster::websocket {
namespace {

// Two messages in a row, the second one perhaps with the context of the first.
void unpack(unsigned choice, std::string_view input) {
  constexpr std::size_t kLimit = 20000;
  Inflater inflater(static_cast<int>(8 + choice % 8),
                    (choice & 8U) != 0 ? Takeover::kYes : Takeover::kNo);
  std::vector<char> buffer;
  const std::size_t cut = input.size() / 2;
  for (const std::string_view packed : {input.substr(0, cut), input.substr(cut)}) {
    const Inflater::Outcome outcome = inflater.inflate(packed, kLimit, buffer);
    SC_ASSERT(outcome.text.size() <= kLimit);
    SC_ASSERT(buffer.size() <= kLimit + 1);
    if (outcome.result != Inflater::Result::kOk) return;
  }
}

void round_trip(unsigned choice, std::string_view input) {
  const Takeover takeover = (choice & 8U) != 0 ? Takeover::kYes : Takeover::kNo;
  const int bits = static_cast<int>(9 + choice % 7);
  DeflateOptions options;
  options.compression_level = static_cast<int>(1 + choice / 16 % 9);
  options.memory_level = static_cast<int>(1 + choice % 9);
  Deflater deflater(bits, takeover, options);
  Inflater inflater(bits, takeover);
  std::vector<char> packed_buffer;
  std::vector<char> buffer;
  const std::size_t cut = input.size() / 3;
  for (const std::string_view text : {input.substr(0, cut), input, input.substr(cut)}) {
    const std::string_view packed = deflater.deflate(text, packed_buffer);
    const Inflater::Outcome outcome = inflater.inflate(packed, text.size(), buffer);
    SC_ASSERT(outcome.result == Inflater::Result::kOk && outcome.text == text);
  }
}

void negotiate(unsigned choice, std::string_view input) {
  DeflateOptions options;
  options.enabled = true;
  options.server_no_context_takeover = (choice & 1U) != 0;
  options.client_no_context_takeover = (choice & 2U) != 0;
  options.server_max_window_bits = static_cast<int>(9 + choice % 7);
  options.client_max_window_bits = static_cast<int>(9 + choice / 7 % 7);
  const auto offers = parse_extensions(input);
  if (!offers) return;
  const auto agreement = negotiate_deflate(*offers, options);
  if (!agreement) return;
  SC_ASSERT(agreement->server_max_window_bits >= 9);
  SC_ASSERT(agreement->server_max_window_bits <= options.server_max_window_bits);
  SC_ASSERT(agreement->client_max_window_bits >= 8 && agreement->client_max_window_bits <= 15);
  // The answer is well-formed and means the same to whoever reads it.
  const auto answer = parse_extensions(format_agreement(*agreement));
  SC_ASSERT(answer && answer->size() == 1);
  const auto again = negotiate_deflate(*answer, options);
  SC_ASSERT(again && format_agreement(*again) == format_agreement(*agreement));
}

}  // namespace
}  // namespace socketcluster::websocket

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace socketcluster::websocket;  // NOLINT: the function must be global
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 3) {
    case 0:
      unpack(data[1], input);
      break;
    case 1:
      round_trip(data[1], input);
      break;
    case 2:
      negotiate(data[1], input);
      break;
  }
  return 0;
}
