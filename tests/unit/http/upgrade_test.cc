// SPDX-License-Identifier: MIT
// Connections that leave HTTP.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "unit/http/http_connection_test.h"

namespace socketcluster::http {
namespace {

using test::ClientEnd;
using test::kGetA;
using test::kUpgrade;
using test::response;

class Upgrade : public test::HttpConnectionTest {};

TEST_F(Upgrade, UpgradeHandsOverConnectionAndRest) {
  handler_.upgrade = [this](const Request& request, Exchange exchange) {
    const std::optional<Takeover> takeover = exchange.take_over();
    ASSERT_TRUE(takeover.has_value());
    EXPECT_FALSE(exchange.is_open());
    EXPECT_EQ(request.header("upgrade"), "echo");  // still valid here
    takeover->connection->set_handler(echo_);
    takeover->connection->write_copy("switched ");
    echo_.on_bytes(takeover->rest);
  };
  ClientEnd client = connect();
  client.send(std::string(kGetA) + std::string(kUpgrade) + "early ");
  const std::string expected = response("GET /a ") + "switched early late";
  client.run_some();
  client.send("late");
  EXPECT_EQ(client.receive(expected.size()), expected);
  EXPECT_EQ(service().counters().taken_over, 1U);
  client.shutdown_write();
  EXPECT_TRUE(client.run_until([&] { return echo_.closed; }));
}

TEST_F(Upgrade, UpgradeMayBeDecidedLater) {
  std::optional<Exchange> waiting;
  handler_.upgrade = [&](const Request&, Exchange exchange) {
    waiting.emplace(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(std::string(kUpgrade) + "one ");
  ASSERT_TRUE(client.run_until([&] { return waiting.has_value(); }));
  client.run_some();
  client.send("two");
  client.run_some();
  const std::optional<Takeover> takeover = waiting->take_over();
  ASSERT_TRUE(takeover.has_value());
  takeover->connection->set_handler(echo_);
  echo_.on_bytes(takeover->rest);
  waiting.reset();
  EXPECT_EQ(client.receive(7), "one two");
}

TEST_F(Upgrade, UpgradeOfAClientThatHasEndedIsClosed) {
  std::optional<Exchange> waiting;
  handler_.upgrade = [&](const Request&, Exchange exchange) {
    waiting.emplace(std::move(exchange));
  };
  ClientEnd client = connect();
  client.send(kUpgrade);
  ASSERT_TRUE(client.run_until([&] { return waiting.has_value(); }));
  client.shutdown_write();
  client.run_some();
  EXPECT_FALSE(waiting->take_over().has_value());
  EXPECT_EQ(client.receive_all(), "");
}

TEST_F(Upgrade, RefusedUpgradeIsAnOrdinaryAnswer) {
  handler_.upgrade = [](const Request&, Exchange exchange) {
    exchange.respond(Response::text(403, "no").with_close());
  };
  ClientEnd client = connect();
  client.send(std::string(kUpgrade) + "frames that nobody reads");
  const std::string received = client.receive_all();
  EXPECT_TRUE(received.starts_with("HTTP/1.1 403 Forbidden\r\n")) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\nno")) << received;
}

TEST_F(Upgrade, IgnoredUpgradeIsServedAsARequest) {
  ClientEnd client = connect();
  client.send(kUpgrade);
  EXPECT_EQ(client.receive(response("GET /u ").size()), response("GET /u "));
}

}  // namespace
}  // namespace socketcluster::http
