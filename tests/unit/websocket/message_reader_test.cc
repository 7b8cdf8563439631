// SPDX-License-Identifier: MIT
#include "websocket/message_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/websocket/client_frames.h"

namespace socketcluster::websocket {
namespace {

using test::client_frame;
using test::frame;
using test::Masked;
using test::read_all;
using test::read_bytewise;
using test::read_in_pieces;
using test::RecordingSink;
using test::text_frame;
using test::Transcript;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ReadOutcome::Kind;

constexpr std::size_t kLimit = std::size_t{1} << 20;

// Fails with `code` after `calls`, whether the bytes come at once or one by one.
void expect_failure(const std::string& bytes, std::uint16_t code,
                    const std::vector<std::string>& calls = {}, std::size_t limit = kLimit) {
  const Transcript whole = read_all(bytes, limit);
  EXPECT_EQ(whole.end, Kind::kFailed);
  EXPECT_EQ(whole.close_code, code);
  EXPECT_FALSE(whole.reason.empty());
  EXPECT_LE(whole.reason.size(), kMaxCloseReasonBytes);
  EXPECT_EQ(whole.calls, calls);
  EXPECT_EQ(read_bytewise(bytes, limit), whole);
}

void expect_calls(const std::string& bytes, const std::vector<std::string>& calls,
                  Kind end = Kind::kMore) {
  const Transcript whole = read_all(bytes);
  EXPECT_EQ(whole.end, end) << whole.reason;
  EXPECT_EQ(whole.calls, calls);
  EXPECT_EQ(read_bytewise(bytes), whole);
}

std::string raw(std::initializer_list<int> bytes) {
  std::string result;
  for (const int byte : bytes) result += static_cast<char>(byte);
  return result;
}

std::string close_frame(int code, std::string_view reason = {}) {
  return frame(Opcode::kClose, raw({code >> 8, code & 0xFF}) + std::string(reason));
}

// ---- RFC 6455 section 5.7: examples ----

TEST(MessageReader, ReadsTheMaskedTextOfTheRfc) {
  expect_calls(raw({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}),
               {"text:Hello"});
}

TEST(MessageReader, ReadsTheMaskedPongOfTheRfc) {
  expect_calls(raw({0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}),
               {"pong:Hello"});
}

TEST(MessageReader, JoinsTheFragmentsOfTheRfc) {
  expect_calls(frame(Opcode::kText, "Hel", Final::kNo) + frame(Opcode::kContinuation, "lo"),
               {"text:Hello"});
}

// ---- Data frames ----

TEST(MessageReader, ReadsEveryLengthAtItsEncodingBoundaries) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U}) {
    const std::string payload(size, 'x');
    expect_calls(text_frame(payload), {"text:" + payload});
    expect_calls(frame(Opcode::kBinary, payload), {"binary:" + payload});
  }
}

TEST(MessageReader, DeliversCompleteFramesWhereTheyLie) {
  MessageReader reader(kLimit);
  RecordingSink sink;
  std::string bytes = text_frame("first") + text_frame("second");
  EXPECT_EQ(reader.read(bytes, sink).kind, Kind::kMore);
  EXPECT_THAT(sink.calls, ElementsAre("text:first", "text:second"));
  EXPECT_EQ(sink.last_payload, bytes.data() + bytes.size() - 6);
  EXPECT_EQ(reader.buffered_bytes(), 0U);
}

TEST(MessageReader, AcceptsAnEmptyPiece) {
  MessageReader reader(kLimit);
  RecordingSink sink;
  EXPECT_EQ(reader.read({}, sink).kind, Kind::kMore);
  EXPECT_EQ(reader.buffered_bytes(), 0U);
}

TEST(MessageReader, KeepsBinaryBytesThatAreNotUtf8) {
  expect_calls(frame(Opcode::kBinary, "\xff\xfe\x80"), {"binary:\xff\xfe\x80"});
}

TEST(MessageReader, UnmasksWithEveryKeyByte) {
  for (const char* mask : {"\x01\x02\x04\x08", "\xff\xff\xff\xff"}) {
    expect_calls(client_frame({.mask = mask}, "0123456789abcdefXYZ"), {"text:0123456789abcdefXYZ"});
  }
  expect_calls(client_frame({.mask = std::string(4, '\0')}, "plain"), {"text:plain"});
}

