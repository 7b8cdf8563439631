// SPDX-License-Identifier: MIT
// FrameReader: the input's first bytes choose origin, limit and the sizes of the pieces, the rest
// is what the other process sends. The frames and the outcome must not depend on the pieces, and
// what was read must come out again when it is written.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "broker/frames.h"

namespace socketcluster::broker {
namespace {

constexpr std::size_t kPieceSizes = 4;

struct Plan {
  FrameOrigin origin;
  std::size_t limit;
  std::string_view piece_sizes;  // used round and round; 0 counts as 256
};

void append_again(std::string& out, const Frame& frame) {
  switch (frame.kind) {
    case FrameKind::kHello:
      return append_hello(out, frame.id, frame.body);
    case FrameKind::kSubscribe:
      return append_subscribe(out, frame.channel);
    case FrameKind::kUnsubscribe:
      return append_unsubscribe(out, frame.channel);
    case FrameKind::kPublish:
      return append_publish(out, frame.channel, frame.body);
    case FrameKind::kReady:
      return append_ready(out);
    case FrameKind::kRequest:
      return append_request(out, frame.id, frame.body);
    case FrameKind::kWelcome:
      return append_welcome(out);
    case FrameKind::kProcessed:
      return append_processed(out, frame.count);
    case FrameKind::kMessage:
      return append_message(out, frame.channel, frame.body);
    case FrameKind::kResponse:
      return append_response(out, frame.id, frame.body);
    case FrameKind::kRefused:
      return append_refused(out, frame.body);
  }
}

// The frames as they are written again; `version` is the one field that writers choose themselves.
class Rewriter final : public FrameSink {
 public:
  explicit Rewriter(std::size_t limit) : limit_(limit) {}
  Go on_frame(const Frame& frame) override {
    const std::size_t before = bytes.size();
    append_again(bytes, frame);
    SC_ASSERT(bytes.size() - before <= limit_ + 4);
    const bool has_version = frame.kind == FrameKind::kHello || frame.kind == FrameKind::kWelcome;
    if (has_version) {
      bytes[before + kFrameHeadBytes] = static_cast<char>(frame.version & 0xff);
      bytes[before + kFrameHeadBytes + 1] = static_cast<char>(frame.version >> 8U);
    }
    stopped = frame.body == "stop";
    return stopped ? Go::kStop : Go::kOn;
  }
  std::string bytes;
  bool stopped = false;

 private:
  std::size_t limit_;
};

// What was read, and how it ended.
std::string run(const Plan& plan, std::string_view bytes, std::string_view piece_sizes) {
  FrameReader reader(plan.origin, plan.limit);
  Rewriter rewriter(plan.limit);
  std::string_view rest = bytes;
  base::Status status;
  for (std::size_t i = 0; status && !rest.empty(); ++i) {
    std::size_t size = rest.size();
    if (!piece_sizes.empty()) {
      const auto wanted = static_cast<unsigned char>(piece_sizes[i % piece_sizes.size()]);
      size = std::min<std::size_t>(size, wanted == 0 ? 256 : wanted);
    }
    // A copy of exactly this size, so that reading past its end is seen.
    const std::string piece(rest.substr(0, size));
    rewriter.stopped = false;
    status = reader.read(piece, rewriter);
    while (status && rewriter.stopped) {
      rewriter.stopped = false;
      status = reader.read({}, rewriter);
    }
    if (status) SC_ASSERT(reader.buffered_bytes() <= plan.limit + 4);
    rest.remove_prefix(size);
  }
  SC_ASSERT(bytes.substr(0, rewriter.bytes.size()) == rewriter.bytes);
  const bool is_whole = rewriter.bytes.size() + reader.buffered_bytes() == bytes.size();
  if (status) SC_ASSERT(is_whole);
  return rewriter.bytes + (status ? "" : "|" + status.error().text);
}

}  // namespace
}  // namespace socketcluster::broker

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace socketcluster::broker;  // NOLINT: the function must be global
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.size() < 2 + kPieceSizes) return 0;
  Plan plan{};
  plan.origin = (data[0] & 1U) == 0 ? FrameOrigin::kWorker : FrameOrigin::kBroker;
  plan.limit = static_cast<std::size_t>(data[0] >> 1U) << 8U | data[1];
  plan.piece_sizes = input.substr(2, kPieceSizes);
  const std::string_view bytes = input.substr(2 + kPieceSizes);
  const std::string whole = run(plan, bytes, {});
  SC_ASSERT(run(plan, bytes, plan.piece_sizes) == whole);
  SC_ASSERT(run(plan, bytes, "\x01") == whole);
  return 0;
}
