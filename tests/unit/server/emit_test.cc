// SPDX-License-Identifier: MIT
// Events for clients, and their answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "unit/server/api_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::event;
using test::rid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class Emitting : public test::ApiTest {};

TEST_F(Emitting, EmitReachesTheClient) {
  const auto v1 = ready_v1();
  turn();
  socket_of_last().emit("hello");
  socket_of_last().emit("hello", {{"a", 1}});
  socket_of_last().send("raw \xc3\xa4");
  EXPECT_EQ(v1->next(3),
            "{\"event\":\"hello\"}\n{\"event\":\"hello\",\"data\":{\"a\":1}}\n"
            "raw \xc3\xa4");
}

TEST_F(Emitting, EmitWithAnswerIsNumberedInEachGenerationsWay) {
  const auto v1 = ready_v1();
  turn();
  socket_of_last().emit("ask", 5, note_answer());
  EXPECT_EQ(v1->next(), R"({"event":"ask","data":5,"cid":1})");
  const auto v2 = ready_v2();
  turn();
  Socket socket = socket_of_last();
  socket.emit("ask", 5, note_answer());
  socket.emit("ask", 6, note_answer());
  EXPECT_EQ(v2->next(), R"({"event":"ask","cid":1,"data":5})");
  EXPECT_EQ(v2->next(), R"({"event":"ask","cid":2,"data":6})");
}

TEST_F(Emitting, EmitGetsItsAnswer) {
  const auto client = ready();
  Socket socket = socket_of_last();
  for (int i = 0; i < 5; ++i) {
    socket.emit("ask", i, note_answer());
    client->next();
  }
  client->text(R"({"rid":2,"data":{"a":1}})");
  client->text(R"({"rid":1})");
  client->text(R"({"rid":3,"error":{"name":"Bad","message":"text","x":1}})");
  client->text(R"([{"rid":4,"error":"text"},{"rid":5,"error":null,"data":"\ud800"}])");
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre(R"(data {"a":1})", "data null", "error Bad: text", "error : text",
                                  "data null"));
}

TEST_F(Emitting, UnknownAnswersAreIgnored) {
  const auto client = ready();
  Socket socket = socket_of_last();
  socket.emit("ask", 0, note_answer());
  client->next();
  for (const char* answer :
       {R"({"rid":0})", R"({"rid":2})", R"({"rid":"1"})", R"({"rid":1.0})", R"({"rid":-1})",
        R"({"rid":18446744073709551617})", R"({"rid":null})", R"({"rid":[1]})"}) {
    client->text(answer);
  }
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, IsEmpty());
  client->text(R"({"rid":1,"data":1})");
  client->text(R"({"rid":1,"data":2})");
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre("data 1"));
}

TEST_F(Emitting, EmitFailsWhenNoAnswerComesInTime) {
  options_.ack_timeout = milliseconds(5);
  const auto client = ready();
  socket_of_last().emit("ask", 0, note_answer());
  EXPECT_TRUE(run_until([&] { return !notes_.empty(); }));
  EXPECT_THAT(notes_, ElementsAre("error TimeoutError: Event response for 'ask' timed out"));
  client->next();
  client->text(R"({"rid":1,"data":"late"})");
  EXPECT_TRUE(client->is_quiet());
  EXPECT_EQ(notes_.size(), 1U);
}

TEST_F(Emitting, EmitFailsWhenTheConnectionIsLost) {
  const auto client = ready();
  Socket socket = socket_of_last();
  socket.emit("ask", 0, note_answer());
  socket.emit("ask", 0, [this](const std::optional<Error>& error, const Json&) {
    note(std::string(error->json().at("type").as_string()));
  });
  client->drop();
  EXPECT_TRUE(run_until([&] { return notes_.size() == 2; }));
  EXPECT_THAT(notes_,
              UnorderedElementsAre(
                  "error BadConnectionError: Event 'ask' was aborted due to a bad connection",
                  "disconnect"));
}

TEST_F(Emitting, EmitOnAClosedSocketFailsLater) {
  const auto client = ready();
  Socket socket = socket_of_last();
  socket.disconnect();
  socket.emit("ask", 0, note_answer());
  socket.emit("ask");
  socket.send("x");
  EXPECT_THAT(notes_, IsEmpty());  // not inside of the call
  turn();
  EXPECT_THAT(notes_, ElementsAre(StartsWith("error BadConnectionError: ")));
}

TEST_F(Emitting, AnswerHandlersMayEmitAgainCloseAndThrow) {
  options_.ack_timeout = milliseconds(5);
  const auto client = ready();
  Socket socket = socket_of_last();
  socket.emit("first", 0, [this, socket](const std::optional<Error>&, const Json&) mutable {
    socket.emit("second", 0, [this, socket](const std::optional<Error>&, const Json&) mutable {
      socket.disconnect(4100);
      socket.emit("third", 0, note_answer());
      throw std::runtime_error("thrown");
    });
    note("again");
  });
  EXPECT_TRUE(run_until([&] { return notes_.size() == 2; }));
  EXPECT_THAT(notes_, ElementsAre("again", StartsWith("error BadConnectionError")));
  EXPECT_THAT(log_.entries, ElementsAre(HasSubstr("thrown")));
}

TEST_F(Emitting, AnswerHandlerIsDestroyedOnceItHasRun) {
  const auto client = ready();
  const auto captured = std::make_shared<int>(1);
  Socket socket = socket_of_last();
  socket.emit("ask", 0, [captured, socket](const std::optional<Error>&, const Json&) {});
  EXPECT_EQ(captured.use_count(), 2);
  client->next();
  client->text(R"({"rid":1})");
  EXPECT_TRUE(client->is_quiet());
  EXPECT_EQ(captured.use_count(), 1);
}

}  // namespace
}  // namespace socketcluster::server