// ---- Fragmentation, section 5.4 ----

TEST(MessageReader, DeliversControlFramesBetweenFragmentsAtOnce) {
  expect_calls(frame(Opcode::kText, "a", Final::kNo) + frame(Opcode::kPing, "p") +
                   frame(Opcode::kContinuation, "b", Final::kNo) + frame(Opcode::kPong, "q") +
                   frame(Opcode::kContinuation, "c"),
               {"ping:p", "pong:q", "text:abc"});
}

TEST(MessageReader, JoinsFragmentsOfAnySize) {
  const std::string big(70000, 'z');
  expect_calls(frame(Opcode::kBinary, "", Final::kNo) +
                   frame(Opcode::kContinuation, big, Final::kNo) +
                   frame(Opcode::kContinuation, "", Final::kNo) + frame(Opcode::kContinuation, "!"),
               {"binary:" + big + "!"});
}

TEST(MessageReader, JoinsFragmentsThatAreAllEmpty) {
  expect_calls(frame(Opcode::kText, "", Final::kNo) + frame(Opcode::kContinuation, ""), {"text:"});
}

TEST(MessageReader, RejectsContinuationWithoutMessage) {
  expect_failure(frame(Opcode::kContinuation, "x"), 1002);
  expect_failure(frame(Opcode::kContinuation, "x", Final::kNo), 1002);
  expect_failure(text_frame("done") + frame(Opcode::kContinuation, "x"), 1002, {"text:done"});
}

TEST(MessageReader, RejectsNewMessageInsideFragmentedOne) {
  expect_failure(frame(Opcode::kText, "a", Final::kNo) + text_frame("b"), 1002);
  expect_failure(frame(Opcode::kText, "a", Final::kNo) + frame(Opcode::kBinary, "b", Final::kNo),
                 1002);
}

TEST(MessageReader, ForgetsTheKindOfAnEarlierMessage) {
  expect_calls(frame(Opcode::kBinary, "\xff", Final::kNo) + frame(Opcode::kContinuation, "\xff") +
                   frame(Opcode::kText, "a", Final::kNo) + frame(Opcode::kContinuation, "b"),
               {"binary:\xff\xff", "text:ab"});
}

// ---- Frame headers, sections 5.1, 5.2 and 5.5 ----

TEST(MessageReader, RejectsUnmaskedFrames) {
  expect_failure(client_frame({.masked = Masked::kNo}, "Hello"), 1002);
  expect_failure(client_frame({.masked = Masked::kNo}, ""), 1002);
  expect_failure(client_frame({.opcode = Opcode::kPing, .masked = Masked::kNo}, "x"), 1002);
}

TEST(MessageReader, RejectsEachReservedBit) {
  for (const unsigned bit : {0x10U, 0x20U, 0x40U}) {
    std::string bytes = text_frame("Hello");
    bytes[0] = static_cast<char>(0x81U | bit);
    expect_failure(bytes, 1002);
    bytes = frame(Opcode::kPing, "");
    bytes[0] = static_cast<char>(0x89U | bit);
    expect_failure(bytes, 1002);
  }
}

TEST(MessageReader, RejectsEveryReservedOpcode) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    std::string bytes = text_frame("");
    bytes[0] = static_cast<char>(0x80 | opcode);
    expect_failure(bytes, 1002);
  }
}

TEST(MessageReader, AcceptsControlFramesOf125Bytes) {
  const std::string payload(125, 'p');
  expect_calls(frame(Opcode::kPing, payload), {"ping:" + payload});
  expect_calls(frame(Opcode::kPong, payload), {"pong:" + payload});
  expect_calls(close_frame(1000, payload.substr(2)), {"close:1000:" + payload.substr(2)},
               Kind::kClosed);
}

TEST(MessageReader, RejectsControlFramesOf126Bytes) {
  for (const Opcode opcode : {Opcode::kPing, Opcode::kPong, Opcode::kClose}) {
    expect_failure(frame(opcode, std::string(126, 'p')), 1002);
    expect_failure(frame(opcode, std::string(65536, 'p')), 1002);
  }
}

