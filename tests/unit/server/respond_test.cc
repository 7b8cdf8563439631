// SPDX-License-Identifier: MIT
// Answers of handlers: once, in time, from whatever they throw.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unit/server/api_test.h"

namespace socketcluster::server {
namespace {

using test::event;
using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Responding : public test::ApiTest {};

TEST_F(Responding, AnswersWithDataErrorOrNothing) {
  server().on("x", [](Socket&, const Json& data, const Respond& respond) {
    switch (data.as_int64()) {
      case 0:
        return respond();
      case 1:
        return respond(Json{{"a", 1}});
      case 2:
        return respond(Error("plain"));
      case 3:
        return respond(Error("Name", "text", {{"field", "age"}}));
      case 4:
        return respond(Error::from_json("just a text"));
      default:
        return respond(Json());
    }
  });
  for (const auto& client : {ready_v1(), ready_v2()}) {
    EXPECT_EQ(client->ask(event("x", 2, "0")), rid(2));
    EXPECT_EQ(client->ask(event("x", 3, "1")), R"({"rid":3,"data":{"a":1}})");
    EXPECT_EQ(client->ask(event("x", 4, "2")), R"({"rid":4,"error":{"message":"plain"}})");
    EXPECT_EQ(client->ask(event("x", 5, "3")),
              R"({"rid":5,"error":{"message":"text","name":"Name","field":"age"}})");
    EXPECT_EQ(client->ask(event("x", 6, "4")), R"({"rid":6,"error":"just a text"})");
    EXPECT_EQ(client->ask(event("x", 7, "5")), R"({"rid":7,"data":null})");
  }
}

TEST_F(Responding, OnlyTheFirstAnswerCounts) {
  server().on("x", [this](Socket&, const Json&, const Respond& respond) {
    const Respond copy = respond;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_TRUE(respond.is_wanted());
    respond(1);
    EXPECT_FALSE(respond.is_wanted());
    EXPECT_FALSE(copy.is_wanted());
    respond(2);
    copy(3);
    copy(Error("late"));
    note("ran");
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2,"data":1})");
  EXPECT_TRUE(client->is_quiet());
  EXPECT_TRUE(noted("ran"));
}

TEST_F(Responding, NobodyWaitsForTheAnswerOfAnEventWithoutCid) {
  server().on("x", [this](Socket&, const Json&, const Respond& respond) {
    EXPECT_FALSE(respond.is_wanted());
    respond(1);
    note("ran");
  });
  const auto client = ready();
  client->text(event("x"));
  EXPECT_TRUE(client->is_quiet());
  EXPECT_TRUE(noted("ran"));
}

TEST_F(Responding, AnswersMayComeLaterAndInAnyOrder) {
  std::vector<Respond> kept;
  server().on("x", [&kept](Socket&, const Json&, Respond respond) {
    kept.push_back(std::move(respond));
    EXPECT_FALSE(respond.is_wanted());  // NOLINT(bugprone-use-after-move): answers nothing then
    respond(0);
  });
  const auto client = ready();
  for (int cid = 2; cid < 6; ++cid) client->text(event("x", cid));
  EXPECT_TRUE(client->is_quiet());
  ASSERT_EQ(kept.size(), 4U);
  kept[2](4);
  kept[0](2);
  EXPECT_EQ(client->next(2), "{\"rid\":4,\"data\":4}\n{\"rid\":2,\"data\":2}");
  kept[0] = kept[1];
  kept[1] = Respond();
  kept[0](3);
  kept.clear();  // the last one is never answered
  EXPECT_EQ(client->next(), R"({"rid":3,"data":3})");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Responding, AnOldRespondDoesNotAnswerALaterCall) {
  std::vector<Respond> kept;
  server().on("x",
              [&kept](Socket&, const Json&, const Respond& respond) { kept.push_back(respond); });
  const auto client = ready();
  client->text(event("x", 2));
  EXPECT_TRUE(client->is_quiet());
  kept[0](1);
  EXPECT_EQ(client->next(), R"({"rid":2,"data":1})");
  client->text(event("x", 3));
  EXPECT_TRUE(client->is_quiet());
  kept[0](2);
  EXPECT_TRUE(client->is_quiet());
  EXPECT_TRUE(kept[1].is_wanted());
  kept[1](3);
  EXPECT_EQ(client->next(), R"({"rid":3,"data":3})");
}

TEST_F(Responding, AnswerAfterTheConnectionHasNoEffect) {
  std::vector<Respond> kept;
  server().on("x",
              [&kept](Socket&, const Json&, const Respond& respond) { kept.push_back(respond); });
  const auto client = ready();
  client->text(event("x", 2));
  EXPECT_TRUE(client->is_quiet());
  client->drop();
  EXPECT_TRUE(all_gone());
  EXPECT_FALSE(kept[0].is_wanted());
  kept[0](1);
  const Respond copy = kept[0];
  copy(Error("x"));
}

TEST_F(Responding, AnswerAfterDisconnectInTheSameHandlerHasNoEffect) {
  server().on("x", [this](Socket& socket, const Json&, const Respond& respond) {
    socket.disconnect(4100);
    EXPECT_FALSE(respond.is_wanted());
    respond(1);
    socket.emit("late");
    note("ran");
  });
  const auto client = ready_v2();
  EXPECT_EQ(client->ask(event("x", 2)), "close:4100:");
  EXPECT_TRUE(noted("ran"));
}

TEST_F(Responding, WhatAHandlerThrowsIsTheAnswerAndAWarning) {
  server().on("error",
              [](Socket&, const Json&, const Respond&) { throw std::runtime_error("went wrong"); });
  server().on("odd", [](Socket&, const Json&, const Respond&) { throw 42; });
  server().on("answered", [](Socket&, const Json&, const Respond& respond) {
    respond(1);
    throw std::runtime_error("too late");
  });
  server().on("cut", [](Socket&, const Json&, const Respond&) {
    throw std::runtime_error("half a character: \xc3");
  });
  const auto client = ready_v2();
  EXPECT_EQ(client->ask(event("error", 2)), R"({"rid":2,"error":{"message":"went wrong"}})");
  EXPECT_EQ(client->ask(event("odd", 3)), R"({"rid":3,"error":{"message":"unknown exception"}})");
  EXPECT_EQ(client->ask(event("answered", 4)), R"({"rid":4,"data":1})");
  EXPECT_EQ(client->ask(event("cut", 5)),
            "{\"rid\":5,\"error\":{\"message\":\"half a character: \xef\xbf\xbd\"}}");
  client->text(event("error"));
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(log_.entries, ::testing::SizeIs(5));
  EXPECT_THAT(log_.entries[0], HasSubstr("went wrong"));
}

TEST_F(Responding, ConnectionHandlerThatThrowsLeavesTheSocketOpen) {
  server().on_connection([](Socket&) { throw std::runtime_error("no"); });
  const auto client = ready();
  EXPECT_EQ(client->ask(subscribe("a", 2)), rid(2));
  EXPECT_THAT(log_.entries, ElementsAre(HasSubstr("no")));
}

TEST_F(Responding, WhatIsNoExceptionMayBeThrownToo) {
  server().on_subscription([](Socket&, const std::string&) { throw 42; });
  server().use(Line::kPublishIn, [](PublishInRequest&, const Next&) { throw 42; });
  const auto client = ready();
  EXPECT_EQ(client->ask(subscribe("a", 2)), rid(2));
  EXPECT_EQ(client->ask(publish("a", "1", 3)),
            R"({"rid":3,"error":{"message":"unknown exception"}})");
  EXPECT_THAT(log_.entries, ::testing::Contains(HasSubstr("unknown exception")));
}

// A text that was cut in the middle of a character went out as it was, and every client that got
// it closed its connection, as RFC 6455 section 8.1 demands.
TEST_F(Responding, TextThatIsNotUtf8IsMadeSo) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  exchange().publish("a", Json("\xc3\xa4 \xc3"));
  EXPECT_EQ(client->next(), published("a", "\"\xc3\xa4 \xef\xbf\xbd\""));
  exchange().publish("a", Json{{"\xff", "\xed\xa0\x80"}});
  EXPECT_EQ(client->next(), published("a", "{\"\xef\xbf\xbd\":\"\\ud800\"}"));
  socket_of_last().emit("\xff", Json("\xf0\x9f\x98"));
  EXPECT_THAT(client->next(), StartsWith("{\"event\":\"\xef\xbf\xbd\",\"data\":\"\xef\xbf\xbd"));
}

}  // namespace
}  // namespace socketcluster::server
