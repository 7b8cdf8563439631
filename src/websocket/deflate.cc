// SPDX-License-Identifier: MIT
#include "websocket/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace socketcluster::websocket {
namespace {

// An empty block that is not compressed ends each message; it is cut off by the sender and put back
// by the receiver (RFC 7692 sections 7.2.1 and 7.2.2).
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);
// The header of that block alone is what an empty message becomes (section 7.2.3.6).
constexpr std::string_view kEmptyMessage("\x00", 1);

constexpr std::size_t kFirstBufferBytes = 4096;
constexpr std::size_t kKeptBufferBytes = std::size_t{64} * 1024;
constexpr std::size_t kLargestMessage = INT32_MAX;  // zlib counts in 32 bits
constexpr int kLeastBits = 9;

// zlib's interface is not const-correct about input.
Bytef* zlib_input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

// ---- Inflater ----

// Grows by doubling and never holds more than limit + 1 produced bytes.
struct Inflater::Output {
  std::vector<char>& buffer;
  std::size_t limit;
  std::size_t produced = 0;

  // Free bytes behind what was produced; 0 only when the limit is exceeded.
  std::size_t make_room() {
    if (produced > limit) return 0;
    if (produced == buffer.size()) {
      buffer.resize(std::min(std::max(2 * buffer.size(), kFirstBufferBytes), limit + 1));
    }
    return std::min(buffer.size(), limit + 1) - produced;
  }
};

Inflater::Inflater(int window_bits, Takeover takeover)
    : stream_(std::make_unique<z_stream>()), takeover_(takeover) {
  // A peer's zlib that was asked for 8 bits may use 9.
  const int code = inflateInit2(stream_.get(), -std::max(window_bits, kLeastBits));
  SC_ASSERT(code == Z_OK);
}

Inflater::~Inflater() {
  inflateEnd(stream_.get());
}

Inflater::Outcome Inflater::inflate(std::string_view packed, std::size_t limit,
                                    std::vector<char>& buffer) {
  Output output{buffer, limit};
  Step step = packed.empty() ? Step::kStreamEnded : feed(packed, output);
  if (step == Step::kOk) {
    step = feed(kTail, output);
    if (step == Step::kStreamEnded || !is_at_block_boundary()) step = Step::kCorrupt;
  }
  if (takeover_ == Takeover::kNo) inflateReset(stream_.get());
  if (step == Step::kTooBig) return {Result::kTooBig, {}};
  if (step == Step::kCorrupt) return {Result::kCorrupt, {}};
  return {Result::kOk, {buffer.data(), output.produced}};
}

// A final block (BFINAL) ends the DEFLATE stream but not the message; more may follow in a new
// stream with the same window (RFC 7692 section 7.2.3.4). inflateResetKeep() costs the same however
// often a peer makes it necessary; saving and restoring the window would not. kStreamEnded: the
// input's last byte was the stream's last one, no tail is needed.
Inflater::Step Inflater::feed(std::string_view packed, Output& output) {
  stream_->next_in = zlib_input(packed);
  stream_->avail_in = static_cast<uInt>(packed.size());
  while (true) {
    const std::size_t room = output.make_room();
    if (room == 0) return Step::kTooBig;
    stream_->next_out = reinterpret_cast<Bytef*>(output.buffer.data() + output.produced);
    stream_->avail_out = static_cast<uInt>(room);
    const int code = ::inflate(stream_.get(), Z_SYNC_FLUSH);
    SC_ASSERT(code != Z_MEM_ERROR && code != Z_STREAM_ERROR);
    output.produced += room - stream_->avail_out;
    if (output.produced > output.limit) return Step::kTooBig;
    if (code == Z_STREAM_END) {
      inflateResetKeep(stream_.get());
      if (stream_->avail_in == 0) return Step::kStreamEnded;
      continue;
    }
    if (code == Z_BUF_ERROR) return Step::kOk;  // nothing left to do
    if (code != Z_OK) return Step::kCorrupt;
    if (stream_->avail_in == 0 && stream_->avail_out != 0) return Step::kOk;
  }
}

// See data_type in zlib's manual: 128 is set between blocks, the low bits count unused bits.
bool Inflater::is_at_block_boundary() const {
  return (stream_->data_type & 128) != 0 && (stream_->data_type & 63) == 0;
}

// ---- Deflater ----