TEST(MessageReader, RejectsFragmentedControlFrames) {
  for (const Opcode opcode : {Opcode::kPing, Opcode::kPong, Opcode::kClose}) {
    expect_failure(frame(opcode, "", Final::kNo), 1002);
  }
}

TEST(MessageReader, RejectsLengthsThatAreNotMinimal) {
  expect_failure(raw({0x81, 0xFE, 0, 125}) + std::string(129, 'm'), 1002);
  expect_failure(raw({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5}) + std::string(9, 'm'), 1002);
  expect_failure(raw({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}) + std::string(9, 'm'), 1002);
}

TEST(MessageReader, RejectsLengthWithTheTopBit) {
  expect_failure(raw({0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0}), 1002);
  expect_failure(raw({0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}), 1002);
}

TEST(MessageReader, FailsWithTheByteThatShowsTheFault) {
  EXPECT_EQ(read_all(raw({0x83})).end, Kind::kFailed);
  EXPECT_EQ(read_all(raw({0x81, 0x05})).end, Kind::kFailed);
  EXPECT_EQ(read_all(raw({0x89, 0xFE})).end, Kind::kFailed);
  EXPECT_EQ(read_all(raw({0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0})).end, Kind::kMore);
}

// ---- Size limit ----

TEST(MessageReader, AcceptsMessagesOfExactlyTheLimit) {
  const std::string payload(1000, 'x');
  MessageReader whole(1000);
  EXPECT_THAT(read_in_pieces(whole, text_frame(payload), {}).calls, ElementsAre("text:" + payload));
  MessageReader fragments(1000);
  const std::string bytes = frame(Opcode::kText, payload.substr(1), Final::kNo) +
                            frame(Opcode::kContinuation, "x", Final::kNo) +
                            frame(Opcode::kContinuation, "");
  EXPECT_THAT(read_in_pieces(fragments, bytes, {}).calls, ElementsAre("text:" + payload));
}

TEST(MessageReader, RejectsMessagesOfOneByteMoreThanTheLimit) {
  expect_failure(text_frame(std::string(1001, 'x')), 1009, {}, 1000);
  expect_failure(
      frame(Opcode::kText, std::string(1000, 'x'), Final::kNo) + frame(Opcode::kContinuation, "x"),
      1009, {}, 1000);
  expect_failure(text_frame("x"), 1009, {}, 0);
}

TEST(MessageReader, RejectsTooBigMessagesByTheHeaderAlone) {
  expect_failure(test::client_header({}, 1001), 1009, {}, 1000);
  expect_failure(test::client_header({}, 0x7FFFFFFFFFFFFFFF), 1009);
}

TEST(MessageReader, LimitDoesNotCountControlFrames) {
  MessageReader reader(4);
  EXPECT_THAT(read_in_pieces(reader,
                             frame(Opcode::kText, "ab", Final::kNo) +
                                 frame(Opcode::kPing, "12345") + frame(Opcode::kContinuation, "cd"),
                             {})
                  .calls,
              ElementsAre("ping:12345", "text:abcd"));
}

// ---- UTF-8, section 8.1 ----

TEST(MessageReader, AcceptsTextOfEveryCharacterLength) {
  const std::string text = "\x24\xC2\xA2\xE2\x82\xAC\xF0\x90\x8D\x88 \xF4\x8F\xBF\xBF";
  expect_calls(text_frame(text), {"text:" + text});
}

TEST(MessageReader, RejectsTextThatIsNotUtf8) {
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "a\xE2\x82"}) {
    expect_failure(text_frame(bad), 1007);
    expect_failure(frame(Opcode::kText, bad, Final::kNo) + frame(Opcode::kContinuation, ""), 1007);
  }
}

TEST(MessageReader, AcceptsCharactersSplitBetweenFragments) {
  expect_calls(frame(Opcode::kText, "\xF0\x9F", Final::kNo) + frame(Opcode::kPing, "") +
                   frame(Opcode::kContinuation, "\x98", Final::kNo) +
                   frame(Opcode::kContinuation, "", Final::kNo) +
                   frame(Opcode::kContinuation, "\x80"),
               {"ping:", "text:\xF0\x9F\x98\x80"});
}

