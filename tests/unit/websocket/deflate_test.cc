// SPDX-License-Identifier: MIT
#include "websocket/deflate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/websocket/client_frames.h"

namespace socketcluster::websocket {
namespace {

using test::client_frame;
using test::frame;
using test::read_in_pieces;
using test::text_frame;
using test::Transcript;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ReadOutcome::Kind;
using Result = Inflater::Result;

constexpr std::size_t kLimit = std::size_t{1} << 20;
constexpr DeflateOptions kOptions{.enabled = true, .threshold_bytes = 0};
constexpr DeflateAgreement kForgetting{.server_no_context_takeover = true,
                                       .client_no_context_takeover = true};
constexpr DeflateAgreement kKeeping{};

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values) result += static_cast<char>(value);
  return result;
}

// RFC 7692 section 7.2.3: "Hello" in its various forms.
const std::string kHello = bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
const std::string kHelloAgain = bytes({0xf2, 0x00, 0x11, 0x00, 0x00});
const std::string kHelloStored =
    bytes({0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00});
const std::string kHelloFinal = bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00});
const std::string kHelloInTwoBlocks =
    bytes({0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00});

std::string compressed_frame(std::string_view packed, Opcode opcode = Opcode::kText,
                             Final final = Final::kYes) {
  return client_frame({.opcode = opcode, .final = final, .compressed = Compressed::kYes}, packed);
}

std::string inflate_once(const std::string& packed, std::size_t limit = kLimit) {
  Inflater inflater(15, Takeover::kNo);
  std::vector<char> buffer;
  const Inflater::Outcome outcome = inflater.inflate(packed, limit, buffer);
  if (outcome.result == Result::kTooBig) return "<too big>";
  return outcome.result == Result::kOk ? std::string(outcome.text) : "<corrupt>";
}

std::string deflate_once(const std::string& text, int window_bits = 15) {
  Deflater deflater(window_bits, Takeover::kNo, kOptions);
  std::vector<char> buffer;
  return std::string(deflater.deflate(text, buffer));
}

Transcript read_with(const DeflateAgreement& agreement, const std::string& stream,
                     std::size_t limit = kLimit, const std::vector<std::size_t>& cuts = {}) {
  DeflateContext context(kOptions);
  MessageReader reader(limit);
  reader.enable_deflate(agreement, context);
  return read_in_pieces(reader, stream, cuts);
}

// Text without much repetition, so that it stays large when packed.
std::string noise(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < size; ++i) {
    state = state * 1664525U + 1013904223U;
    text += static_cast<char>(' ' + (state >> 24U) % 95);
  }
  return text;
}

// ---- Inflater ----

TEST(Inflater, UnpacksTheExamplesOfTheRfc) {
  EXPECT_EQ(inflate_once(kHello), "Hello");
  EXPECT_EQ(inflate_once(kHelloStored), "Hello");
  EXPECT_EQ(inflate_once(kHelloFinal), "Hello");
  EXPECT_EQ(inflate_once(kHelloInTwoBlocks), "Hello");
  EXPECT_EQ(inflate_once(bytes({0x00})), "");
}

TEST(Inflater, AcceptsAFinalBlockWithoutTheEmptyOneBehindIt) {
  EXPECT_EQ(inflate_once(bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00})), "Hello");
}

TEST(Inflater, AcceptsNothingAsAnEmptyMessage) {
  EXPECT_EQ(inflate_once(""), "");
}

TEST(Inflater, RefersToEarlierMessagesWithTakeover) {
  Inflater inflater(15, Takeover::kYes);
  std::vector<char> buffer;
  EXPECT_EQ(inflater.inflate(kHello, kLimit, buffer).text, "Hello");
  EXPECT_EQ(inflater.inflate(kHelloAgain, kLimit, buffer).text, "Hello");
  EXPECT_EQ(inflater.inflate("", kLimit, buffer).result, Result::kOk);
  EXPECT_EQ(inflater.inflate(kHelloAgain, kLimit, buffer).text, "Hello");
}