Deflater::Deflater(int window_bits, Takeover takeover, const DeflateOptions& options)
    : stream_(std::make_unique<z_stream>()), takeover_(takeover) {
  SC_ASSERT(window_bits >= kLeastBits);
  const int code = deflateInit2(stream_.get(), options.compression_level, Z_DEFLATED, -window_bits,
                                options.memory_level, Z_DEFAULT_STRATEGY);
  SC_ASSERT(code == Z_OK);
}

Deflater::~Deflater() {
  deflateEnd(stream_.get());
}

void Deflater::forget() {
  deflateReset(stream_.get());
}

std::string_view Deflater::deflate(std::string_view message, std::vector<char>& buffer) {
  SC_ASSERT(message.size() <= kLargestMessage);
  if (message.empty()) return kEmptyMessage;
  const std::size_t bound = deflateBound(stream_.get(), static_cast<uLong>(message.size())) + 16;
  if (buffer.size() < bound) buffer.resize(bound);
  stream_->next_in = zlib_input(message);
  stream_->avail_in = static_cast<uInt>(message.size());
  std::size_t produced = 0;
  do {
    if (produced == buffer.size()) buffer.resize(2 * buffer.size());
    const std::size_t room = buffer.size() - produced;
    stream_->next_out = reinterpret_cast<Bytef*>(buffer.data() + produced);
    stream_->avail_out = static_cast<uInt>(room);
    const int code = ::deflate(stream_.get(), Z_SYNC_FLUSH);
    SC_ASSERT(code == Z_OK || code == Z_BUF_ERROR);
    produced += room - stream_->avail_out;
  } while (stream_->avail_out == 0);
  if (takeover_ == Takeover::kNo) forget();
  SC_ASSERT(std::string_view(buffer.data(), produced).ends_with(kTail));
  return {buffer.data(), produced - kTail.size()};
}

// ---- DeflateContext ----

Inflater& DeflateContext::inflater() {
  if (!inflater_) inflater_ = std::make_unique<Inflater>(15, Takeover::kNo);
  return *inflater_;
}

Deflater& DeflateContext::deflater(int window_bits) {
  std::unique_ptr<Deflater>& slot = deflaters_[static_cast<std::size_t>(window_bits)];
  if (!slot) slot = std::make_unique<Deflater>(window_bits, Takeover::kNo, options_);
  return *slot;
}

void DeflateContext::give_back(std::vector<char> buffer) {
  if (buffer.capacity() <= kKeptBufferBytes) unpacked_ = std::move(buffer);
}

base::SharedBytes DeflateContext::make_shared_frame(Opcode opcode, std::string_view payload) {
  if (!is_worthwhile(payload)) return {};
  return frame_if_smaller(deflater(options_.server_max_window_bits), opcode, payload);
}

bool DeflateContext::is_worthwhile(std::string_view payload) const {
  return payload.size() >= options_.threshold_bytes && payload.size() <= kLargestMessage;
}

base::SharedBytes DeflateContext::frame_if_smaller(Deflater& deflater, Opcode opcode,
                                                   std::string_view payload) {
  const std::string_view packed = deflater.deflate(payload, packed_);
  base::SharedBytes frame;
  if (packed.size() < payload.size()) frame = make_frame(opcode, packed, Compressed::kYes);
  if (packed_.capacity() > kKeptBufferBytes) packed_ = std::vector<char>();
  return frame;
}

// ---- FrameDeflater ----

FrameDeflater::FrameDeflater(const DeflateAgreement& agreement, DeflateContext& context)
    : context_(&context), agreement_(agreement) {}

Deflater& FrameDeflater::deflater() {
  const int bits = agreement_.server_max_window_bits;
  if (agreement_.server_no_context_takeover) return context_->deflater(bits);
  if (!own_) own_ = std::make_unique<Deflater>(bits, Takeover::kYes, context_->options());
  return *own_;
}

base::SharedBytes FrameDeflater::make_frame(Opcode opcode, std::string_view payload) {
  base::SharedBytes frame;
  if (!is_control(opcode) && context_->is_worthwhile(payload)) {
    frame = context_->frame_if_smaller(deflater(), opcode, payload);
    if (!frame && own_) own_->forget();
  }
  return frame ? frame : websocket::make_frame(opcode, payload);
}

bool FrameDeflater::takes_shared_frames() const {
  return agreement_.server_max_window_bits >= context_->options().server_max_window_bits;
}

void FrameDeflater::shared_frame_sent() {
  if (own_) own_->forget();
}

}  // namespace socketcluster::websocket
