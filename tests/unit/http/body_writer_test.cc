// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.h"
#include "http/http_connection.h"
#include "unit/http/client_end.h"

namespace socketcluster::http {
namespace {

using test::ClientEnd;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kGetAndClose = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

class BodyWriterTest : public ::testing::Test, public RequestHandler {
 protected:
  void on_request(const Request& /*request*/, Exchange exchange) override {
    writer_.emplace(exchange.respond_stream(Response(200), length_, [this](StreamEvent event) {
      events_.push_back(event);
      if (on_event_) on_event_(event);
    }));
    if (on_open_) on_open_();
  }

  ClientEnd connect() {
    return ClientEnd(loop_, [this](net::Connection& connection) { service_.serve(connection); });
  }
  void wait_for_writer(ClientEnd& client) {
    ASSERT_TRUE(client.run_until([this] { return writer_.has_value(); }));
  }
  std::string body_of(const std::string& response) {
    return response.substr(response.find("\r\n\r\n") + 4);
  }

  std::optional<std::uint64_t> length_;
  std::function<void()> on_open_;
  std::function<void(StreamEvent)> on_event_;
  std::vector<StreamEvent> events_;
  std::optional<BodyWriter> writer_;
  HttpService service_{*this, HttpOptions{}};
  net::EventLoop loop_;
};

TEST_F(BodyWriterTest, SendsChunksWhenTheLengthIsNotKnown) {
  ClientEnd client = connect();
  client.send(kGetAndClose);
  wait_for_writer(client);
  EXPECT_TRUE(writer_->write("0123456789abcdef"));
  EXPECT_TRUE(writer_->write(""));  // no chunk: an empty one would be the last
  EXPECT_TRUE(writer_->write("x"));
  writer_->end();
  EXPECT_FALSE(writer_->is_open());
  const std::string response = client.receive_all();
  EXPECT_NE(response.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(response.find("Content-Length"), std::string::npos);
  EXPECT_EQ(body_of(response), "10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n");
  EXPECT_TRUE(events_.empty());
}

TEST_F(BodyWriterTest, KeepsTheConnectionForTheNextRequest) {
  on_open_ = [this] {
    writer_->write("a");
    writer_->end();
  };
  ClientEnd client = connect();
  client.send(std::string(kGet) + std::string(kGetAndClose));
  const std::string both = client.receive_all();
  EXPECT_NE(both.find("1\r\na\r\n0\r\n\r\nHTTP/1.1 200"), std::string::npos);
  EXPECT_EQ(both.substr(both.size() - 11), "1\r\na\r\n0\r\n\r\n");
}

TEST_F(BodyWriterTest, SendsExactlyTheAnnouncedLength) {
  length_ = 4;
  ClientEnd client = connect();
  client.send(kGetAndClose);
  wait_for_writer(client);
  writer_->write("abc");
  writer_->write("def");
  writer_->end();
  const std::string response = client.receive_all();
  EXPECT_NE(response.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_EQ(body_of(response), "abcd");
}

TEST_F(BodyWriterTest, ClosesWhenFewerBytesThanAnnouncedCame) {
  length_ = 4;
  ClientEnd client = connect();
  client.send(kGet);
  wait_for_writer(client);
  writer_->write("abc");
  writer_->end();
  EXPECT_EQ(body_of(client.receive_all()), "abc");
}

TEST_F(BodyWriterTest, ClosesWithoutALastChunkWhenItIsDropped) {
  ClientEnd client = connect();
  client.send(kGet);
  wait_for_writer(client);
  writer_->write("abc");
  writer_.reset();
  EXPECT_EQ(body_of(client.receive_all()), "3\r\nabc\r\n");
}

TEST_F(BodyWriterTest, EndsByClosingForHttp10) {
  ClientEnd client = connect();
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  wait_for_writer(client);
  writer_->write("abc");
  writer_->end();
  const std::string response = client.receive_all();
  EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(response.find("chunked"), std::string::npos);
  EXPECT_EQ(body_of(response), "abc");
}

TEST_F(BodyWriterTest, SendsNoBodyForHead) {
  ClientEnd client = connect();
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  wait_for_writer(client);
  EXPECT_TRUE(writer_->write("abc"));
  writer_->end();
  EXPECT_EQ(body_of(client.receive_all()), "");
}

TEST_F(BodyWriterTest, TellsWhenThePeerHasTakenWhatWaited) {
  ClientEnd client = connect();
  client.send(kGetAndClose);
  wait_for_writer(client);
  const std::string piece(100'000, 'x');
  std::size_t written = 0;
  bool has_room = true;
  while (has_room) {
    has_room = writer_->write(piece);
    written += piece.size();
  }
  EXPECT_LT(written, BodyWriter::kSoftBytes + 1'000'000);  // and what the kernel takes
  client.run_some();
  EXPECT_TRUE(events_.empty());                         // the peer reads nothing
  on_event_ = [this](StreamEvent) { writer_->end(); };  // destroys the observer's registration
  const std::string response = client.receive_all();
  EXPECT_EQ(events_, std::vector{StreamEvent::kDrained});
  EXPECT_EQ(response.substr(response.size() - 7), "\r\n0\r\n\r\n");
  EXPECT_GT(response.size(), written);
}

TEST_F(BodyWriterTest, DeliversALargeBodyThatWasEndedBeforeItWasTaken) {
  length_ = 3'000'000;
  on_open_ = [this] {
    for (int i = 0; i < 30; ++i)
      writer_->write(std::string(100'000, static_cast<char>('a' + i % 26)));
    writer_->end();
  };
  ClientEnd client = connect();
  client.send(kGetAndClose);
  const std::string body = body_of(client.receive_all());
  ASSERT_EQ(body.size(), 3'000'000U);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(body[i * 100'000 + 99'999], 'a' + char(i % 26));
  EXPECT_TRUE(events_.empty());
}

TEST_F(BodyWriterTest, EndsTheConnectionOfAPeerThatLeavesTooMuchWaiting) {
  ClientEnd client = connect();
  client.send(kGet);
  wait_for_writer(client);
  const std::string piece(1'000'000, 'x');
  std::size_t written = 0;
  while (writer_->is_open() && written < 4 * BodyWriter::kHardBytes) {
    writer_->write(piece);
    written += piece.size();
  }
  EXPECT_FALSE(writer_->is_open());
  EXPECT_GT(written, BodyWriter::kHardBytes);
  EXPECT_LT(written, BodyWriter::kHardBytes + 4 * piece.size());
  client.run_some();
  EXPECT_EQ(events_, std::vector{StreamEvent::kClosed});
}

TEST_F(BodyWriterTest, TellsWhenThePeerIsGone) {
  {
    ClientEnd client = connect();
    client.send(kGet);
    wait_for_writer(client);
  }
  for (int i = 0; i < 1000 && events_.empty(); ++i) {
    writer_->write("x");
    loop_.run_once(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(events_, std::vector{StreamEvent::kClosed});
  EXPECT_FALSE(writer_->is_open());
  EXPECT_FALSE(writer_->write("x"));
  writer_->end();
}

TEST_F(BodyWriterTest, IsNotOpenWhenTheExchangeWasAnsweredBefore) {
  std::optional<Exchange> kept;
  class Keeper final : public RequestHandler {
   public:
    explicit Keeper(std::optional<Exchange>& place) : place_(place) {}
    void on_request(const Request&, Exchange exchange) override {
      place_.emplace(std::move(exchange));
    }

   private:
    std::optional<Exchange>& place_;
  } keeper(kept);
  HttpService service(keeper, HttpOptions{});
  ClientEnd client(loop_, [&](net::Connection& connection) { service.serve(connection); });
  client.send(kGet);
  ASSERT_TRUE(client.run_until([&] { return kept.has_value(); }));
  kept->respond(Response::text(200));
  BodyWriter writer = kept->respond_stream(Response(200), std::nullopt, [](StreamEvent) {});
  EXPECT_FALSE(writer.is_open());
  EXPECT_FALSE(writer.write("x"));
  loop_.drop_connections();  // they are the local service's
}

TEST_F(BodyWriterTest, PutsExtraFieldsInThePlaceOfTheAnswersOwn) {
  class Answerer final : public RequestHandler {
   public:
    void on_request(const Request&, Exchange exchange) override {
      exchange.set_extra_fields({{"cache-control", "no-store"}, {"Set-Cookie", "a=1"}});
      exchange.respond(Response(200)
                           .with("Cache-Control", "public")
                           .with("Set-Cookie", "b=2")
                           .with("X-Kept", "yes"));
    }
  } answerer;
  HttpService service(answerer, HttpOptions{});
  ClientEnd client(loop_, [&](net::Connection& connection) { service.serve(connection); });
  client.send(kGetAndClose);
  const std::string response = client.receive_all();
  EXPECT_EQ(response.find("public"), std::string::npos);
  EXPECT_NE(response.find("cache-control: no-store\r\n"), std::string::npos);
  EXPECT_NE(response.find("Set-Cookie: a=1\r\n"), std::string::npos);
  EXPECT_NE(response.find("Set-Cookie: b=2\r\n"), std::string::npos);
  EXPECT_NE(response.find("X-Kept: yes\r\n"), std::string::npos);
  loop_.drop_connections();  // they are the local service's
}

}  // namespace
}  // namespace socketcluster::http