TEST(Inflater, KeepsTheWindowOverAFinalBlock) {
  Inflater inflater(15, Takeover::kYes);
  std::vector<char> buffer;
  EXPECT_EQ(inflater.inflate(kHelloFinal, kLimit, buffer).text, "Hello");
  EXPECT_EQ(inflater.inflate(kHelloAgain, kLimit, buffer).text, "Hello");
}

TEST(Inflater, ForgetsEarlierMessagesWithoutTakeover) {
  Inflater inflater(15, Takeover::kNo);
  std::vector<char> buffer;
  EXPECT_EQ(inflater.inflate(kHello, kLimit, buffer).text, "Hello");
  EXPECT_EQ(inflater.inflate(kHelloAgain, kLimit, buffer).result, Result::kCorrupt);
  EXPECT_EQ(inflater.inflate(kHello, kLimit, buffer).text, "Hello");
}

TEST(Inflater, ReportsCorruptData) {
  EXPECT_EQ(inflate_once(bytes({0x07})), "<corrupt>");  // reserved block type
  EXPECT_EQ(inflate_once(bytes({0x00, 0x05, 0x00, 0xfa, 0xfe})), "<corrupt>");  // bad length check
  EXPECT_EQ(inflate_once(kHelloAgain), "<corrupt>");                            // refers to nothing
  for (std::size_t size = 1; size + 1 < kHello.size(); ++size) {
    EXPECT_NE(inflate_once(kHello.substr(0, size)), "Hello") << size;
  }
}

TEST(Inflater, StopsOneByteAboveTheLimit) {
  for (const std::size_t size : {1U, 1000U, 4095U, 4096U, 4097U, 100000U}) {
    const std::string text = noise(size);
    EXPECT_EQ(inflate_once(deflate_once(text), size), text);
    EXPECT_EQ(inflate_once(deflate_once(text), size - 1), "<too big>");
  }
}

TEST(Inflater, DoesNotUnpackABomb) {
  const std::string packed = deflate_once(std::string(std::size_t{64} << 20U, '0'));
  ASSERT_LT(packed.size(), std::size_t{400} * 1024);
  Inflater inflater(15, Takeover::kNo);
  std::vector<char> buffer;
  EXPECT_EQ(inflater.inflate(packed, kLimit, buffer).result, Result::kTooBig);
  EXPECT_LE(buffer.capacity(), 2 * (kLimit + 1));
}

TEST(Inflater, ManyFinalBlocksAreUnpackedInLinearTime) {
  std::string packed;
  for (int i = 0; i < 200000; ++i) packed += bytes({0x03, 0x00});  // empty, fixed codes, BFINAL
  EXPECT_EQ(inflate_once(packed + bytes({0x00})), "");
}

// ---- Deflater ----

TEST(Deflater, PacksTheExampleOfTheRfc) {
  EXPECT_EQ(deflate_once("Hello"), kHello);
}

TEST(Deflater, PacksAnEmptyMessageIntoOneByte) {
  EXPECT_EQ(deflate_once(""), bytes({0x00}));
}

TEST(Deflater, RoundTripsEverySizeAndWindow) {
  for (int bits = 9; bits <= 15; ++bits) {
    for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 40000U, 300000U}) {
      const std::string text = noise(size / 2) + std::string(size - size / 2, 'r');
      EXPECT_EQ(inflate_once(deflate_once(text, bits)), text);
    }
  }
}

// Section 7.1.2.1: what is sent must fit the window that was agreed on.
TEST(Deflater, RefersOnlyIntoItsWindow) {
  const std::string block = noise(1000);
  const std::string text = block + block;
  for (int bits = 9; bits <= 15; ++bits) {
    Inflater inflater(bits, Takeover::kNo);
    std::vector<char> buffer;
    EXPECT_EQ(inflater.inflate(deflate_once(text, bits), kLimit, buffer).text, text);
  }
}

TEST(Deflater, RefersToEarlierMessagesWithTakeover) {
  Deflater deflater(15, Takeover::kYes, kOptions);
  std::vector<char> buffer;
  EXPECT_EQ(deflater.deflate("Hello", buffer), kHello);
  EXPECT_EQ(deflater.deflate("Hello", buffer), kHelloAgain);
  EXPECT_EQ(deflater.deflate("", buffer), bytes({0x00}));
  deflater.forget();
  EXPECT_EQ(deflater.deflate("Hello", buffer), kHello);
}