TEST(MessageReader, RejectsMessagesThatEndInsideACharacter) {
  expect_failure(frame(Opcode::kText, "ok", Final::kNo) + frame(Opcode::kContinuation, "\xF0\x9F"),
                 1007);
  expect_failure(frame(Opcode::kText, "\xC2", Final::kNo) + frame(Opcode::kContinuation, "a"),
                 1007);
}

TEST(MessageReader, FailsBadTextBeforeItsFrameIsComplete) {
  const std::string bytes = text_frame("abc\xFF" + std::string(1000, 'x'));
  EXPECT_EQ(read_all(bytes.substr(0, 8 + 3)).end, Kind::kMore);
  EXPECT_EQ(read_all(bytes.substr(0, 8 + 4)).close_code, 1007);
}

// ---- Close, sections 5.5.1 and 7.4 ----

TEST(MessageReader, ReportsCodeAndReasonOfAClose) {
  expect_calls(close_frame(4001, "g\xC3\xBCle"), {"close:4001:g\xC3\xBCle"}, Kind::kClosed);
}

TEST(MessageReader, ReportsAnEmptyClose) {
  expect_calls(frame(Opcode::kClose, ""), {"close:-:"}, Kind::kClosed);
}

TEST(MessageReader, RejectsCloseOfOneByte) {
  expect_failure(frame(Opcode::kClose, "x"), 1002);
}

TEST(MessageReader, AcceptsEveryCloseCodeThatIsAllowed) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999}) {
    expect_calls(close_frame(code), {"close:" + std::to_string(code) + ":"}, Kind::kClosed);
  }
}

TEST(MessageReader, RejectsEveryCloseCodeThatIsReserved) {
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535}) {
    expect_failure(close_frame(code), 1002);
  }
}

TEST(MessageReader, RejectsCloseReasonThatIsNotUtf8) {
  expect_failure(close_frame(1000, "\xC3"), 1007);
}

TEST(MessageReader, IgnoresEverythingAfterAClose) {
  expect_calls(close_frame(1000) + text_frame("late") + raw({0xFF, 0xFF}), {"close:1000:"},
               Kind::kClosed);
}

TEST(MessageReader, AcceptsCloseInsideAFragmentedMessage) {
  expect_calls(frame(Opcode::kText, "never", Final::kNo) + close_frame(1001), {"close:1001:"},
               Kind::kClosed);
}

// ---- Ends ----

TEST(MessageReader, StopsWhenTheSinkSaysSo) {
  MessageReader reader(kLimit);
  RecordingSink sink;
  sink.decide = [] { return Go::kStop; };
  std::string bytes = text_frame("one") + text_frame("two");
  EXPECT_EQ(reader.read(bytes, sink).kind, Kind::kStopped);
  std::string more = text_frame("three");
  EXPECT_EQ(reader.read(more, sink).kind, Kind::kStopped);
  EXPECT_THAT(sink.calls, ElementsAre("text:one"));
}

TEST(MessageReader, StopsAfterPingAndPongToo) {
  for (const Opcode opcode : {Opcode::kPing, Opcode::kPong}) {
    MessageReader reader(kLimit);
    RecordingSink sink;
    sink.decide = [] { return Go::kStop; };
    std::string bytes = frame(opcode, "") + text_frame("two");
    EXPECT_EQ(reader.read(bytes, sink).kind, Kind::kStopped);
    EXPECT_EQ(sink.calls.size(), 1U);
  }
}

TEST(MessageReader, StaysFailed) {
  MessageReader reader(kLimit);
  RecordingSink sink;
  std::string bad = raw({0x83});
  EXPECT_EQ(reader.read(bad, sink).kind, Kind::kFailed);
  std::string good = text_frame("x");
  EXPECT_EQ(reader.read(good, sink).kind, Kind::kFailed);
  EXPECT_THAT(sink.calls, IsEmpty());
}

// ---- Pieces ----

std::string stream_of_everything() {
  return text_frame("hello") + frame(Opcode::kPing, "are you there?") +
         frame(Opcode::kText, "h\xC3", Final::kNo) + frame(Opcode::kPong, "") +
         frame(Opcode::kContinuation, "\xA9", Final::kNo) + frame(Opcode::kContinuation, "llo") +
         frame(Opcode::kBinary, std::string(130, '\xF1')) + text_frame("") +
         text_frame("\xE2\x82\xAC and \xF0\x9F\x98\x80") + close_frame(1000, "bye") +
         text_frame("late");
}

