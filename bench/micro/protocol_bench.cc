// SPDX-License-Identifier: MIT
// What one message costs in the protocol layer: scanning what clients send, writing what they get.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <string_view>

#include "protocol/packet.h"
#include "protocol/writer.h"

namespace socketcluster::protocol {
namespace {

// A #publish whose text is exactly `bytes` long, with one long string in its data.
std::string publish_text(std::size_t bytes) {
  const std::string head =
      R"({"event":"#publish","data":{"channel":"bench-channel-7","data":{"id":18,"text":")";
  const std::string tail = R"("}},"cid":1042})";
  return head + std::string(bytes - head.size() - tail.size(), 'x') + tail;
}

// The same with many small values instead of the long string; about `bytes` long.
std::string nested_publish_text(std::size_t bytes) {
  std::string text = R"({"event":"#publish","data":{"channel":"bench-channel-7","data":[)";
  const std::string item = R"({"id":18,"tags":["a","b"],"ok":true,"x":-1.25e3,"name":"user 17"})";
  while (text.size() + item.size() + 20 < bytes) text += item + ",";
  return text + item + R"(]},"cid":1042})";
}

const std::string kSubscribe =
    R"({"event":"#subscribe","data":{"channel":"bench-channel-7"},"cid":1042})";
const std::string kRpc = R"({"event":"echo","data":{"a":2,"b":"some text"},"cid":1042})";

void scan(benchmark::State& state, const std::string& text) {
  const ScanLimits limits;
  Packet packet;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scan_packet(text, limits, packet));
    benchmark::DoNotOptimize(packet);
  }
  if (packet.kind != PacketKind::kEvent) state.SkipWithError("not scanned as an event");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

BENCHMARK_CAPTURE(scan, publish_144, publish_text(144));
BENCHMARK_CAPTURE(scan, publish_4096, publish_text(4096));
BENCHMARK_CAPTURE(scan, nested_169, nested_publish_text(169));
BENCHMARK_CAPTURE(scan, nested_4096, nested_publish_text(4096));
BENCHMARK_CAPTURE(scan, subscribe, kSubscribe);
BENCHMARK_CAPTURE(scan, rpc, kRpc);

void write_publish_copy(benchmark::State& state) {
  const std::string_view channel = R"("bench-channel-7")";
  const std::string data = publish_text(144).substr(64, 60);
  std::array<char, 512> out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(publish_size(channel, data));
    benchmark::DoNotOptimize(write_publish(out.data(), channel, data));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(write_publish_copy);

void write_acknowledgement(benchmark::State& state) {
  std::array<char, 64> out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(write_response(out.data(), "1042"));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(write_acknowledgement);

}  // namespace
}  // namespace socketcluster::protocol
