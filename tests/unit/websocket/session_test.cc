// SPDX-License-Identifier: MIT
#include "websocket/session.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/websocket/client_frames.h"
#include "unit/websocket/server_frames.h"

namespace socketcluster::websocket {
namespace {

using std::chrono::milliseconds;
using test::frame;
using test::text_frame;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class TestSession final : public Session {
 public:
  // Outlives the session, which deletes itself.
  struct Record {
    std::vector<std::string> calls;
    std::function<void(TestSession&, std::string_view)> when_message;
    std::function<void(TestSession&)> when_end;
    net::OutputLimits limits;
    bool is_deleted = false;
  };

  TestSession(Record& record, std::size_t max_message_bytes)
      : Session(max_message_bytes), record_(record) {}

  void arm(std::uint64_t in_ms) { loop().timers().arm(*this, loop().now_ms() + in_ms); }
  const net::OutputLimits& output_limits() const override { return record_.limits; }

 private:
  ~TestSession() override { record_.is_deleted = true; }
  void on_message(MessageKind kind, std::string_view payload) override {
    record_.calls.push_back((kind == MessageKind::kText ? "text:" : "binary:") +
                            std::string(payload));
    if (record_.when_message) record_.when_message(*this, payload);
  }
  void on_session_end(std::uint16_t code, std::string_view reason) override {
    record_.calls.push_back("end:" + std::to_string(code) + ":" + std::string(reason));
    if (record_.when_end) record_.when_end(*this);
  }
  void on_deadline() override { record_.calls.emplace_back("deadline"); }

  Record& record_;
};

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    peer_ = ends[0];
    ::fcntl(peer_, F_SETFL, O_NONBLOCK);
    connection_ = &loop_.adopt(ends[1]);
  }
  ~SessionTest() override { drop(); }

  TestSession& session() {
    if (session_ == nullptr) {
      session_ = new TestSession(record_, 1 << 20);
      session_->attach(*connection_, agreement_, context_);
    }
    return *session_;
  }

  void drop() {
    if (peer_ >= 0) ::close(peer_);
    peer_ = -1;
  }
  void turn(int times = 4) {
    for (int i = 0; i < times; ++i) loop_.run_once(milliseconds(0));
  }
  template <typename Predicate>
  bool run_until(Predicate predicate) {
    for (int i = 0; i < 10'000; ++i) {
      if (predicate()) return true;
      loop_.run_once(milliseconds(1));
    }
    return false;
  }
  void send(std::string_view bytes) {
    session();
    EXPECT_TRUE(run_until([&] {
      const ssize_t sent = ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      return bytes.empty();
    }));
    turn();
  }
  // See server_frames.h; "end" and "nothing" besides.
  std::string next() {
    std::string item = "nothing";
    run_until([&] {
      if (test::take_server_frame(received_, item)) return true;
      std::array<char, 65536> buffer;
      const ssize_t size = ::recv(peer_, buffer.data(), buffer.size(), 0);
      if (size > 0) received_.append(buffer.data(), static_cast<std::size_t>(size));
      if (size > 0 || (size < 0 && errno == EAGAIN)) return false;
      item = size == 0 ? "end" : "reset";
      return true;
    });
    return item;
  }
  std::string close_frame(int code, std::string_view reason = "") {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return frame(Opcode::kClose, payload.append(reason));
  }
  bool is_gone() {
    return run_until([&] { return record_.is_deleted && loop_.connection_count() == 0; });
  }

  TestSession::Record record_;
  std::optional<DeflateAgreement> agreement_;
  DeflateContext context_{DeflateOptions{.enabled = true, .threshold_bytes = 16}};
  net::EventLoop loop_;
  net::Connection* connection_ = nullptr;
  TestSession* session_ = nullptr;
  int peer_ = -1;
  std::string received_;
};

// ---- Messages ----------------------------------------------------------------------------------

