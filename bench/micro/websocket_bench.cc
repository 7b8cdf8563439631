// SPDX-License-Identifier: MIT
// Costs of the receiving path: unmasking, validation, and whole frames of one read.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "base/utf8.h"
#include "websocket/deflate.h"
#include "websocket/frame.h"
#include "websocket/mask.h"
#include "websocket/message_reader.h"

namespace socketcluster::websocket {
namespace {

constexpr char kMask[] = "\x37\xfa\x21\x3d";

class CountingSink final : public MessageSink {
 public:
  Go on_message(MessageKind /*kind*/, std::string_view payload) override {
    benchmark::DoNotOptimize(payload.data());
    ++messages;
    return Go::kOn;
  }
  Go on_ping(std::string_view /*payload*/) override { return Go::kOn; }
  Go on_pong(std::string_view /*payload*/) override { return Go::kOn; }
  void on_close(std::optional<std::uint16_t> /*code*/, std::string_view /*reason*/) override {}

  std::size_t messages = 0;
};

std::string client_frame(Opcode opcode, std::string_view payload,
                         Compressed compressed = Compressed::kNo) {
  char header[kMaxHeaderBytes];
  std::string bytes(header, encode_header(header, opcode, payload.size(), Final::kYes, compressed));
  bytes[1] = static_cast<char>(static_cast<unsigned char>(bytes[1]) | 0x80U);
  bytes.append(kMask, 4);
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return bytes;
}

template <Charset (*Function)(char*, std::size_t, MaskKey)>
void unmask_bytes(benchmark::State& state) {
  std::string bytes(static_cast<std::size_t>(state.range(0)) + 2, 'x');
  const MaskKey key = load_mask_key(kMask);
  for (auto _ : state) benchmark::DoNotOptimize(Function(bytes.data() + 2, bytes.size() - 2, key));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(unmask_bytes<unmask>)->Arg(7)->Arg(40)->Arg(100)->Arg(1000)->Arg(65536);
BENCHMARK(unmask_bytes<unmask_portable>)->Arg(7)->Arg(40)->Arg(100)->Arg(1000)->Arg(65536);

void validate_utf8(benchmark::State& state) {
  std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  if (state.range(1) != 0) text.replace(text.size() / 2, 2, "\xC3\xA9");
  for (auto _ : state) benchmark::DoNotOptimize(base::is_valid_utf8(text));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(validate_utf8)
    ->Args({40, 0})
    ->Args({40, 1})
    ->Args({100, 0})
    ->Args({100, 1})
    ->Args({65536, 1});

// 100 text frames in one read, from a fresh copy each time (the reader unmasks in place; the price
// of the copy is in copy_100_frames).
std::string hundred_frames(const benchmark::State& state) {
  std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  if (state.range(1) != 0) payload.replace(payload.size() / 2, 2, "\xC3\xA9");
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += client_frame(Opcode::kText, payload);
  return bytes;
}

void copy_100_frames(benchmark::State& state) {
  const std::string bytes = hundred_frames(state);
  std::string copy = bytes;
  for (auto _ : state) {
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    benchmark::DoNotOptimize(copy.data());
  }
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(copy_100_frames)->Args({40, 0})->Args({100, 0});

void read_100_frames(benchmark::State& state) {
  const std::string bytes = hundred_frames(state);
  std::string copy = bytes;
  MessageReader reader(1 << 20);
  CountingSink sink;
  for (auto _ : state) {
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    benchmark::DoNotOptimize(reader.read(copy, sink));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sink.messages));
}
BENCHMARK(read_100_frames)->Args({40, 0})->Args({40, 1})->Args({100, 0})->Args({100, 1});

// A frame that arrives in two reads.
void read_split_frame(benchmark::State& state) {
  const std::string bytes = client_frame(Opcode::kText, std::string(100, 'x'));
  std::string copy = bytes;
  MessageReader reader(1 << 20);
  CountingSink sink;
  for (auto _ : state) {
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    reader.read(std::span(copy).first(50), sink);
    reader.read(std::span(copy).subspan(50), sink);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sink.messages));
}
BENCHMARK(read_split_frame);

std::string json_rows(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    text += R"({"event":"#publish","data":{"channel":"stock/)" + std::to_string(i * 7919 % 1000) +
            R"(","data":{"bid":)" + std::to_string(i * 104729 % 100000) + "}}}";
  }
  text.resize(size);
  return text;
}

void deflate_shared_frame(benchmark::State& state) {
  DeflateOptions options{.enabled = true, .threshold_bytes = 0};
  options.compression_level = static_cast<int>(state.range(1));
  DeflateContext context(options);
  const std::string text = json_rows(static_cast<std::size_t>(state.range(0)));
  std::size_t packed = 0;
  for (auto _ : state) packed = context.make_shared_frame(Opcode::kText, text).size();
  state.SetBytesProcessed(state.iterations() * state.range(0));
  state.counters["packed"] = static_cast<double>(packed);
}
BENCHMARK(deflate_shared_frame)->ArgsProduct({{200, 2000, 20000}, {1, 3, 6}});

void read_compressed_frame(benchmark::State& state) {
  DeflateOptions options{.enabled = true, .threshold_bytes = 0};
  DeflateContext context(options);
  const std::string text = json_rows(static_cast<std::size_t>(state.range(0)));
  const base::SharedBytes frame = context.make_shared_frame(Opcode::kText, text);
  const std::size_t header = header_size(frame.size());
  const std::string bytes =
      client_frame(Opcode::kText, frame.view().substr(header), Compressed::kYes);
  std::string copy = bytes;
  MessageReader reader(1 << 20);
  reader.enable_deflate({.client_no_context_takeover = true}, context);
  CountingSink sink;
  for (auto _ : state) {
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    benchmark::DoNotOptimize(reader.read(copy, sink));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(sink.messages) * state.range(0));
}
BENCHMARK(read_compressed_frame)->Arg(200)->Arg(2000)->Arg(20000);

}  // namespace
}  // namespace socketcluster::websocket
