// SPDX-License-Identifier: MIT
// Messages as a whole, events of the application and tokens, for both generations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::published;
using test::refusal;
using test::rid;
using test::subscribe;
using ::testing::StartsWith;

class Messages : public test::WorkerTest {};

TEST_F(Messages, WhatHasNoMeaningIsIgnored) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    for (const char* text : {"x",
                             "{",
                             "{}",
                             "5",
                             "null",
                             R"("text")",
                             R"({"a":1})",
                             "#1",
                             "#3",
                             " ",
                             "[",
                             R"({"event":null,"cid":1})",
                             R"({"event":5,"cid":1})",
                             R"({"rid":1})",
                             R"({"rid":"x","error":{}})",
                             R"({"event":"#publish","cid":1} x)",
                             R"({"event":"#removeAuthToken","cid":1})",
                             R"({"event":"#unknown","cid":1})",
                             R"({"event":"#setAuthToken","cid":1})",
                             R"({"event":"#kickOut","cid":1})",
                             R"({"event":"nobody","cid":1})",
                             R"({"event":"","cid":1})"}) {
      client->text(text);
    }
    EXPECT_TRUE(client->is_quiet());
  }
}

TEST_F(Messages, BinaryMessageIsText) {
  const auto client = ready();
  client->frame(websocket::Opcode::kBinary, subscribe("a", 2));
  EXPECT_EQ(client->next(), rid(2));
  client->frame(websocket::Opcode::kBinary, "\xff\xfe{\"event\"");
  client->frame(websocket::Opcode::kBinary,
                "{\"event\":\"#publish\",\"data\":{\"channel\":\"a\","
                "\"data\":\"\xff\"},\"cid\":3}");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Messages, TextThatIsNotUtf8Closes) {
  const auto client = ready();
  client->text("\"\xff\"");
  EXPECT_THAT(client->next(), StartsWith("close:1007:"));
}

TEST_F(Messages, NestingHasALimit) {
  options_.max_json_depth = 4;
  const auto good = ready();
  good->ask(subscribe("a", 2));
  EXPECT_EQ(good->ask(publish("a", "[[]]", 0)), published("a", "[[]]"));
  const auto bad = ready();
  bad->text(publish("a", "[[[]]]", 2));
  EXPECT_EQ(bad->next(), "close:1008:Message exceeds the limit of nesting or batch size");
  EXPECT_TRUE(good->is_quiet());
}

TEST_F(Messages, DeepestNestingReachesHandlers) {
  options_.max_json_depth = 1000;
  server().on("deep", [](Socket&, const Json& data, const Respond& respond) {
    respond(Json(data.is_array()));
  });
  const auto client = ready_v2();
  const std::string deep = std::string(999, '[') + std::string(999, ']');
  EXPECT_EQ(client->ask(R"({"event":"deep","data":)" + deep + R"(,"cid":2})"),
            R"({"rid":2,"data":true})");
}

TEST_F(Messages, MessagesHaveALimitOfBytes) {
  options_.max_payload = 100;
  std::string packet = publish("a", R"("")", 2);
  packet.insert(packet.find(R"("")") + 1, 100 - packet.size(), 'x');
  const auto good = ready();
  EXPECT_EQ(good->ask(packet), rid(2));
  const auto bad = ready();
  bad->text(" " + packet);
  EXPECT_EQ(bad->next(), "close:1009:");
  EXPECT_EQ(bad->next(), "end");
}

TEST_F(Messages, LocalEventNamesAreDroppedInV1) {
  for (const char* name : {"message", "raw", "connect", "disconnect"}) {
    server().on(name, [](Socket&, const Json&, const Respond& respond) { respond(); });
    const std::string packet = std::string(R"({"event":")") + name + R"(","cid":2})";
    const auto v1 = ready_v1();
    v1->text(packet);
    EXPECT_TRUE(v1->is_quiet());
    const auto v2 = ready_v2();
    EXPECT_EQ(v2->ask(packet), rid(2));
  }
}

TEST_F(Messages, UnknownReservedEventsReachHandlers) {
  server().on("#custom", [](Socket&, const Json&, const Respond& respond) { respond(); });
  for (const auto& client : {ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(R"({"event":"#custom","cid":2})"), rid(2));
    EXPECT_EQ(client->ask(R"({"event":"\u0023custom","cid":3})"), rid(3));
  }
}

TEST_F(Messages, EventNamesAreComparedUnescaped) {
  server().on("\xc3\xa4", [](Socket&, const Json&, const Respond& respond) { respond(); });
  const auto client = ready();
  EXPECT_EQ(client->ask(R"({"event":"\u00e4","cid":2})"), rid(2));
}

TEST_F(Messages, DataThatHasNoValueHereIsAnError) {
  server().on("x", [](Socket&, const Json&, const Respond& respond) { respond(); });
  const auto client = ready();
  EXPECT_EQ(client->ask(R"({"event":"x","data":"\ud800","cid":2})"),
            refusal(2, "InvalidMessageError", "Event data could not be represented"));
  client->text(R"({"event":"x","data":"\ud800"})");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Messages, AuthenticateIsRefused) {
  const auto v1 = ready_v1();
  const std::string error = R"({"message":"jwt malformed","name":"AuthTokenInvalidError"})";
  EXPECT_EQ(v1->ask(R"({"event":"#authenticate","data":"x","cid":2})"),
            R"({"event":"#removeAuthToken","data":null})");
  EXPECT_EQ(v1->next(), R"({"rid":2,"error":)" + error +
                            R"(,"data":{"isAuthenticated":false,"authError":)" + error + "}}");
  v1->text(R"({"event":"#authenticate","data":"x"})");
  EXPECT_EQ(v1->next(), R"({"event":"#removeAuthToken","data":null})");
  EXPECT_TRUE(v1->is_quiet());

  const auto v2 = ready_v2();
  EXPECT_EQ(v2->ask(R"({"event":"#authenticate","data":null,"cid":2})"),
            R"({"rid":2,"error":{"message":"jwt must be provided",)"
            R"("name":"AuthTokenInvalidError","isBadToken":true}})");
  EXPECT_EQ(v2->next(), R"({"event":"#removeAuthToken"})");
  v2->text(R"({"event":"#authenticate","data":"x"})");
  EXPECT_EQ(v2->next(), "close:4008:");
}

}  // namespace
}  // namespace socketcluster::server
