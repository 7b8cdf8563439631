// SPDX-License-Identifier: MIT
#include "broker/frames.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace socketcluster::broker {
namespace {

using Lines = std::vector<std::string>;

// Writes down what it is given, and stops when a body is "stop".
class Recorder final : public FrameSink {
 public:
  Go on_frame(const Frame& frame) override {
    lines.push_back(std::to_string(static_cast<int>(frame.kind)) + " v" +
                    std::to_string(frame.version) + " #" + std::to_string(frame.id) + " n" +
                    std::to_string(frame.count) + " <" + std::string(frame.channel) + "> " +
                    std::string(frame.body));
    return frame.body == "stop" ? Go::kStop : Go::kOn;
  }
  Lines lines;
};

std::string worker_frames() {
  std::string out;
  append_hello(out, 0x01020304, "secret");
  append_subscribe(out, "news");
  append_unsubscribe(out, "");
  append_publish(out, "a/b", R"({"x":1})");
  append_publish(out, "", "");
  append_ready(out);
  append_request(out, 0xffffffff, R"({"action":"get"})");
  return out;
}

const Lines kWorkerLines{"1 v1 #16909060 n0 <> secret",
                         "2 v0 #0 n0 <news> ",
                         "3 v0 #0 n0 <> ",
                         R"(4 v0 #0 n0 <a/b> {"x":1})",
                         "4 v0 #0 n0 <> ",
                         "5 v0 #0 n0 <> ",
                         R"(6 v0 #4294967295 n0 <> {"action":"get"})"};

std::string broker_frames() {
  std::string out;
  append_welcome(out);
  append_processed(out, 0x0102030405060708);
  append_message(out, "a/b", "[1]");
  append_response(out, 7, R"({"value":1})");
  append_refused(out, "why");
  return out;
}

const Lines kBrokerLines{"65 v1 #0 n0 <> ", "66 v0 #0 n72623859790382856 <> ",
                         "67 v0 #0 n0 <a/b> [1]", R"(68 v0 #7 n0 <> {"value":1})",
                         "69 v0 #0 n0 <> why"};

TEST(Frames, AreLittleEndianWithTheSizeOfKindAndBody) {
  std::string out;
  append_publish(out, "ab", "1");
  EXPECT_EQ(out, std::string("\x08\0\0\0\x04\x02\0\0\0ab1", 12));
  out.clear();
  append_processed(out, 258);
  EXPECT_EQ(out, std::string("\x09\0\0\0\x42\x02\x01\0\0\0\0\0\0", 13));
}

TEST(Frames, SharedBlocksEqualWhatIsAppended) {
  std::string publish;
  std::string message;
  append_publish(publish, "channel", R"("data")");
  append_message(message, "channel", R"("data")");
  EXPECT_EQ(publish_frame("channel", R"("data")").view(), publish);
  EXPECT_EQ(message_frame("channel", R"("data")").view(), message);
  EXPECT_EQ(message_frame("", "").size(), kFrameHeadBytes + 4);
}

TEST(FrameReader, ReadsEveryKindCutAtEveryPosition) {
  const auto check = [](FrameOrigin origin, const std::string& bytes, const Lines& expected) {
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      FrameReader reader(origin);
      Recorder recorder;
      ASSERT_TRUE(reader.read(std::string_view(bytes).substr(0, cut), recorder));
      ASSERT_TRUE(reader.read(std::string_view(bytes).substr(cut), recorder));
      ASSERT_EQ(recorder.lines, expected) << cut;
      ASSERT_EQ(reader.buffered_bytes(), 0U);
    }
  };
  check(FrameOrigin::kWorker, worker_frames(), kWorkerLines);
  check(FrameOrigin::kBroker, broker_frames(), kBrokerLines);
}

TEST(FrameReader, ReadsPiecesOfEverySize) {
  const std::string bytes = worker_frames();
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    FrameReader reader(FrameOrigin::kWorker);
    Recorder recorder;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      ASSERT_TRUE(reader.read(std::string_view(bytes).substr(at, size), recorder));
    }
    ASSERT_EQ(recorder.lines, kWorkerLines) << size;
  }
}

TEST(FrameReader, KeepsEverythingBehindAStopUntilItIsReadAgain) {
  std::string bytes;
  append_publish(bytes, "1", "stop");
  append_publish(bytes, "2", "stop");
  append_subscribe(bytes, "3");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader(FrameOrigin::kWorker);
    Recorder recorder;
    ASSERT_TRUE(reader.read(std::string_view(bytes).substr(0, cut), recorder));
    ASSERT_TRUE(reader.read(std::string_view(bytes).substr(cut), recorder));
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(reader.read({}, recorder));
    ASSERT_EQ(recorder.lines,
              (Lines{"4 v0 #0 n0 <1> stop", "4 v0 #0 n0 <2> stop", "2 v0 #0 n0 <3> "}))
        << cut;
  }
}

