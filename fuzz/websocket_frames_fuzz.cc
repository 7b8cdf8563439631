// SPDX-License-Identifier: MIT
// MessageReader: the input's first bytes choose limit, compression and the sizes of the pieces, the
// rest is what a client sends. The calls and the outcome must not depend on the pieces, nothing
// larger than the limit may be delivered, and no more than the limit may be kept.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/utf8.h"
#include "websocket/deflate.h"
#include "websocket/message_reader.h"

namespace socketcluster::websocket {
namespace {

constexpr std::size_t kBookkeepingBytes = 1024;  // of an incomplete message, beside its payload
constexpr std::size_t kPieceSizes = 8;

struct Plan {
  std::size_t limit;
  bool compressed;
  DeflateAgreement agreement;
  std::string_view piece_sizes;  // used round and round; 0 counts as 256
};

class HashingSink final : public MessageSink {
 public:
  explicit HashingSink(std::size_t limit) : limit_(limit) {}

  Go on_message(MessageKind kind, std::string_view payload) override {
    SC_ASSERT(payload.size() <= limit_);
    SC_ASSERT(kind == MessageKind::kBinary || base::is_valid_utf8(payload));
    return note(kind == MessageKind::kText ? 't' : 'b', payload);
  }
  Go on_ping(std::string_view payload) override { return note_control('i', payload); }
  Go on_pong(std::string_view payload) override { return note_control('o', payload); }
  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override {
    SC_ASSERT(!code || is_valid_close_code(*code));
    SC_ASSERT(base::is_valid_utf8(reason));
    note_control('c', reason);
    log += std::to_string(code.value_or(0));
  }

  std::string log;

 private:
  Go note_control(char kind, std::string_view payload) {
    SC_ASSERT(payload.size() <= kMaxControlPayload);
    return note(kind, payload);
  }
  Go note(char kind, std::string_view payload) {
    log.append(1, kind).append(std::to_string(payload.size())).append(1, ':').append(payload);
    return payload == "stop" ? Go::kStop : Go::kOn;
  }

  std::size_t limit_;
};

void check_memory(const MessageReader& reader, const Plan& plan) {
  const std::size_t most = plan.compressed ? plan.limit + plan.limit / 8 + 64 : plan.limit;
  // Buffers start at 64 bytes, however small the limit is.
  SC_ASSERT(reader.buffered_bytes() <= most + kBookkeepingBytes);
}

std::string run(const Plan& plan, std::string bytes, std::string_view piece_sizes) {
  DeflateContext context({.enabled = true});
  MessageReader reader(plan.limit);
  if (plan.compressed) reader.enable_deflate(plan.agreement, context);
  HashingSink sink(plan.limit);
  ReadOutcome outcome;
  std::size_t at = 0;
  for (std::size_t i = 0; at < bytes.size() && outcome.kind == ReadOutcome::Kind::kMore; ++i) {
    std::size_t size = bytes.size() - at;
    if (!piece_sizes.empty()) {
      const auto wanted = static_cast<unsigned char>(piece_sizes[i % piece_sizes.size()]);
      size = std::min<std::size_t>(size, wanted == 0 ? 256 : wanted);
    }
    outcome = reader.read(std::span(bytes).subspan(at, size), sink);
    check_memory(reader, plan);
    at += size;
  }
  return sink.log + '|' + std::to_string(static_cast<int>(outcome.kind)) +
         std::to_string(outcome.close_code) + std::string(outcome.reason);
}

}  // namespace
}  // namespace socketcluster::websocket

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace socketcluster::websocket;  // NOLINT: the function must be global
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.size() < 3 + kPieceSizes) return 0;
  const auto flags = static_cast<unsigned char>(input[2]);
  Plan plan{};
  plan.limit = static_cast<std::size_t>(data[0]) << 8U | data[1];
  plan.compressed = (flags & 1U) != 0;
  plan.agreement.client_no_context_takeover = (flags & 2U) != 0;
  plan.agreement.client_max_window_bits = static_cast<std::uint8_t>(8 + (flags >> 2U) % 8);
  plan.piece_sizes = input.substr(3, kPieceSizes);
  const std::string bytes(input.substr(3 + kPieceSizes));
  const std::string whole = run(plan, bytes, {});
  SC_ASSERT(run(plan, bytes, plan.piece_sizes) == whole);
  SC_ASSERT(run(plan, bytes, "\x01") == whole);
  return 0;
}
