// SPDX-License-Identifier: MIT
#include "server/status_meter.h"

#include <gtest/gtest.h>

#include "unit/server/worker_under_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::ask;
using test::SocketClient;
using test::WorkerUnderTest;

Options with_interval(milliseconds interval) {
  Options options;
  options.worker_status_interval = interval;
  return options;
}

const Traffic& traffic_of(WorkerUnderTest& test) {
  return test.core->sockets().traffic();
}

TEST(StatusMeter, CountsEachRequestAndMessageOnce) {
  WorkerUnderTest test;
  test.worker().server().on("echo",
                            [](Socket&, const Json& data, Respond respond) { respond(data); });
  EXPECT_EQ(ask(test, "GET", "/health-check").status, 200);
  EXPECT_EQ(ask(test, "GET", "/no-such-page").status, 404);
  EXPECT_EQ(traffic_of(test).http_requests, 2U);
  SocketClient client(test);
  EXPECT_EQ(traffic_of(test).http_requests, 3U);
  EXPECT_EQ(traffic_of(test).connections, 1U);
  EXPECT_EQ(traffic_of(test).messages_in, 1U);
  EXPECT_EQ(traffic_of(test).messages_out, 1U);
  client.send(R"({"event":"echo","data":7,"cid":2})");
  ASSERT_TRUE(client.wait_for(R"("rid":2)"));
  EXPECT_EQ(traffic_of(test).messages_in, 2U);
  EXPECT_EQ(traffic_of(test).messages_out, 2U);
}

TEST(StatusMeter, CountsAPublicationForEachReceiver) {
  WorkerUnderTest test;
  SocketClient first(test);
  SocketClient second(test);
  for (SocketClient* client : {&first, &second}) {
    client->send(R"({"event":"#subscribe","data":{"channel":"news"},"cid":2})");
    ASSERT_TRUE(client->wait_for(R"("rid":2)"));
  }
  const Traffic before = traffic_of(test);
  test.worker().exchange().publish("news", 1);
  ASSERT_TRUE(first.wait_for("#publish") && second.wait_for("#publish"));
  EXPECT_EQ(traffic_of(test).messages_in, before.messages_in);
  EXPECT_EQ(traffic_of(test).messages_out, before.messages_out + 2);
}

TEST(StatusMeter, ReportsHowManyThereAre) {
  WorkerUnderTest test;
  SocketClient client(test);
  for (const char* channel : {"a", "b"}) {
    client.send(R"({"event":"#subscribe","data":{"channel":")" + std::string(channel) +
                R"("},"cid":2})");
    ASSERT_TRUE(client.wait_for(R"("rid":2)"));
    client.connection.received.clear();
  }
  const JsonObject report = test.core->status().report();
  EXPECT_EQ(report.at("clients"), 1U);
  EXPECT_EQ(report.at("pendingClients"), 0U);
  EXPECT_EQ(report.at("channels"), 2U);
  EXPECT_EQ(report.at("subscriptions"), 2U);
}

TEST(StatusMeter, GivesTheFiguresOfTheOriginal) {
  WorkerUnderTest test(with_interval(std::chrono::hours(1)));
  SocketClient client(test);
  ASSERT_TRUE(test.run_until([&] { return test.worker().status().ws_rpm > 0; }));
  const WorkerStatus status = test.worker().status();
  EXPECT_EQ(status.client_count, 1U);
  // Two of WebSocket (a connection and a message), one of HTTP, in the same time.
  EXPECT_DOUBLE_EQ(status.ws_rpm, 2 * status.http_rpm);
}

TEST(StatusMeter, ForgetsWhatIsLongerAgoThanItsInterval) {
  WorkerUnderTest test(with_interval(milliseconds(1)));
  EXPECT_EQ(ask(test, "GET", "/health-check").status, 200);
  EXPECT_TRUE(test.run_until([&] { return test.worker().status().http_rpm == 0; }));
  EXPECT_EQ(traffic_of(test).http_requests, 1U);
}

}  // namespace
}  // namespace socketcluster::server