TEST(Deflater, ForgetsEarlierMessagesWithoutTakeover) {
  Deflater deflater(15, Takeover::kNo, kOptions);
  std::vector<char> buffer;
  EXPECT_EQ(deflater.deflate("Hello", buffer), kHello);
  EXPECT_EQ(deflater.deflate("Hello", buffer), kHello);
}

// ---- DeflateContext and FrameDeflater ----

TEST(DeflateContext, MakesOneFrameForAll) {
  DeflateContext context({.enabled = true});
  const std::string text(2000, 'x');
  const base::SharedBytes shared = context.make_shared_frame(Opcode::kText, text);
  ASSERT_TRUE(shared);
  EXPECT_LT(shared.size(), 100U);
  EXPECT_EQ(static_cast<unsigned char>(shared.data()[0]), 0xC1U);
  EXPECT_EQ(inflate_once(std::string(shared.view().substr(2))), text);
}

TEST(DeflateContext, MakesNoFrameBelowTheThreshold) {
  DeflateContext context({.enabled = true, .threshold_bytes = 100});
  EXPECT_FALSE(context.make_shared_frame(Opcode::kText, std::string(99, 'x')));
  EXPECT_TRUE(context.make_shared_frame(Opcode::kText, std::string(100, 'x')));
}

TEST(DeflateContext, MakesNoFrameThatIsLarger) {
  DeflateContext context(kOptions);
  EXPECT_FALSE(context.make_shared_frame(Opcode::kText, "x"));
}

TEST(DeflateContext, GivesBackLargeBuffers) {
  DeflateContext context(kOptions);
  EXPECT_TRUE(context.make_shared_frame(Opcode::kText, std::string(kLimit, 'x')));
  EXPECT_LE(context.kept_bytes(), std::size_t{128} * 1024);
}

TEST(FrameDeflater, SendsSmallAndControlFramesAsTheyAre) {
  DeflateContext context({.enabled = true});
  FrameDeflater deflater(kForgetting, context);
  EXPECT_EQ(deflater.make_frame(Opcode::kText, "small").view(),
            make_frame(Opcode::kText, "small").view());
  DeflateContext eager(kOptions);
  FrameDeflater control(kForgetting, eager);
  const std::string payload(125, 'x');
  EXPECT_EQ(control.make_frame(Opcode::kPing, payload).view(),
            make_frame(Opcode::kPing, payload).view());
}

TEST(FrameDeflater, KeepsInStepWithThePeer) {
  DeflateContext context(kOptions);
  FrameDeflater deflater(kKeeping, context);
  Inflater peer(15, Takeover::kYes);
  std::vector<char> buffer;
  const std::string text = noise(300);
  std::string incompressible;
  for (int i = 0; i < 90; ++i) incompressible += static_cast<char>(i * 73 + i * i * 31);
  for (int round = 0; round < 3; ++round) {
    const base::SharedBytes own = deflater.make_frame(Opcode::kText, text);
    EXPECT_EQ(peer.inflate(own.view().substr(own.size() < 128 ? 2 : 4), kLimit, buffer).text, text);
    const base::SharedBytes plain = deflater.make_frame(Opcode::kBinary, incompressible);
    EXPECT_EQ(plain.view(), make_frame(Opcode::kBinary, incompressible).view());
    ASSERT_TRUE(deflater.takes_shared_frames());
    const base::SharedBytes shared = context.make_shared_frame(Opcode::kText, text + "shared");
    deflater.shared_frame_sent();
    EXPECT_EQ(peer.inflate(shared.view().substr(4), kLimit, buffer).text, text + "shared");
  }
}

TEST(FrameDeflater, SmallerWindowsDoNotTakeSharedFrames) {
  DeflateContext context(kOptions);
  DeflateAgreement small = kForgetting;
  small.server_max_window_bits = 14;
  EXPECT_FALSE(FrameDeflater(small, context).takes_shared_frames());
  EXPECT_TRUE(FrameDeflater(kForgetting, context).takes_shared_frames());
}