TEST_F(SessionTest, HandsOverMessages) {
  send(text_frame("one") + frame(Opcode::kBinary, "two") + frame(Opcode::kText, "th", Final::kNo) +
       frame(Opcode::kContinuation, "ree") + text_frame(""));
  EXPECT_THAT(record_.calls, ElementsAre("text:one", "binary:two", "text:three", "text:"));
}

TEST_F(SessionTest, HandsOverWhatWasReceivedWithTheUpgrade) {
  std::string bytes = text_frame("early") + text_frame("cut").substr(0, 4);
  session().receive(bytes);
  send(text_frame("cut").substr(4));
  EXPECT_THAT(record_.calls, ElementsAre("text:early", "text:cut"));
}

TEST_F(SessionTest, AnswersPingsWithTheirPayloadAndIgnoresPongs) {
  send(frame(Opcode::kPing, "") + frame(Opcode::kPong, "x") +
       frame(Opcode::kPing, std::string(125, 'p')));
  EXPECT_EQ(next(), "pong:");
  EXPECT_EQ(next(), "pong:" + std::string(125, 'p'));
  EXPECT_THAT(record_.calls, IsEmpty());
}

TEST_F(SessionTest, SendsMessagesOfAnySizeInOrder) {
  const std::size_t sizes[] = {
      0, 1, 125, 126, 1000, 60 * 1024 - 1, 60 * 1024, 60 * 1024 + 1, 65535, 65536, 200'000};
  session();
  for (const std::size_t size : sizes) {
    const std::string text(size, static_cast<char>('a' + size % 26));
    session().send_text(text);
    session().send_binary(text);
    session().write_text(size, [&](char* out) { std::memcpy(out, text.data(), size); });
    session().write_frame(make_frame(Opcode::kText, text));
  }
  for (const std::size_t size : sizes) {
    const std::string text(size, static_cast<char>('a' + size % 26));
    ASSERT_EQ(next(), text);
    ASSERT_EQ(next(), "binary:" + text);
    ASSERT_EQ(next(), text);
    ASSERT_EQ(next(), text);
  }
}

TEST_F(SessionTest, CompressesWhatPaysWhenAgreedOn) {
  agreement_ =
      DeflateAgreement{.server_no_context_takeover = true, .client_no_context_takeover = true};
  const std::string text(500, 'z');
  session().send_text(text);
  session().write_text(text.size(), [&](char* out) { std::memcpy(out, text.data(), 500); });
  session().send_text("short");
  Inflater inflater(15, Takeover::kNo);
  std::vector<char> buffer;
  for (int i = 0; i < 2; ++i) {
    const std::string item = next();
    ASSERT_THAT(item, StartsWith("compressed:"));
    EXPECT_EQ(inflater.inflate(std::string_view(item).substr(11), 1000, buffer).text, text);
  }
  EXPECT_EQ(next(), "short");
  send(frame(Opcode::kPing, std::string(100, 'p')));  // never compressed
  EXPECT_EQ(next(), "pong:" + std::string(100, 'p'));
}

// ---- The peer closes ---------------------------------------------------------------------------

TEST_F(SessionTest, AnswersACloseFrameWithItsCodeAndClosesFirst) {
  send(text_frame("x") + close_frame(4321, "bye") + text_frame("ignored") + close_frame(1000));
  EXPECT_THAT(record_.calls, ElementsAre("text:x", "end:4321:bye"));
  EXPECT_EQ(next(), "close:4321:bye");
  EXPECT_EQ(next(), "end");
  drop();
  EXPECT_TRUE(is_gone());
  EXPECT_EQ(record_.calls.size(), 2U);
}

TEST_F(SessionTest, AnswersAnEmptyCloseFrameWithAnEmptyOne) {
  send(frame(Opcode::kClose, ""));
  EXPECT_EQ(next(), "close:-:");
  EXPECT_EQ(next(), "end");
  EXPECT_THAT(record_.calls, ElementsAre("end:1005:"));
}

TEST_F(SessionTest, FailsTheConnectionWithTheReason) {
  send(text_frame("x") + frame(Opcode::kContinuation, "y") + text_frame("ignored"));
  EXPECT_THAT(next(), StartsWith("close:1002:"));
  EXPECT_EQ(next(), "end");
  EXPECT_THAT(record_.calls, ElementsAre("text:x", StartsWith("end:1002:")));
}

TEST_F(SessionTest, MessageThatIsTooLargeNeedsNoReason) {
  send(test::client_header({}, (1 << 20) + 1));
  EXPECT_EQ(next(), "close:1009:");
  EXPECT_EQ(next(), "end");
  EXPECT_THAT(record_.calls, ElementsAre(StartsWith("end:1009:")));
}

TEST_F(SessionTest, EndWithoutCloseFrameIsALoss) {
  send(text_frame("x"));
  ::shutdown(peer_, SHUT_WR);
  EXPECT_EQ(next(), "end");
  EXPECT_THAT(record_.calls, ElementsAre("text:x", "end:1006:"));
  EXPECT_TRUE(is_gone());
}

TEST_F(SessionTest, LostConnectionIsReportedOnce) {
  session();
  drop();
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:1006:"));
}

TEST_F(SessionTest, DestroyedLoopEndsTheSession) {
  auto loop = std::make_unique<net::EventLoop>();
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  (new TestSession(record_, 100))->attach(loop->adopt(ends[1]), {}, context_);
  loop.reset();
  EXPECT_TRUE(record_.is_deleted);
  EXPECT_THAT(record_.calls, ElementsAre("end:1006:"));
  ::close(ends[0]);
}

// ---- This side closes --------------------------------------------------------------------------

TEST_F(SessionTest, CloseSendsItsFrameAndAwaitsTheOther) {
  session().send_text("before");
  session().close(4000, "why");
  EXPECT_FALSE(session().is_open());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:why"));
  session().close(4001, "again");
  session().send_text("ignored");
  session().send_binary("ignored");
  session().write_frame(make_frame(Opcode::kText, "ignored"));
  session().write_text(7, [](char*) { FAIL(); });
  EXPECT_EQ(next(), "before");
  EXPECT_EQ(next(), "close:4000:why");
  send(text_frame("ignored") + frame(Opcode::kPing, "ignored"));
  EXPECT_EQ(loop_.connection_count(), 1U);
  send(close_frame(4000));
  EXPECT_EQ(next(), "end");
  drop();
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:why"));
}

TEST_F(SessionTest, CloseWithoutStatusIsAnEmptyFrame) {
  session().close(CloseCode::kNoStatus, "");
  EXPECT_EQ(next(), "close:-:");
}

TEST_F(SessionTest, EndsWhenTheOtherCloseFrameDoesNotCome) {
  session().close(4000, "");
  EXPECT_EQ(next(), "close:4000:");
  EXPECT_EQ(next(), "end");  // after kCloseTimeoutMs
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:"));
}

TEST_F(SessionTest, PeerMayEndInsteadOfAnsweringTheClose) {
  session().close(4000, "");
  turn();
  ::shutdown(peer_, SHUT_WR);
  EXPECT_EQ(next(), "close:4000:");
  EXPECT_EQ(next(), "end");
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:"));
}

TEST_F(SessionTest, PeerMayBreakTheProtocolInsteadOfAnsweringTheClose) {
  session().close(4000, "");
  send(frame(Opcode::kContinuation, "y"));
  EXPECT_EQ(next(), "close:4000:");
  EXPECT_EQ(next(), "end");
  drop();
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:"));
}

TEST_F(SessionTest, CloseFramesMayCross) {
  session().close(4000, "ours");
  send(close_frame(4001, "theirs"));
  EXPECT_EQ(next(), "close:4000:ours");
  EXPECT_EQ(next(), "end");
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:ours"));
}

TEST_F(SessionTest, NoMessageComesBehindACloseInsideOfAMessage) {
  record_.when_message = [](TestSession& self, std::string_view) { self.close(4000, ""); };
  send(text_frame("one") + text_frame("two") + frame(Opcode::kPing, "x") + close_frame(4000));
  EXPECT_THAT(record_.calls, ElementsAre("text:one", "end:4000:"));
  EXPECT_EQ(next(), "close:4000:");
  EXPECT_EQ(next(), "end");
}

TEST_F(SessionTest, TerminateDropsTheConnectionAtOnce) {
  session().send_text("lost");
  session().terminate();
  EXPECT_FALSE(session().is_open());
  EXPECT_THAT(record_.calls, ElementsAre("end:1006:"));
  session().terminate();
  session().close(1000, "");
  session().send_text("ignored");
  EXPECT_EQ(next(), "end");
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:1006:"));
}

TEST_F(SessionTest, TerminateInsideOfAMessageStopsReading) {
  record_.when_message = [](TestSession& self, std::string_view) { self.terminate(); };
  send(text_frame("one") + text_frame("two") + close_frame(1000));
  EXPECT_THAT(record_.calls, ElementsAre("text:one", "end:1006:"));
  EXPECT_TRUE(is_gone());
}

TEST_F(SessionTest, TerminateWhileTheCloseFrameIsAwaited) {
  session().close(4000, "");
  turn();
  session().terminate();
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:"));
}

TEST_F(SessionTest, NothingCanBeSentWhenTheEndIsReported) {
  record_.when_end = [](TestSession& self) {
    self.send_text("ignored");
    self.close(1000, "");
    self.terminate();
  };
  send(close_frame(4000));
  const std::string item = next();
  EXPECT_EQ(item, "close:4000:");
  drop();
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:"));
}

// ---- Slow peers, deadlines ----------------------------------------------------------------------

TEST_F(SessionTest, PeerThatDoesNotReadIsToldWhy) {
  record_.limits = {.soft_bytes = 64 * 1024, .hard_bytes = 256 * 1024};
  session();
  int sent = 0;
  for (; record_.calls.empty() && sent < 1000; ++sent) {
    session().send_text(std::string(30'000, 'x'));
    turn(1);
  }
  constexpr const char* kReason = "Client reads too slowly: outbound limit exceeded";
  EXPECT_THAT(record_.calls, ElementsAre(std::string("end:1013:") + kReason));
  int received = 0;
  std::string item = next();
  for (; item == std::string(30'000, 'x'); ++received) item = next();
  EXPECT_EQ(item, std::string("close:1013:") + kReason);
  EXPECT_LT(received, sent);
  EXPECT_EQ(next(), "end");
}

TEST_F(SessionTest, PeerThatDoesNotReadAfterOurCloseIsDropped) {
  record_.limits = {.soft_bytes = 64 * 1024, .hard_bytes = 256 * 1024};
  session();
  loop_.post([this] {
    for (int i = 0; i < 100; ++i) session().send_text(std::string(30'000, 'x'));
    session().close(4000, "");
  });
  EXPECT_TRUE(is_gone());
  EXPECT_THAT(record_.calls, ElementsAre("end:4000:"));
}

TEST_F(SessionTest, DeadlineIsTheDerivedClassesUntilTheEnd) {
  session().arm(1);
  EXPECT_TRUE(run_until([&] { return !record_.calls.empty(); }));
  EXPECT_THAT(record_.calls, ElementsAre("deadline"));
  session().arm(2);
  send(close_frame(1000));
  for (int i = 0; i < 5; ++i) loop_.run_once(milliseconds(1));
  EXPECT_THAT(record_.calls, ElementsAre("deadline", "end:1000:"));
}

}  // namespace
}  // namespace socketcluster::websocket