TEST(MessageReader, ResultDoesNotDependOnOneCut) {
  const std::string bytes = stream_of_everything();
  const Transcript whole = read_all(bytes);
  EXPECT_EQ(whole.calls.size(), 8U);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    MessageReader reader(kLimit);
    EXPECT_EQ(read_in_pieces(reader, bytes, {cut}), whole) << cut;
  }
}

TEST(MessageReader, ResultDoesNotDependOnTwoCuts) {
  const std::string bytes = stream_of_everything();
  const Transcript whole = read_all(bytes);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      MessageReader reader(kLimit);
      ASSERT_EQ(read_in_pieces(reader, bytes, {first, second}), whole) << first << ' ' << second;
    }
  }
}

TEST(MessageReader, ResultDoesNotDependOnCutsOfLongFrames) {
  const std::string bytes = text_frame(std::string(126, 'a')) + text_frame(std::string(65536, 'b'));
  const Transcript whole = read_all(bytes);
  for (const std::size_t piece : {2U, 3U, 7U, 64U, 1000U, 65536U}) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = piece; at < bytes.size(); at += piece) cuts.push_back(at);
    MessageReader reader(kLimit);
    EXPECT_EQ(read_in_pieces(reader, bytes, cuts), whole) << piece;
  }
}

// ---- Memory ----

TEST(MessageReader, IdleReaderOwnsNothing) {
  MessageReader reader(kLimit);
  EXPECT_LE(sizeof reader, 16U);
  read_in_pieces(
      reader,
      text_frame("a") + frame(Opcode::kText, "b", Final::kNo) + frame(Opcode::kContinuation, "c"),
      {1, 3, 9});
  EXPECT_EQ(reader.buffered_bytes(), 0U);
}

TEST(MessageReader, DoesNotReserveWhatAHeaderAnnounces) {
  MessageReader reader(kLimit);
  read_in_pieces(reader, test::client_header({}, kLimit) + "x", {});
  EXPECT_LT(reader.buffered_bytes(), 1024U);
}

TEST(MessageReader, BuffersNoMoreThanTheFrameNeeds) {
  MessageReader reader(kLimit);
  const std::string bytes = text_frame(std::string(100000, 'x'));
  RecordingSink sink;
  std::string copy = bytes;
  std::size_t most = 0;
  for (std::size_t at = 0; at + 1 < copy.size(); ++at) {
    ASSERT_EQ(reader.read(std::span(copy).subspan(at, 1), sink).kind, Kind::kMore);
    most = std::max(most, reader.buffered_bytes());
  }
  EXPECT_LE(most, 100000U + 512U);
}

TEST(MessageReader, FragmentsWithoutPayloadNeedNoMemory) {
  MessageReader reader(kLimit);
  std::string bytes = frame(Opcode::kBinary, "", Final::kNo);
  for (int i = 0; i < 10000; ++i) bytes += frame(Opcode::kContinuation, "", Final::kNo);
  read_in_pieces(reader, bytes, {});
  EXPECT_LT(reader.buffered_bytes(), 512U);
}

TEST(MessageReader, FragmentsNeverBufferMoreThanTheLimit) {
  MessageReader reader(1000);
  RecordingSink sink;
  std::string bytes = frame(Opcode::kBinary, "", Final::kNo);
  for (int i = 0; i < 1000; ++i) bytes += frame(Opcode::kContinuation, "x", Final::kNo);
  EXPECT_EQ(reader.read(bytes, sink).kind, Kind::kMore);
  EXPECT_LE(reader.buffered_bytes(), 1000U + 512U);
}

TEST(MessageReader, FailureReleasesWhatWasBuffered) {
  MessageReader reader(kLimit);
  RecordingSink sink;
  std::string bytes = frame(Opcode::kBinary, std::string(5000, 'x'), Final::kNo) + raw({0x83});
  EXPECT_EQ(reader.read(bytes, sink).kind, Kind::kFailed);
  EXPECT_EQ(reader.buffered_bytes(), 0U);
}

}  // namespace
}  // namespace socketcluster::websocket