TEST(FrameReader, DeliversNothingBehindAStopInTheSameRead) {
  std::string bytes;
  append_publish(bytes, "1", "stop");
  append_subscribe(bytes, "2");
  FrameReader reader(FrameOrigin::kWorker);
  Recorder recorder;
  ASSERT_TRUE(reader.read(bytes, recorder));
  EXPECT_EQ(recorder.lines.size(), 1U);
  EXPECT_EQ(reader.buffered_bytes(), kFrameHeadBytes + 1);
  ASSERT_TRUE(reader.read({}, recorder));
  EXPECT_EQ(recorder.lines.size(), 2U);
}

TEST(FrameReader, AcceptsTheLimitAndRefusesOneByteMore) {
  for (const bool is_cut : {false, true}) {
    FrameReader reader(FrameOrigin::kWorker, 8);
    Recorder recorder;
    std::string bytes;
    append_subscribe(bytes, "1234567");
    append_subscribe(bytes, "12345678");
    base::Status status =
        reader.read(std::string_view(bytes).substr(0, is_cut ? 14 : 99), recorder);
    if (is_cut) {
      ASSERT_TRUE(status);
      status = reader.read(std::string_view(bytes).substr(14), recorder);
    }
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().text, "a frame of 9 bytes is longer than 8");
    EXPECT_EQ(recorder.lines, Lines{"2 v0 #0 n0 <1234567> "});
  }
}

TEST(FrameReader, RefusesAnAnnouncedLengthBeforeItsBytesCome) {
  FrameReader reader(FrameOrigin::kWorker);
  Recorder recorder;
  EXPECT_FALSE(reader.read("\xff\xff\xff\xff", recorder));
  EXPECT_EQ(reader.buffered_bytes(), 0U);
}

TEST(FrameReader, RaisesItsLimitInsideACall) {
  class Raising final : public FrameSink {
   public:
    explicit Raising(FrameReader& reader) : reader_(reader) {}
    Go on_frame(const Frame& /*frame*/) override {
      reader_.set_max_frame_bytes(100);
      ++count;
      return Go::kOn;
    }
    int count = 0;

   private:
    FrameReader& reader_;
  };
  FrameReader reader(FrameOrigin::kWorker, 8);
  Raising sink(reader);
  std::string bytes;
  append_subscribe(bytes, "1");
  append_subscribe(bytes, "123456789");
  EXPECT_TRUE(reader.read(bytes, sink));
  EXPECT_EQ(sink.count, 2);
}

TEST(FrameReader, RefusesWhatIsMalformed) {
  const auto error_of = [](FrameOrigin origin, std::string_view bytes) {
    FrameReader reader(origin);
    Recorder recorder;
    const base::Status status = reader.read(bytes, recorder);
    EXPECT_TRUE(recorder.lines.empty());
    return status ? std::string() : status.error().text;
  };
  const auto frame = [](std::string_view kind_and_body) {
    return std::string(1, static_cast<char>(kind_and_body.size())) + std::string(3, '\0') +
           std::string(kind_and_body);
  };
  using namespace std::string_view_literals;
  const auto worker = FrameOrigin::kWorker;
  const auto broker = FrameOrigin::kBroker;
  EXPECT_EQ(error_of(worker, frame("")), "a frame without a kind");
  EXPECT_EQ(error_of(worker, frame("\0"sv)), "a frame of the unknown kind 0");
  EXPECT_EQ(error_of(worker, frame("\x07")), "a frame of the unknown kind 7");
  EXPECT_EQ(error_of(worker, frame("\x41\x01\0"sv)), "a frame of the unknown kind 65");
  EXPECT_EQ(error_of(broker, frame("\x05")), "a frame of the unknown kind 5");
  EXPECT_EQ(error_of(broker, frame("\x46")), "a frame of the unknown kind 70");
  const std::string malformed = " with a malformed body";
  EXPECT_EQ(error_of(worker, frame("\x01\x01\0\0\0\0"sv)), "a frame of kind 1" + malformed);
  EXPECT_EQ(error_of(worker, frame("\x04\x01\0\0"sv)), "a frame of kind 4" + malformed);
  EXPECT_EQ(error_of(worker, frame("\x04\x02\0\0\0a"sv)), "a frame of kind 4" + malformed);
  EXPECT_EQ(error_of(worker, frame("\x04\xff\xff\xff\xff"sv)), "a frame of kind 4" + malformed);
  EXPECT_EQ(error_of(worker, frame("\x05 "sv)), "a frame of kind 5" + malformed);
  EXPECT_EQ(error_of(worker, frame("\x06\0\0\0"sv)), "a frame of kind 6" + malformed);
  EXPECT_EQ(error_of(broker, frame("\x41\x01"sv)), "a frame of kind 65" + malformed);
  EXPECT_EQ(error_of(broker, frame("\x41\x01\0\0"sv)), "a frame of kind 65" + malformed);
  EXPECT_EQ(error_of(broker, frame("\x42\0\0\0\0\0\0\0"sv)), "a frame of kind 66" + malformed);
  EXPECT_EQ(error_of(broker, frame("\x42\0\0\0\0\0\0\0\0\0"sv)), "a frame of kind 66" + malformed);
}

}  // namespace
}  // namespace socketcluster::broker
