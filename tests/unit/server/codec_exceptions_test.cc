// SPDX-License-Identifier: MIT
// What the application's codec throws ends neither the worker nor anybody who is not concerned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "json/value.h"
#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Text as it is, but for what it cannot bear.
class FragileCodec final : public Codec {
 public:
  bool is_binary() const override { return false; }
  bool decode(std::string_view frame, bool, std::string& packet_json) const override {
    packet_json = R"({"event":"half)";  // as far as it had come
    if (frame.find("bad-in") != frame.npos) throw std::runtime_error("cannot read");
    if (frame.find("odd-in") != frame.npos) throw 7;  // NOLINT: anything can be thrown
    packet_json = frame;
    return true;
  }
  void encode(std::string_view packet_json, std::string& frame) const override {
    if (packet_json.find("bad-out") != packet_json.npos) throw std::runtime_error("cannot write");
    if (packet_json.find("odd-out") != packet_json.npos) throw 7;  // NOLINT
    frame = packet_json;
  }
};

constexpr const char* kLost = "close:1011:The codec failed";

class CodecExceptions : public test::WorkerTest {
 protected:
  void use_codec() { server().set_codec(std::make_unique<FragileCodec>()); }
  bool is_well(TestClient& client) {
    return client.ask(R"({"event":"echo","data":1,"cid":9})") == R"({"rid":9,"data":1})";
  }
  void echo() {
    server().on("echo", [](Socket&, const Json& data, const Respond& respond) { respond(data); });
  }
};

TEST_F(CodecExceptions, AMessageThatCannotBeReadIsARawOne) {
  use_codec();
  echo();
  server().on_connection([this](Socket& socket) {
    socket.on_raw([this](const std::string& text) { note("raw " + text); });
  });
  const auto client = ready();
  for (const char* text : {"bad-in", "odd-in"}) {
    client->text(text);
    EXPECT_TRUE(is_well(*client));
  }
  EXPECT_THAT(notes_, ElementsAre("raw ?", "raw ?"));
}

TEST_F(CodecExceptions, AtMessagesAreFewWarningsHoweverManyThereAre) {
  use_codec();
  echo();
  const auto client = ready();
  for (int i = 0; i < 20; ++i) client->text("bad-in");
  EXPECT_TRUE(is_well(*client));
  EXPECT_THAT(log_.entries, Contains("the codec threw at a client's message: cannot read"));
  EXPECT_LT(log_.entries.size(), 20U);
}

// Any client could end the worker otherwise.
TEST_F(CodecExceptions, AtMessagesEndNoWorker) {
  options_.crash_worker_on_error = true;
  use_codec();
  echo();
  const auto client = ready();
  client->text("bad-in");
  EXPECT_TRUE(is_well(*client));
  EXPECT_FALSE(worker().has_crashed());
}

TEST_F(CodecExceptions, AnAnswerThatCannotBeWrittenEndsItsConnection) {
  use_codec();
  echo();
  const auto bystander = ready();
  for (const std::string text : {"bad-out", "odd-out"}) {
    const auto client = ready();
    EXPECT_EQ(client->ask(R"({"event":"echo","data":")" + text + R"(","cid":2})"), kLost);
  }
  EXPECT_TRUE(is_well(*bystander));
  EXPECT_THAT(log_.entries,
              ElementsAre("the codec threw at a packet of the server: cannot write",
                          "the codec threw at a packet of the server: unknown exception"));
}

TEST_F(CodecExceptions, SoDoesAnEventOrABatch) {
  options_.batch_on_handshake = true;
  use_codec();
  server().on("go", [](Socket& socket, const Json&, const Respond&) { socket.emit("bad-out", 1); });
  const auto client = ready();
  EXPECT_EQ(client->ask(R"({"event":"go","data":1})"), kLost);
  const auto batching = ready_v2();
  EXPECT_EQ(batching->ask(R"({"event":"go","data":1})"), kLost);
}

TEST_F(CodecExceptions, TheEndOfASocketMayFailToo) {
  use_codec();
  server().on("bye", [](Socket& socket, const Json&, const Respond&) {
    socket.disconnect(4500, "bad-out");
  });
  const auto client = ready_v1();
  EXPECT_EQ(client->ask(R"({"event":"bye"})"), "close:4500:");
}

TEST_F(CodecExceptions, APublicationThatCannotBeWrittenIsLeftOut) {
  use_codec();
  exchange().subscribe("news", [this](const Json& data) { note("heard " + json::to_text(data)); });
  const auto reader = ready();
  EXPECT_EQ(reader->ask(subscribe("news", 2)), rid(2));
  const auto writer = ready();
  EXPECT_EQ(writer->ask(publish("news", R"("bad-out")", 2)), rid(2));
  EXPECT_EQ(writer->ask(publish("news", "2", 3)), rid(3));
  EXPECT_EQ(reader->next(), published("news", "2"));
  EXPECT_TRUE(reader->is_quiet());
  EXPECT_THAT(notes_, ElementsAre("heard \"bad-out\"", "heard 2"));
}

TEST_F(CodecExceptions, AtPacketsEndTheWorkerIfThatIsWanted) {
  options_.crash_worker_on_error = true;
  use_codec();
  echo();
  const auto client = ready();
  client->ask(R"({"event":"echo","data":"bad-out","cid":2})");
  EXPECT_TRUE(worker().has_crashed());
}

// The worker controller hears of it, and the server goes on without the codec.
TEST_F(CodecExceptions, ACodecThatCannotPingIsRefused) {
  class Silent final : public Codec {
   public:
    bool is_binary() const override { return false; }
    bool decode(std::string_view, bool, std::string&) const override { return false; }
    void encode(std::string_view, std::string&) const override { throw std::runtime_error("no"); }
  };
  EXPECT_THROW(server().set_codec(std::make_unique<Silent>()), std::runtime_error);
  echo();
  EXPECT_TRUE(is_well(*ready()));
  EXPECT_THAT(log_.entries, IsEmpty());
}

}  // namespace
}  // namespace socketcluster::server