// ---- MessageReader with permessage-deflate ----

TEST(CompressedMessages, ReadsTheExamplesOfTheRfc) {
  for (const DeflateAgreement& agreement : {kForgetting, kKeeping}) {
    for (const std::string& packed : {kHello, kHelloStored, kHelloFinal, kHelloInTwoBlocks}) {
      EXPECT_THAT(read_with(agreement, compressed_frame(packed)).calls, ElementsAre("text:Hello"));
    }
  }
}

// Section 7.2.3.1: only the first fragment has the bit.
TEST(CompressedMessages, JoinsTheFragmentsOfTheRfc) {
  const std::string stream = compressed_frame(kHello.substr(0, 3), Opcode::kText, Final::kNo) +
                             frame(Opcode::kPing, "p") +
                             frame(Opcode::kContinuation, kHello.substr(3));
  EXPECT_THAT(read_with(kForgetting, stream).calls, ElementsAre("ping:p", "text:Hello"));
}

TEST(CompressedMessages, MayAlternateWithPlainOnes) {
  const std::string stream = compressed_frame(kHello) + text_frame("plain") +
                             frame(Opcode::kText, "in ", Final::kNo) +
                             frame(Opcode::kContinuation, "parts") + compressed_frame(kHelloAgain);
  EXPECT_THAT(read_with(kKeeping, stream).calls,
              ElementsAre("text:Hello", "text:plain", "text:in parts", "text:Hello"));
}

TEST(CompressedMessages, ResultDoesNotDependOnCuts) {
  const std::string stream =
      compressed_frame(kHello) +
      compressed_frame(kHelloAgain.substr(0, 2), Opcode::kBinary, Final::kNo) +
      frame(Opcode::kPing, "p") + frame(Opcode::kContinuation, kHelloAgain.substr(2)) +
      text_frame("plain") + compressed_frame(kHelloAgain) + compressed_frame(bytes({0x07}));
  const Transcript whole = read_with(kKeeping, stream);
  EXPECT_THAT(whole.calls,
              ElementsAre("text:Hello", "ping:p", "binary:Hello", "text:plain", "text:Hello"));
  EXPECT_EQ(whole.close_code, 1007);
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      ASSERT_EQ(read_with(kKeeping, stream, kLimit, {first, second}), whole);
    }
  }
}

// Section 6: the bit means nothing that was not agreed on.
TEST(CompressedMessages, RejectsTheBitWithoutAgreement) {
  const Transcript result = test::read_all(compressed_frame(kHello));
  EXPECT_EQ(result.end, Kind::kFailed);
  EXPECT_EQ(result.close_code, 1002);
}

// Section 6.1.
TEST(CompressedMessages, RejectsTheBitOnContinuations) {
  const std::string stream = compressed_frame(kHello.substr(0, 3), Opcode::kText, Final::kNo) +
                             compressed_frame(kHello.substr(3), Opcode::kContinuation);
  EXPECT_EQ(read_with(kForgetting, stream).close_code, 1002);
}

TEST(CompressedMessages, RejectsTheBitOnControlFrames) {
  EXPECT_EQ(read_with(kForgetting, compressed_frame("", Opcode::kPing)).close_code, 1002);
  EXPECT_EQ(read_with(kForgetting, compressed_frame("", Opcode::kPong)).close_code, 1002);
  EXPECT_EQ(read_with(kForgetting, compressed_frame("", Opcode::kClose)).close_code, 1002);
}

TEST(CompressedMessages, RejectsCorruptData) {
  const Transcript result = read_with(kForgetting, compressed_frame(bytes({0x07})));
  EXPECT_EQ(result.close_code, 1007);
  EXPECT_THAT(result.calls, IsEmpty());
}

TEST(CompressedMessages, RejectsTextThatIsNotUtf8) {
  const std::string packed = deflate_once("\xC3");
  EXPECT_EQ(read_with(kForgetting, compressed_frame(packed)).close_code, 1007);
  EXPECT_THAT(read_with(kForgetting, compressed_frame(packed, Opcode::kBinary)).calls,
              ElementsAre("binary:\xC3"));
}

