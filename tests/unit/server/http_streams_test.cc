// SPDX-License-Identifier: MIT
// Answers over HTTP that an application writes bit by bit.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "unit/server/http_test.h"

namespace socketcluster::server {
namespace {

using test::HttpAnswer;
using test::TcpClient;

class HttpStreams : public test::HttpTest {};

TEST_F(HttpStreams, StreamsAsFastAsTheClientReads) {
  constexpr int kPieces = 100;
  int written = 0;
  http().get("/", [&](const HttpRequest&, HttpReply reply) {
    const HttpStream stream = reply.stream();
    const auto pump = [&written, stream] {
      const std::string piece(50'000, 'x');
      while (written < kPieces) {
        ++written;
        if (!stream.write(piece)) return;
      }
      stream.end("end");
    };
    stream.on_drain(pump);
    pump();
  });
  TcpClient client(test_);
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const HttpAnswer answer = test::parse_answer(client.receive_all());
  EXPECT_TRUE(answer.has_line("Transfer-Encoding: chunked"));
  EXPECT_EQ(written, kPieces);
  EXPECT_GT(answer.body.size(), 50'000U * kPieces);
  EXPECT_EQ(answer.body.substr(answer.body.size() - 15), "\r\n3\r\nend\r\n0\r\n\r\n");
}

TEST_F(HttpStreams, TellsAStreamThatItsClientIsGone) {
  std::optional<HttpStream> stream;
  int closed = 0;
  http().get("/", [&](const HttpRequest&, HttpReply reply) {
    stream.emplace(reply.stream(1000));
    stream->on_close([&closed, copy = *stream] { ++closed; });  // a cycle that the end breaks
    stream->write("x");
  });
  {
    TcpClient client(test_);
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(client.receive_until(
        [](const std::string& text) { return text.find("\r\n\r\nx") != std::string::npos; }));
  }
  EXPECT_TRUE(test_.run_until([&] {
    stream->write("x");
    return closed > 0;
  }));
  EXPECT_FALSE(stream->is_open());
  int told_late = 0;
  stream->on_close([&] { ++told_late; });
  test_.run_some();
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(told_late, 0);
}

// Nothing would break the cycle if it captured its stream.
TEST_F(HttpStreams, KeepsNoDrainHandlerOfAStreamThatIsNotOpen) {
  const auto captured = std::make_shared<int>(0);
  std::optional<HttpStream> stream;
  http().get("/", [&](const HttpRequest&, const HttpReply& reply) {
    reply.text("answered");
    stream.emplace(reply.stream());
    stream->on_drain([captured] {});
  });
  EXPECT_EQ(ask("GET", "/").body, "answered");
  ASSERT_TRUE(stream.has_value());
  EXPECT_FALSE(stream->is_open());
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(HttpStreams, ReportsAStreamThatIsDropped) {
  http().get("/", [](const HttpRequest&, HttpReply reply) { reply.stream(10).write("abc"); });
  EXPECT_EQ(ask("GET", "/").body, "abc");
  EXPECT_EQ(test_.log.count("HTTP GET /: the stream was dropped before its end"), 1);
}

TEST_F(HttpStreams, LeavesNothingBehindWhenTheWorkerEndsDuringAnswers) {
  std::optional<HttpReply> reply_kept;
  std::optional<HttpStream> stream_kept;
  std::optional<HttpNext> next_kept;
  http().use([&](const HttpRequest& request, const HttpReply&, HttpNext next) {
    if (request.path() == "/wait") {
      next_kept = std::move(next);
    } else {
      next();
    }
  });
  http().get("/reply", [&](const HttpRequest&, HttpReply reply) { reply_kept = std::move(reply); });
  http().get("/stream", [&](const HttpRequest&, HttpReply reply) {
    stream_kept.emplace(reply.stream());
    stream_kept->on_close([copy = *stream_kept] {});
    stream_kept->on_drain([copy = *stream_kept] {});
  });
  TcpClient a(test_), b(test_), c(test_);
  a.send("GET /reply HTTP/1.1\r\nHost: h\r\n\r\n");
  b.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  c.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(test_.run_until([&] { return reply_kept && stream_kept && next_kept; }));
  test_.core.reset();
  EXPECT_FALSE(reply_kept->is_open());
  EXPECT_FALSE(stream_kept->is_open());
}

}  // namespace
}  // namespace socketcluster::server
