// SPDX-License-Identifier: MIT
#include "ipc/control_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "unit/base/recording_log.h"

namespace socketcluster::ipc {
namespace {

using std::chrono::milliseconds;

struct Recorder final : ControlHandler {
  void on_control(std::string_view type, const JsonObject& message,
                  MessageRespond respond) override {
    types.emplace_back(type);
    messages.push_back(message);
    responds.push_back(std::move(respond));
    if (on_message) on_message();
  }
  void on_control_closed() override { ++closed; }

  std::vector<std::string> types;
  std::vector<JsonObject> messages;
  std::vector<MessageRespond> responds;
  std::function<void()> on_message;
  int closed = 0;
};

// A channel at each end of a socket pair, on one loop.
class ControlChannelTest : public testing::Test {
 protected:
  ControlChannelTest() {
    auto pair = make_control_pair();
    EXPECT_TRUE(pair);
    left = std::make_unique<ControlChannel>(loop, pair->first, log, left_handler);
    raw_right = pair->second;
  }
  ~ControlChannelTest() override {
    left.reset();
    right.reset();
    if (raw_right >= 0) ::close(raw_right);
  }

  void open_right() {
    right =
        std::make_unique<ControlChannel>(loop, std::exchange(raw_right, -1), log, right_handler);
  }
  template <typename Condition>
  void run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < end) loop.run_once(milliseconds(50));
    ASSERT_TRUE(condition());
  }
  void send_raw(std::string_view bytes) {
    ASSERT_EQ(::send(raw_right, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  net::EventLoop loop;
  test::RecordingLog log;
  Recorder left_handler, right_handler;
  std::unique_ptr<ControlChannel> left, right;
  int raw_right = -1;
};

std::string frame(std::string_view text) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(text.size() >> (8 * i) & 0xff);
  return bytes + std::string(text);
}

TEST_F(ControlChannelTest, CarriesMessagesInOrder) {
  open_right();
  ASSERT_TRUE(left->send({{"type", "first"}, {"data", {1, "\xc3\xbc", nullptr}}}));
  ASSERT_TRUE(left->send({{"type", "second"}}));
  run_until([&] { return right_handler.types.size() == 2; });
  EXPECT_EQ(right_handler.types, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(right_handler.messages[0].at("data"), Json({1, "\xc3\xbc", nullptr}));
  EXPECT_FALSE(right_handler.responds[0].is_wanted());
}

TEST_F(ControlChannelTest, ReadsAMessageThatIsCutAnywhere) {
  const std::string bytes = frame(R"({"type":"a"})") + frame(R"({"type":"bb"})");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    left_handler.types.clear();
    send_raw(bytes.substr(0, cut));
    loop.run_once(milliseconds(0));
    send_raw(bytes.substr(cut));
    run_until([&] { return left_handler.types.size() == 2; });
    EXPECT_EQ(left_handler.types, (std::vector<std::string>{"a", "bb"})) << cut;
  }
}

TEST_F(ControlChannelTest, AnswersRequestsOfBothSides) {
  open_right();
  Json from_right, from_left;
  std::string error;
  left->request({{"type", "message"}}, milliseconds(10000),
                [&](const auto& /*error*/, const Json& data) { from_right = data; });
  right->request({{"type", "message"}}, milliseconds(10000),
                 [&](const auto& /*error*/, const Json& data) { from_left = data; });
  left->request({{"type", "message"}}, milliseconds(10000),
                [&](const auto& failure, const Json&) { error = failure->message(); });
  run_until(
      [&] { return right_handler.responds.size() == 2 && left_handler.responds.size() == 1; });
  right_handler.responds[1](Error("NopeError", "nope"));
  right_handler.responds[0](Json(17));
  right_handler.responds[0](Json(18));  // only the first counts
  left_handler.responds[0](Json("left"));
  EXPECT_FALSE(right_handler.responds[0].is_wanted());
  run_until([&] { return !error.empty() && !from_left.is_null() && !from_right.is_null(); });
  EXPECT_EQ(from_right, Json(17));
  EXPECT_EQ(from_left, Json("left"));
  EXPECT_EQ(error, "nope");
}

TEST_F(ControlChannelTest, TellsWhenNoAnswerComesInTime) {
  std::optional<Error> error;
  left->request({{"type", "message"}}, milliseconds(1),
                [&](const auto& failure, const Json&) { error = failure; });
  run_until([&] { return error.has_value(); });
  EXPECT_EQ(error->name(), "TimeoutError");
  EXPECT_EQ(error->message(), "IPC response timed out");
}

TEST_F(ControlChannelTest, FailsWhatWaitsWhenTheOtherSideEnds) {
  open_right();
  std::vector<std::string> errors;
  const auto note = [&](const auto& failure, const Json&) { errors.emplace_back(failure->name()); };
  left->request({{"type", "message"}}, milliseconds(10000), note);
  run_until([&] { return right_handler.responds.size() == 1; });
  right.reset();
  run_until([&] { return left_handler.closed == 1; });
  left->request({{"type", "message"}}, milliseconds(10000), note);
  EXPECT_EQ(errors.size(), 1U);  // never inside the call
  run_until([&] { return errors.size() == 2; });
  EXPECT_EQ(errors, (std::vector<std::string>(2, "ProcessExitError")));
  right_handler.responds[0](Json(1));  // to nobody
}

TEST_F(ControlChannelTest, MayBeDestroyedByItsHandler) {
  send_raw(frame(R"({"type":"a"})") + frame(R"({"type":"b"})"));
  left_handler.on_message = [&] { left.reset(); };
  run_until([&] { return left == nullptr; });
  loop.run_once(milliseconds(0));
  EXPECT_EQ(left_handler.types.size(), 1U);
  EXPECT_EQ(left_handler.closed, 0);
}

TEST_F(ControlChannelTest, DeliversWhatWasSentBeforeItsEnd) {
  open_right();
  const std::string large(std::size_t{4} * 1024 * 1024, 'x');  // more than the kernel takes at once
  ASSERT_TRUE(left->send({{"type", "large"}, {"data", large}}));
  left.reset();
  run_until([&] { return right_handler.closed == 1; });
  ASSERT_EQ(right_handler.messages.size(), 1U);
  EXPECT_EQ(right_handler.messages[0].at("data").as_string().size(), large.size());
}

TEST_F(ControlChannelTest, LeavesOutWhatIsNoMessage) {
  for (const char* text : {"{", "[]", "17", R"({"no":"type"})", R"({"type":7})", "\xff"}) {
    send_raw(frame(text));
  }
  send_raw(frame(R"({"type":"good"})"));
  run_until([&] { return !left_handler.types.empty(); });
  EXPECT_EQ(left_handler.types, (std::vector<std::string>{"good"}));
  EXPECT_EQ(log.lines.size(), 6U);
}

TEST_F(ControlChannelTest, EndsWhenASizeIsOutOfRange) {
  send_raw(std::string("\x01\x00\x00\x01", 4));  // 16 MiB and one byte
  run_until([&] { return left_handler.closed == 1; });
  EXPECT_FALSE(left->is_open());
  EXPECT_TRUE(left->send({{"type", "late"}}));
}

TEST_F(ControlChannelTest, RefusesToSendTooMuch) {
  open_right();
  constexpr std::size_t kOverhead = sizeof(R"({"type":"t","data":""})") - 1;
  const std::string fits(ControlChannel::kMaxMessageBytes - kOverhead, 'x');
  EXPECT_TRUE(left->send({{"type", "t"}, {"data", fits}}));
  EXPECT_FALSE(left->send({{"type", "t"}, {"data", fits + "x"}}));
  run_until([&] { return right_handler.messages.size() == 1; });
  std::optional<Error> error;
  left->request({{"type", "t"}, {"data", fits}}, milliseconds(10000),
                [&](const auto& failure, const Json&) { error = failure; });
  run_until([&] { return error.has_value(); });
}

TEST_F(ControlChannelTest, TellsTheSenderThatAnAnswerIsTooLarge) {
  open_right();
  std::optional<Error> error;
  left->request({{"type", "message"}}, milliseconds(10000),
                [&](const auto& failure, const Json&) { error = failure; });
  run_until([&] { return right_handler.responds.size() == 1; });
  right_handler.responds[0](Json(std::string(ControlChannel::kMaxMessageBytes, 'x')));
  run_until([&] { return error.has_value(); });
}

TEST_F(ControlChannelTest, EndsWhenTheOtherSideDoesNotRead) {
  const std::string large(std::size_t{15} * 1024 * 1024, 'x');
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(left->send({{"type", "t"}, {"data", large}}));
  loop.run_once(milliseconds(0));
  EXPECT_EQ(left_handler.closed, 0);
  EXPECT_GT(left->queued_bytes(), 3 * large.size());
  ASSERT_TRUE(left->send({{"type", "t"}, {"data", large}}));
  run_until([&] { return left_handler.closed == 1; });
}

TEST_F(ControlChannelTest, ReadsOneMessageWithoutALoop) {
  ASSERT_TRUE(left->send({{"type", "start"}, {"n", 1}}));
  ASSERT_TRUE(left->send({{"type", "next"}}));
  loop.run_once(milliseconds(0));
  const auto message = read_message(raw_right, milliseconds(10000));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->at("n"), Json(1));
  open_right();  // the rest is still there
  run_until([&] { return right_handler.types.size() == 1; });
  EXPECT_EQ(right_handler.types[0], "next");
}

TEST_F(ControlChannelTest, ReadingWithoutALoopEndsWithTheOtherSide) {
  EXPECT_FALSE(read_message(raw_right, milliseconds(0)));
  left.reset();
  loop.run_once(milliseconds(0));
  const auto message = read_message(raw_right, milliseconds(10000));
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().text, "the master has ended");
}

TEST_F(ControlChannelTest, WritesOneMessageWithoutALoop) {
  const std::string large(std::size_t{8} * 1024 * 1024, 'x');
  std::thread writer([&] {
    EXPECT_TRUE(write_message(raw_right, {{"type", "failed"}, {"text", large}}));
  });
  run_until([&] { return left_handler.messages.size() == 1; });
  writer.join();
  EXPECT_EQ(left_handler.messages[0].at("text").as_string().size(), large.size());
}

}  // namespace
}  // namespace socketcluster::ipc
