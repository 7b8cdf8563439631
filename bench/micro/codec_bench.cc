// SPDX-License-Identifier: MIT
// What sc-codec-min-bin costs for each message that passes through it, in comparison with the scan
// that every packet gets anyway (protocol_bench.cc).
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <socketcluster/codec.h>

namespace socketcluster {
namespace {

// A #publish of exactly `bytes`, with one long string in its data.
std::string publish_packet(std::size_t bytes) {
  const std::string head =
      R"({"event":"#publish","data":{"channel":"bench-channel-7","data":{"id":18,"text":")";
  const std::string tail = R"("}},"cid":1042})";
  return head + std::string(bytes - head.size() - tail.size(), 'x') + tail;
}

// The same with many small values instead of the long string; about `bytes` long.
std::string nested_packet(std::size_t bytes) {
  std::string text = R"({"event":"#publish","data":{"channel":"bench-channel-7","data":[)";
  const std::string item = R"({"id":18,"tags":["a","b"],"ok":true,"x":-1.25e3,"name":"user 17"})";
  while (text.size() + item.size() + 20 < bytes) text += item + ",";
  return text + item + R"(]},"cid":1042})";
}

const std::string kRpc = R"({"event":"echo","data":{"a":2,"b":"some text"},"cid":1042})";
const std::string kResponse = R"({"rid":1042,"data":{"a":2,"b":"some text"}})";
const std::string kPing = "#1";

void encode(benchmark::State& state, const std::string& packet) {
  const std::unique_ptr<Codec> codec = make_min_bin_codec();
  std::string frame;
  for (auto _ : state) {
    codec->encode(packet, frame);
    benchmark::DoNotOptimize(frame.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * packet.size()));
}

void decode(benchmark::State& state, const std::string& packet) {
  const std::unique_ptr<Codec> codec = make_min_bin_codec();
  std::string frame;
  codec->encode(packet, frame);
  std::string json;
  for (auto _ : state) {
    if (!codec->decode(frame, true, json)) state.SkipWithError("refused");
    benchmark::DoNotOptimize(json.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * json.size()));
}

BENCHMARK_CAPTURE(encode, publish_144, publish_packet(144));
BENCHMARK_CAPTURE(encode, publish_4096, publish_packet(4096));
BENCHMARK_CAPTURE(encode, nested_169, nested_packet(169));
BENCHMARK_CAPTURE(encode, nested_4096, nested_packet(4096));
BENCHMARK_CAPTURE(encode, rpc, kRpc);
BENCHMARK_CAPTURE(encode, response, kResponse);
BENCHMARK_CAPTURE(encode, ping, kPing);
BENCHMARK_CAPTURE(decode, publish_144, publish_packet(144));
BENCHMARK_CAPTURE(decode, publish_4096, publish_packet(4096));
BENCHMARK_CAPTURE(decode, nested_169, nested_packet(169));
BENCHMARK_CAPTURE(decode, nested_4096, nested_packet(4096));
BENCHMARK_CAPTURE(decode, rpc, kRpc);
BENCHMARK_CAPTURE(decode, response, kResponse);
BENCHMARK_CAPTURE(decode, ping, kPing);

}  // namespace
}  // namespace socketcluster
