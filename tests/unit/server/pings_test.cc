// SPDX-License-Identifier: MIT
// Pings, and what they show of the peer's generation (protocol sections 4 and 14).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::kHandshake;
using test::rid;
using test::TestClient;
using ::testing::HasSubstr;

class Pings : public test::WorkerTest {
 protected:
  Pings() { options_.ping_interval = milliseconds(2); }
};

TEST_F(Pings, ComeInBothFormsAlsoBeforeTheHandshake) {
  TestClient client(worker());
  EXPECT_EQ(client.next(4), "#1\n\n#1\n");
}

TEST_F(Pings, ComeInOneFormOnceAPongHasShownTheGeneration) {
  const auto v1 = ready();
  v1->text("#2");
  EXPECT_TRUE(run_until([&] { return v1->next() == "#1" && v1->next() == "#1"; }));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(v1->next(), "#1");
  const auto v2 = ready();
  v2->text("");
  EXPECT_TRUE(run_until([&] { return v2->next().empty() && v2->next().empty(); }));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(v2->next(), "");
}

TEST_F(Pings, ComeInTheConfiguredForm) {
  options_.protocol_version = ProtocolVersion::kV1;
  {
    TestClient client(worker());
    EXPECT_EQ(client.next(3), "#1\n#1\n#1");
  }
  options_.protocol_version = ProtocolVersion::kV2;
  destroy_worker();
  TestClient client(worker());
  EXPECT_EQ(client.next(3), "\n\n");
}

TEST_F(Pings, ConfiguredGenerationIsNotChangedByAForeignPong) {
  options_.protocol_version = ProtocolVersion::kV2;
  const auto client = std::make_unique<TestClient>(worker());
  client->text(kHandshake);
  client->text("#2");
  for (int i = 0; i < 6; ++i) EXPECT_NE(client->next(), "#1");
}

TEST_F(Pings, FirstPongDecidesForGood) {
  const auto client = ready_v1();
  client->text("");
  client->text("");
  EXPECT_TRUE(run_until([&] { return client->next() == "#1" && client->next() == "#1"; }));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client->next(), "#1");
}

TEST_F(Pings, AreNotSentWhenTheTimeOutIsDisabled) {
  options_.ping_timeout_disabled = true;
  options_.ping_timeout = milliseconds(4);
  const auto client = ready();
  for (int i = 0; i < 20; ++i) worker().loop().run_once(milliseconds(1));
  EXPECT_TRUE(client->is_quiet());
  EXPECT_EQ(server().clients_count(), 1U);
}

TEST_F(Pings, DisabledTimeOutLeavesTheHandshakeTimeOut) {
  options_.ping_timeout_disabled = true;
  options_.handshake_timeout = milliseconds(5);
  TestClient client(worker());
  EXPECT_EQ(client.next(), R"({"event":"#disconnect","data":{"code":4005}})");
}

TEST_F(Pings, SilentSocketIsClosed) {
  options_.ping_interval = milliseconds(20);
  options_.ping_timeout = milliseconds(30);
  server().on_connection([this](Socket& socket) {
    socket.on_disconnect(
        [this](int code, const std::string& reason) { note(std::to_string(code) + " " + reason); });
  });
  const auto client = ready_at_once();
  std::string item;
  EXPECT_TRUE(run_until([&] { return (item = client->next()) != "#1" && !item.empty(); }));
  EXPECT_EQ(item, "close:4001:");
  EXPECT_EQ(server().clients_count(), 0U);
  EXPECT_TRUE(run_until([&] { return noted("4001 Client pong timed out"); }));
}

TEST_F(Pings, AnyMessageKeepsASocketAlive) {
  options_.ping_interval = milliseconds(50);
  options_.ping_timeout = milliseconds(400);
  const auto client = ready_at_once();
  const std::uint64_t begin = worker().loop().now_ms();
  for (std::uint64_t last = begin; last < begin + 500;) {
    client->text("anything");
    turn(1);
    worker().loop().run_once(milliseconds(5));
    const std::uint64_t now = worker().loop().now_ms();
    if (now - last > 200) GTEST_SKIP() << "this machine stalls";
    last = now;
  }
  EXPECT_EQ(server().clients_count(), 1U);
}

TEST_F(Pings, DisconnectPacketShowsV1) {
  options_.ping_interval = std::chrono::hours(1);
  const auto client = ready();
  client->text(R"({"event":"#disconnect","data":{"code":4100}})");
  EXPECT_EQ(client->next(), "close:4100:");
}

TEST_F(Pings, ResponseDoesNotShowAGeneration) {
  const auto client = ready();
  client->text(R"({"rid":77})");
  client->text(R"([{"rid":77}])");
  std::string seen;
  for (int i = 0; i < 6; ++i) seen += client->next() + ",";
  EXPECT_THAT(seen, HasSubstr("#1,,#1,"));
}

}  // namespace
}  // namespace socketcluster::server