TEST(CompressedMessages, LimitAppliesToTheUnpackedSize) {
  for (const std::string& text : {std::string(1000, 'x'), noise(1000)}) {
    const std::string stream = compressed_frame(deflate_once(text));
    EXPECT_THAT(read_with(kForgetting, stream, 1000).calls, ElementsAre("text:" + text));
    const Transcript refused = read_with(kForgetting, stream, 999);
    EXPECT_EQ(refused.close_code, 1009);
    EXPECT_THAT(refused.calls, IsEmpty());
  }
}

TEST(CompressedMessages, LimitsThePackedSizeToo) {
  const std::string header =
      test::client_header({.opcode = Opcode::kBinary, .compressed = Compressed::kYes}, 5000);
  EXPECT_EQ(read_with(kForgetting, header, 1000).close_code, 1009);
}

TEST(CompressedMessages, DataThatDoesNotShrinkStillFitsTheLimit) {
  std::string random;
  std::uint32_t state = 7;
  for (int i = 0; i < 100000; ++i) {
    state = state * 1664525U + 1013904223U;
    random += static_cast<char>(state >> 24U);
  }
  const std::string packed = deflate_once(random);
  ASSERT_GT(packed.size(), random.size());
  const Transcript result =
      read_with(kForgetting, compressed_frame(packed, Opcode::kBinary), random.size());
  EXPECT_THAT(result.calls, ElementsAre("binary:" + random));
}

// What is delivered lies in memory of the context, which is used again while the message is
// handled.
TEST(CompressedMessages, StayValidWhileOthersArePackedAndRead) {
  DeflateContext context(kOptions);
  const std::string text(3000, 'm');
  const std::string stream = compressed_frame(deflate_once(text));
  test::RecordingSink inner_sink;
  class Forwarder final : public MessageSink {
   public:
    Forwarder(DeflateContext& forwarding, const std::string& other, MessageSink& other_sink)
        : context_(forwarding), other_(other), other_sink_(other_sink) {}
    Go on_message(MessageKind /*kind*/, std::string_view payload) override {
      MessageReader reader(kLimit);
      reader.enable_deflate(kForgetting, context_);
      reader.read(other_, other_sink_);
      forwarded = context_.make_shared_frame(Opcode::kText, payload);
      received = payload;
      return Go::kOn;
    }
    Go on_ping(std::string_view /*payload*/) override { return Go::kOn; }
    Go on_pong(std::string_view /*payload*/) override { return Go::kOn; }
    void on_close(std::optional<std::uint16_t> /*code*/, std::string_view /*reason*/) override {}

    std::string received;
    base::SharedBytes forwarded;

   private:
    DeflateContext& context_;
    std::string other_;
    MessageSink& other_sink_;
  };
  Forwarder forwarder(context, compressed_frame(deflate_once(std::string(9000, 'o'))), inner_sink);
  MessageReader reader(kLimit);
  reader.enable_deflate(kForgetting, context);
  std::string piece = stream;
  EXPECT_EQ(reader.read(piece, forwarder).kind, Kind::kMore);
  EXPECT_EQ(forwarder.received, text);
  EXPECT_THAT(inner_sink.calls, ElementsAre("text:" + std::string(9000, 'o')));
  ASSERT_TRUE(forwarder.forwarded);
  EXPECT_EQ(inflate_once(std::string(forwarder.forwarded.view().substr(2))), text);
}

TEST(CompressedMessages, HoldNoPayloadBetweenMessages) {
  DeflateContext context(kOptions);
  MessageReader reader(kLimit);
  reader.enable_deflate(kForgetting, context);
  const std::size_t idle = reader.buffered_bytes();
  const std::string packed = deflate_once(noise(50000));
  read_in_pieces(reader, compressed_frame(packed), {100, 2000});
  EXPECT_EQ(reader.buffered_bytes(), idle);
  EXPECT_LE(context.kept_bytes(), std::size_t{128} * 1024);
}

}  // namespace
}  // namespace socketcluster::websocket
