// SPDX-License-Identifier: MIT
// Bodies that are larger than what may be queued.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "unit/http/http_connection_test.h"

namespace socketcluster::http {
namespace {

using test::ClientEnd;
using test::kGetA;
using test::kGetB;
using test::PatternBody;
using test::response;

class LargeBodies : public test::HttpConnectionTest {};

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = PatternBody::at(i);
  return text;
}

TEST_F(LargeBodies, StreamsALargeBodyAndThenTheNextAnswer) {
  static constexpr std::uint64_t kSize = 5'000'000;  // above the connection's hard output limit
  handler_.handle = [](const Request& request, Exchange exchange) {
    if (request.path() == "/b") return exchange.respond(Response(200, "next"));
    exchange.respond(Response(200), kSize, std::make_unique<PatternBody>(kSize));
  };
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kGetB));
  const std::string expected = response(pattern(kSize)) + response("next");
  EXPECT_TRUE(client.receive(expected.size()) == expected);
}

TEST_F(LargeBodies, StreamsALargeStringAndCloses) {
  const std::string text = pattern(5'000'000);
  handler_.handle = [&text](const Request&, Exchange exchange) {
    exchange.respond(Response(200, text).with_close());
  };
  ClientEnd client = connect();
  client.send(kGetA);
  EXPECT_TRUE(client.receive_all() == response(text, "Connection: close\r\n"));
}

TEST_F(LargeBodies, DoesNotReadABodyFasterThanThePeerTakesIt) {
  std::uint64_t produced = 0;
  class CountingBody final : public BodySource {
   public:
    explicit CountingBody(std::uint64_t& count) : count_(count) {}
    std::size_t read(std::span<char> buffer) override {
      count_ += buffer.size();
      return buffer.size();
    }

   private:
    std::uint64_t& count_;
  };
  handler_.handle = [&](const Request&, Exchange exchange) {
    exchange.respond(Response(200), 1'000'000'000, std::make_unique<CountingBody>(produced));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  ASSERT_TRUE(client.run_until([&] { return produced > 0; }));
  for (int i = 0; i < 100; ++i) client.run_some();
  EXPECT_LT(produced, 4'000'000U);  // window and socket buffers
}

TEST_F(LargeBodies, PeerThatTakesNothingIsResetAfterTheSendTimeout) {
  options_.send_timeout_ms = 1;
  handler_.handle = [](const Request&, Exchange exchange) {
    exchange.respond(Response(200), 50'000'000, std::make_unique<PatternBody>(50'000'000));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  EXPECT_TRUE(client.run_until([&] { return loop_.connection_count() == 0; }));
}

TEST_F(LargeBodies, BodyThatEndsEarlyClosesTheConnection) {
  handler_.handle = [](const Request&, Exchange exchange) {
    exchange.respond(Response(200), 1000, std::make_unique<PatternBody>(10));
  };
  ClientEnd client = connect();
  client.send(kGetA);
  const std::string received = client.receive_all();
  EXPECT_TRUE(received.ends_with("Content-Length: 1000\r\n\r\n" + pattern(10))) << received;
}

TEST_F(LargeBodies, FloodOfPipelinedRequestsWaitsForThePeer) {
  const std::string body = pattern(1000);
  int answered = 0;
  handler_.handle = [&](const Request&, Exchange exchange) {
    ++answered;
    exchange.respond(Response(200, body));
  };
  ClientEnd client = connect();
  static constexpr int kRequests = 3000;
  std::string flood;
  for (int i = 0; i < kRequests; ++i) flood += kGetA;
  client.send(flood);
  client.run_some();
  for (int i = 0; i < 100; ++i) client.run_some();
  EXPECT_LT(answered, kRequests / 2);
  const std::size_t size = response(body).size();
  const std::string received = client.receive(size * kRequests);
  EXPECT_EQ(received.size(), size * kRequests);
  EXPECT_TRUE(received.ends_with(response(body)));
  EXPECT_EQ(answered, kRequests);
}

}  // namespace
}  // namespace socketcluster::http
