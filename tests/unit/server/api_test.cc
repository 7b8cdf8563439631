// SPDX-License-Identifier: MIT
// What applications do with sockets: handlers, answers in both directions, closing, and all that
// handlers may do to themselves and to others while they run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::string event(std::string_view name, int cid = 0, std::string_view data = "") {
  std::string packet = R"({"event":")" + std::string(name) + '"';
  if (!data.empty()) packet.append(R"(,"data":)").append(data);
  if (cid != 0) packet += R"(,"cid":)" + std::to_string(cid);
  return packet + "}";
}

class Api : public test::WorkerTest {
 protected:
  // The socket of the client that is connected last.
  Socket socket_of_last() {
    std::optional<Socket> last;
    server().for_each_client([&](Socket& socket) { last = socket; });
    EXPECT_TRUE(last.has_value());
    return *last;
  }
  AckHandler note_answer() {
    return [this](const std::optional<Error>& error, const Json& data) {
      note(error ? "error " + std::string(error->name()) + ": " + std::string(error->message())
                 : "data " + boost::json::serialize(data));
    };
  }
};

// ---- Handlers ----------------------------------------------------------------------------------

TEST_F(Api, HandlerGetsTheDataOfItsEvent) {
  server().on_connection([this](Socket& socket) {
    socket.on("x",
              [this](const Json& data, const Respond&) { note(boost::json::serialize(data)); });
  });
  const auto client = ready();
  client->text(event("x", 0, R"({"a":[1,"\u0062"]})"));
  client->text(event("x"));
  client->text(event("y", 0, "1"));
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre(R"({"a":[1,"b"]})", "null"));
}

TEST_F(Api, LaterHandlerReplacesTheEarlierAndOffRemovesIt) {
  server().on_connection([](Socket& socket) {
    socket.on("x", [](const Json&, const Respond& respond) { respond(1); });
    socket.on("x", [](const Json&, const Respond& respond) { respond(2); });
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2,"data":2})");
  Socket socket = socket_of_last();
  socket.off("unknown");
  socket.off("x");
  client->text(event("x", 3));
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Api, SocketsOwnHandlerComesBeforeTheServersOne) {
  server().on("x", [](Socket&, const Json&, const Respond& respond) { respond("server"); });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2,"data":"server"})");
  Socket socket = socket_of_last();
  socket.on("x", [](const Json&, const Respond& respond) { respond("own"); });
  EXPECT_EQ(client->ask(event("x", 3)), R"({"rid":3,"data":"own"})");
  socket.off("x");
  EXPECT_EQ(client->ask(event("x", 4)), R"({"rid":4,"data":"server"})");
}

TEST_F(Api, ConnectionHandlerCanBeReplacedWhileItRuns) {
  server().on_connection([this](Socket&) {
    server().on_connection([this](Socket&) { note("second"); });
    note("first");
  });
  const auto a = ready();
  const auto b = ready();
  EXPECT_THAT(notes_, ElementsAre("first", "second"));
}

TEST_F(Api, HandlersCanReplaceAndRemoveThemselvesWhileTheyRun) {
  server().on_connection([](Socket& socket) {
    const std::string captured(100, 'c');
    socket.on("x", [&socket, captured](const Json&, const Respond& respond) {
      socket.on("x", [&socket, captured](const Json&, const Respond& again) {
        socket.off("x");
        again(Json(captured));
      });
      respond(Json(captured));
    });
  });
  const auto client = ready();
  const std::string data = R"(,"data":")" + std::string(100, 'c') + "\"}";
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2)" + data);
  EXPECT_EQ(client->ask(event("x", 3)), R"({"rid":3)" + data);
  client->text(event("x", 4));
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Api, ServersHandlerCanReplaceItselfWhileItRuns) {
  server().on("x", [this](Socket&, const Json&, const Respond& respond) {
    server().on("x", [](Socket&, const Json&, const Respond& again) { again(2); });
    respond(1);
    note("alive");
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2,"data":1})");
  EXPECT_EQ(client->ask(event("x", 3)), R"({"rid":3,"data":2})");
}

// Destroying a handler destroys what it captured, and that may want to remove further handlers.
TEST_F(Api, CapturedStateMayRemoveHandlersWhenItIsDestroyed) {
  struct Guard {
    explicit Guard(Socket& owner, std::string name) : socket(owner), event(std::move(name)) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { socket.off(event); }
    Socket& socket;
    std::string event;
  };
  server().on_connection([](Socket& socket) {
    for (int i = 0; i < 6; ++i) {
      const auto guard = std::make_shared<Guard>(socket, "e" + std::to_string(i + 1));
      socket.on("e" + std::to_string(i),
                [guard](const Json&, const Respond& respond) { respond(Json(guard->event)); });
    }
    socket.on("last", [](const Json&, const Respond& respond) { respond(); });
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("e3", 2)), R"({"rid":2,"data":"e4"})");
  socket_of_last().off("e2");  // and thereby e3, e4, e5
  for (const char* gone : {"e2", "e3", "e4", "e5"}) client->text(event(gone, 3));
  EXPECT_EQ(client->ask(event("e1", 4)), R"({"rid":4,"data":"e2"})");
  EXPECT_EQ(client->ask(event("last", 5)), rid(5));
}

TEST_F(Api, NameGivenToOffMayBelongToTheHandler) {
  const auto client = ready();
  Socket socket = socket_of_last();
  auto name = std::make_shared<std::string>(100, 'n');
  const std::string_view view = *name;
  socket.on("other", [](const Json&, const Respond& respond) { respond(); });
  socket.on(view, [name](const Json&, const Respond&) {});
  socket.on("last", [](const Json&, const Respond& respond) { respond(); });
  name.reset();
  socket.off(view);
  EXPECT_EQ(client->ask(event("other", 2)), rid(2));
  EXPECT_EQ(client->ask(event("last", 3)), rid(3));
}

// ---- Respond -----------------------------------------------------------------------------------

TEST_F(Api, AnswersWithDataErrorOrNothing) {
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

TEST_F(Api, OnlyTheFirstAnswerCounts) {
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

TEST_F(Api, NobodyWaitsForTheAnswerOfAnEventWithoutCid) {
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

TEST_F(Api, AnswersMayComeLaterAndInAnyOrder) {
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

TEST_F(Api, AnOldRespondDoesNotAnswerALaterCall) {
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

TEST_F(Api, AnswerAfterTheConnectionHasNoEffect) {
  std::vector<Respond> kept;
  server().on("x",
              [&kept](Socket&, const Json&, const Respond& respond) { kept.push_back(respond); });
  const auto client = ready();
  client->text(event("x", 2));
  EXPECT_TRUE(client->is_quiet());
  client->drop();
  EXPECT_TRUE(run_until([&] { return worker().loop().connection_count() == 0; }));
  EXPECT_FALSE(kept[0].is_wanted());
  kept[0](1);
  const Respond copy = kept[0];
  copy(Error("x"));
}

TEST_F(Api, AnswerAfterDisconnectInTheSameHandlerHasNoEffect) {
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

TEST_F(Api, WhatAHandlerThrowsIsTheAnswerAndAWarning) {
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

TEST_F(Api, ConnectionHandlerThatThrowsLeavesTheSocketOpen) {
  server().on_connection([](Socket&) { throw std::runtime_error("no"); });
  const auto client = ready();
  EXPECT_EQ(client->ask(subscribe("a", 2)), rid(2));
  EXPECT_THAT(log_.entries, ElementsAre(HasSubstr("no")));
}

TEST_F(Api, WhatIsNoExceptionMayBeThrownToo) {
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
TEST_F(Api, TextThatIsNotUtf8IsMadeSo) {
  const auto client = ready();
  client->ask(subscribe("a", 2));
  exchange().publish("a", Json("\xc3\xa4 \xc3"));
  EXPECT_EQ(client->next(), published("a", "\"\xc3\xa4 \xef\xbf\xbd\""));
  exchange().publish("a", Json{{"\xff", "\xed\xa0\x80"}});
  EXPECT_EQ(client->next(), published("a", "{\"\xef\xbf\xbd\":\"\\ud800\"}"));
  socket_of_last().emit("\xff", Json("\xf0\x9f\x98"));
  EXPECT_THAT(client->next(), StartsWith("{\"event\":\"\xef\xbf\xbd\",\"data\":\"\xef\xbf\xbd"));
}

// ---- emit --------------------------------------------------------------------------------------

TEST_F(Api, EmitReachesTheClient) {
  const auto v1 = ready_v1();
  turn();
  socket_of_last().emit("hello");
  socket_of_last().emit("hello", {{"a", 1}});
  socket_of_last().send("raw \xc3\xa4");
  EXPECT_EQ(v1->next(3),
            "{\"event\":\"hello\"}\n{\"event\":\"hello\",\"data\":{\"a\":1}}\n"
            "raw \xc3\xa4");
}

TEST_F(Api, EmitWithAnswerIsNumberedInEachGenerationsWay) {
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

TEST_F(Api, EmitGetsItsAnswer) {
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

TEST_F(Api, UnknownAnswersAreIgnored) {
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

TEST_F(Api, EmitFailsWhenNoAnswerComesInTime) {
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

TEST_F(Api, EmitFailsWhenTheConnectionIsLost) {
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

TEST_F(Api, EmitOnAClosedSocketFailsLater) {
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

TEST_F(Api, AnswerHandlersMayEmitAgainCloseAndThrow) {
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

TEST_F(Api, AnswerHandlerIsDestroyedOnceItHasRun) {
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

// ---- Channels ----------------------------------------------------------------------------------

TEST_F(Api, KickOutTellsTheClientAndEndsTheSubscription) {
  struct Case {
    std::unique_ptr<TestClient> client;
    std::string bare, with_message;
  };
  Case cases[] = {{ready_v1(), R"({"event":"#kickOut","data":{"channel":"a\"b"}})",
                   R"({"event":"#kickOut","data":{"message":"out","channel":"c"}})"},
                  {ready_v2(), R"({"event":"#kickOut","data":{"channel":"a\"b"}})",
                   R"({"event":"#kickOut","data":{"channel":"c","message":"out"}})"}};
  for (const Case& c : cases) {
    c.client->ask(subscribe(R"(a\"b)", 2));
    c.client->ask(subscribe("c", 3));
  }
  server().for_each_client([](Socket& socket) {
    EXPECT_TRUE(socket.is_subscribed("a\"b"));
    EXPECT_THAT(socket.subscriptions(), UnorderedElementsAre("a\"b", "c"));
    socket.kick_out("a\"b");
    socket.kick_out("c", "out");
    socket.kick_out("c", "again");
    socket.kick_out("unknown");
    EXPECT_FALSE(socket.is_subscribed("c"));
    EXPECT_THAT(socket.subscriptions(), IsEmpty());
  });
  for (const Case& c : cases) {
    EXPECT_EQ(c.client->next(), c.bare);
    EXPECT_EQ(c.client->next(), c.with_message);
    exchange().publish("c", 1);
    EXPECT_TRUE(c.client->is_quiet());
  }
}

// Who keeps a list of those present must hear of every end, and before that of the socket.
TEST_F(Api, EveryEndOfASubscriptionIsTold) {
  server().on_subscription([this](Socket& socket, const std::string& channel) {
    note("+" + channel);
    socket.on_unsubscribe([this](const std::string& name) { note("own " + name); });
  });
  server().on_unsubscription([this](Socket&, const std::string& channel) { note("-" + channel); });
  server().on_disconnection([this](Socket&, int, const std::string&) { note("end"); });
  const auto client = ready();
  client->ask(subscribe("a", 2));
  client->ask(subscribe("b", 3));
  client->ask(subscribe("c", 4));
  client->ask(R"({"event":"#unsubscribe","data":"a","cid":5})");
  socket_of_last().kick_out("b");
  client->next();
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre("+a", "+b", "+c", "own a", "-a", "own b", "-b"));
  notes_.clear();
  client->drop();
  ASSERT_TRUE(run_until([this] { return notes_.size() >= 3; }));
  EXPECT_THAT(notes_, ElementsAre("own c", "-c", "end"));
}

TEST_F(Api, ExchangeDeliversToItsHandlers) {
  exchange().subscribe("a", [this](const Json& data) { note(boost::json::serialize(data)); });
  EXPECT_TRUE(exchange().is_subscribed("a"));
  EXPECT_FALSE(exchange().is_subscribed("b"));
  exchange().publish("a", {{"x", 1}});
  EXPECT_THAT(notes_, IsEmpty());  // never inside of publish()
  const auto client = ready();
  client->ask(publish("a", "2", 2));
  client->text(R"({"event":"#publish","data":{"channel":"a"}})");
  client->text(publish("a", R"("\ud800")", 0));  // has no value here
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre(R"({"x":1})", "2", "null", "null"));
  exchange().unsubscribe("a");
  exchange().unsubscribe("a");
  client->ask(publish("a", "3", 3));
  EXPECT_EQ(notes_.size(), 4U);
  EXPECT_EQ(worker().sockets().channels().channel_count(), 0U);
}

TEST_F(Api, ExchangeHandlerThatIsGoneHearsNoMore) {
  exchange().subscribe("a", [this](const Json&) { note("first"); });
  exchange().publish("a", 1);
  exchange().subscribe("a", [this](const Json&) { note("second"); });
  exchange().publish("a", 2);
  exchange().subscribe("b", [this](const Json&) { note("b"); });
  exchange().publish("b", 1);
  exchange().unsubscribe("b");
  turn();
  EXPECT_THAT(notes_, ElementsAre("second"));
}

TEST_F(Api, ExchangeHandlersMayPublishSubscribeAndUnsubscribe) {
  exchange().subscribe("a", [this](const Json& data) {
    note("a" + boost::json::serialize(data));
    if (data.as_int64() < 3) exchange().publish("a", data.as_int64() + 1);
    exchange().subscribe("b", [this](const Json&) {
      exchange().unsubscribe("b");
      exchange().unsubscribe("a");
      note("b");
    });
    if (data.as_int64() == 3) exchange().publish("b", 0);
  });
  exchange().publish("a", 1);
  turn(8);
  EXPECT_THAT(notes_, ElementsAre("a1", "a2", "a3", "b"));
  EXPECT_EQ(worker().sockets().channels().channel_count(), 0U);
}

TEST_F(Api, ExchangeHandlerThatThrowsIsAWarning) {
  exchange().subscribe("a", [](const Json&) { throw std::runtime_error("went wrong"); });
  exchange().subscribe("b", [](const Json&) { throw 42; });
  exchange().publish("a", 1);
  exchange().publish("b", 1);
  turn();
  EXPECT_THAT(log_.entries, ElementsAre(HasSubstr("went wrong"), HasSubstr("unknown exception")));
}

TEST_F(Api, CapturedStateMayUnsubscribeWhenItIsDestroyed) {
  struct Guard {
    Guard(Exchange& owner, std::string name) : exchange(owner), channel(std::move(name)) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { exchange.unsubscribe(channel); }
    Exchange& exchange;
    std::string channel;
  };
  for (int i = 0; i < 5; ++i) {
    exchange().subscribe(
        "c" + std::to_string(i),
        [guard = std::make_shared<Guard>(exchange(), "c" + std::to_string(i + 1))](const Json&) {});
  }
  exchange().unsubscribe("c1");
  EXPECT_TRUE(exchange().is_subscribed("c0"));
  for (const char* gone : {"c1", "c2", "c3", "c4"}) EXPECT_FALSE(exchange().is_subscribed(gone));
  EXPECT_EQ(worker().sockets().channels().channel_count(), 1U);
}

TEST_F(Api, HandlersMaySubscribePublishAndKickInsideEachOther) {
  server().on("go", [this](Socket& socket, const Json&, const Respond& respond) {
    exchange().publish("a", "before");
    socket.kick_out("a");
    exchange().publish("a", "after");
    exchange().subscribe("a", [this](const Json& data) {
      note(boost::json::serialize(data));
      if (data == "late") server().for_each_client([](Socket& s) { s.disconnect(4300); });
    });
    exchange().publish("a", "late");
    respond();
  });
  const auto client = ready_v2();
  client->ask(subscribe("a", 2));
  client->text(event("go", 3));
  EXPECT_EQ(client->next(3), published("a", R"("before")") + "\n" +
                                 R"({"event":"#kickOut","data":{"channel":"a"}})" + "\n" + rid(3));
  EXPECT_EQ(client->next(), "close:4300:");
  EXPECT_THAT(notes_, ElementsAre(R"("late")"));
}

// ---- Closing -----------------------------------------------------------------------------------

TEST_F(Api, DisconnectHandlerIsCalledOnceAndLater) {
  const auto client = ready();
  Socket socket = socket_of_last();
  socket.on_disconnect([this](int, const std::string&) { note("replaced"); });
  socket.on_disconnect([this, socket](int code, const std::string& reason) mutable {
    note(std::to_string(code) + ":" + reason);
    EXPECT_FALSE(socket.is_open());
    socket.on_disconnect([this](int, const std::string&) { note("never"); });
    socket.on("x", [](const Json&, const Respond&) {});
    throw std::runtime_error("ignored");
  });
  socket.disconnect(4100, "why");
  EXPECT_THAT(notes_, IsEmpty());
  socket.disconnect(4200, "again");
  client->drop();
  EXPECT_TRUE(run_until([&] { return worker().loop().connection_count() == 0; }));
  turn();
  EXPECT_THAT(notes_, ElementsAre("4100:why"));
  EXPECT_THAT(log_.entries, ::testing::SizeIs(1));
}

TEST_F(Api, HandlersAreDestroyedWithTheConnectionAlsoWhenTheyHoldTheirSocket) {
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    socket.on("x", [captured, socket](const Json&, const Respond&) {});
    socket.on_disconnect([captured, socket](int, const std::string&) {});
    socket.emit("ask", 0, [captured, socket](const std::optional<Error>&, const Json&) {});
  }
  EXPECT_EQ(captured.use_count(), 4);
  client->drop();
  EXPECT_TRUE(run_until([&] { return captured.use_count() == 1; }));
}

// The application heard nothing of sockets that were open when a worker was destroyed, and what
// their handlers held was lost when a handler held its own socket.
class MortalEngine final : public AuthEngine {
 public:
  explicit MortalEngine(bool& outlives_its_call) : outlives_its_call_(outlives_its_call) {}
  void verify(const std::string& /*token*/, OnVerified done) override {
    const std::weak_ptr<int> life = life_;
    bool& outlives = outlives_its_call_;
    done({.claims = JsonObject{{"name", "ann"}}, .error = {}});
    outlives = !life.expired();
  }
  void sign(const JsonObject& /*claims*/, const AuthTokenOptions& /*options*/,
            OnSigned done) override {
    done(std::nullopt);
  }

 private:
  bool& outlives_its_call_;
  std::shared_ptr<int> life_ = std::make_shared<int>(1);
};

TEST_F(Api, AuthEngineMayBeReplacedInsideOfItsOwnCall) {
  bool outlives = false;
  server().set_auth_engine(std::make_unique<MortalEngine>(outlives));
  server().use(Line::kAuthenticate, [this, &outlives](AuthenticateRequest&, const Next& next) {
    server().set_auth_engine(std::make_unique<MortalEngine>(outlives));
    next();
  });
  const auto client = ready();
  EXPECT_THAT(client->ask(R"({"event":"#authenticate","data":"token","cid":2})"),
              HasSubstr(R"("isAuthenticated":true)"));
  EXPECT_TRUE(outlives);
}

TEST_F(Api, HandlersGivenToASocketThatIsOverAreNotKept) {
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    client->drop();
    EXPECT_TRUE(run_until([&] { return worker().loop().connection_count() == 0; }));
    turn();
    socket.on_raw([captured, socket](const std::string&) {});
    socket.on_authenticate([captured, socket](const Json&) {});
    socket.on_deauthenticate([captured, socket](const Json&) {});
    socket.on_subscribe([captured, socket](const std::string&, const Json&) {});
    socket.on_unsubscribe([captured, socket](const std::string&) {});
  }
  EXPECT_EQ(captured.use_count(), 1);
}

// User data that held its own socket kept both for ever.
TEST_F(Api, UserDataMayHoldItsOwnSocketAndGoesWithIt) {
  struct Own {
    std::shared_ptr<int> captured;
    Socket socket;
  };
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    socket.user_data() = Own{captured, socket};
    socket.on_disconnect([this, socket](int, const std::string&) mutable {
      note(std::any_cast<Own&>(socket.user_data()).socket == socket ? "there" : "another");
    });
  }
  EXPECT_EQ(captured.use_count(), 2);
  client->drop();
  EXPECT_TRUE(run_until([&] { return captured.use_count() == 1; }));
  EXPECT_THAT(notes_, ElementsAre("there"));
}

TEST_F(Api, UserDataOfASocketThatIsOverDoesNotStay) {
  // Its destruction asks once more.
  struct Own {
    std::shared_ptr<int> captured;
    std::shared_ptr<Socket> socket;
    Own(std::shared_ptr<int> c, std::shared_ptr<Socket> s)
        : captured(std::move(c)), socket(std::move(s)) {}
    ~Own() { EXPECT_FALSE(socket->user_data().has_value()); }
  };
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    client->drop();
    EXPECT_TRUE(run_until([&] { return worker().loop().connection_count() == 0; }));
    turn();
    EXPECT_FALSE(socket.user_data().has_value());
    socket.user_data() = std::make_shared<Own>(captured, std::make_shared<Socket>(socket));
    EXPECT_FALSE(socket.user_data().has_value());
  }
  EXPECT_EQ(captured.use_count(), 1);
}

// ---- Claims ------------------------------------------------------------------------------------

TEST_F(Api, ClaimsOfTheTokenAreThereOneByOne) {
  const auto client = ready();
  Socket socket = socket_of_last();
  EXPECT_TRUE(socket.auth_claim("name").is_null());
  EXPECT_EQ(socket.auth_text("name"), "");
  socket.set_auth_token({{"name", "ann"}, {"level", 3}});
  EXPECT_EQ(socket.auth_claim("name"), Json("ann"));
  EXPECT_EQ(socket.auth_text("name"), "ann");
  EXPECT_EQ(socket.auth_claim("level"), Json(3));
  EXPECT_EQ(socket.auth_text("level"), "");
  EXPECT_TRUE(socket.auth_claim("other").is_null());
  socket.deauthenticate_self();
  EXPECT_EQ(socket.auth_text("name"), "");
}

// ---- How a socket came --------------------------------------------------------------------------

TEST_F(Api, RequestIsKeptWhereSocketsAreMetAsTheyCome) {
  const test::ClientOptions headers{.headers = "X-Forwarded-For: 203.0.113.7, 10.0.0.1\r\n"};
  const auto before = ready(nullptr, headers);
  EXPECT_FALSE(socket_of_last().request());
  std::string path;
  server().on_connection([&](Socket& socket) { path = socket.request()->path(); });
  const auto client = ready(nullptr, headers);
  EXPECT_EQ(path, "/socketcluster/");
  EXPECT_EQ(socket_of_last().forwarded_address(), "203.0.113.7");
}

TEST_F(Api, ForwardedAddressIsKnownWhereAnythingIsGivenASocket) {
  const test::ClientOptions headers{.headers = "X-Forwarded-For: 203.0.113.7, 10.0.0.1\r\n"};
  const auto before = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "");
  server().on_warning([](const std::string&) {});  // is given no socket
  const auto warned = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "");

  const MiddlewareId id = server().use(
      Line::kSubscribe, [](SubscribeRequest& /*request*/, const Next& next) { next(); });
  const auto ruled = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "203.0.113.7");
  EXPECT_FALSE(socket_of_last().request());
  server().remove_middleware(id);
  const auto free = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "");
  server().on_subscription([](Socket& /*socket*/, const std::string&) {});
  const auto heard = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "203.0.113.7");
}

// ---- The worker's end ---------------------------------------------------------------------------

TEST_F(Api, SocketsThatAreOpenWhenTheWorkerIsDestroyedEndAsOthersDo) {
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    socket.on("x", [captured, socket](const Json&, const Respond&) {});
    Worker& api = worker().api();
    socket.on_disconnect([this, &api, captured, socket](int code, const std::string&) mutable {
      note("disconnect " + std::to_string(code));
      api.exchange().publish("a", 1);
      api.set_timeout(milliseconds(1), [captured] {});
      socket.emit("ask", 0, note_answer());
    });
    socket.emit("ask", 0, note_answer());
  }
  destroy_worker();
  EXPECT_EQ(captured.use_count(), 1);
  EXPECT_THAT(notes_, ElementsAre(StartsWith("error BadConnectionError"), "disconnect 1006",
                                  StartsWith("error BadConnectionError")));
}

TEST_F(Api, HandlesStayValidWhenTheConnectionIsGone) {
  std::string id;
  const auto client = ready(&id);
  Socket socket = socket_of_last();
  EXPECT_EQ(socket.id(), id);
  EXPECT_TRUE(socket.is_open());
  EXPECT_EQ(socket.remote_address(), "127.0.0.1");
  EXPECT_NE(socket.remote_port(), 0);
  client->drop();
  EXPECT_TRUE(run_until([&] { return worker().loop().connection_count() == 0; }));
  EXPECT_EQ(socket.id(), id);
  EXPECT_FALSE(socket.is_open());
  EXPECT_EQ(socket.remote_address(), "");
  EXPECT_EQ(socket.remote_port(), 0);
  EXPECT_FALSE(socket.is_subscribed("a"));
  EXPECT_THAT(socket.subscriptions(), IsEmpty());
  socket.on("x", [](const Json&, const Respond&) {});
  socket.off("x");
  socket.on_disconnect([this](int, const std::string&) { note("never"); });
  socket.emit("x");
  socket.emit("x", 1);
  socket.send("x");
  socket.kick_out("a");
  socket.disconnect();
  socket.terminate();
  turn();
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(Api, HandlesAreComparedByTheirConnection) {
  const auto a = ready();
  Socket first = socket_of_last();
  const auto b = ready();
  const Socket second = socket_of_last();
  Socket copy = first;
  EXPECT_TRUE(copy == first);
  EXPECT_FALSE(copy == second);
  copy = second;
  EXPECT_TRUE(copy == second);
  Socket& self = copy;
  copy = self;
  EXPECT_TRUE(copy == second);
}

// The reference that handlers get is not counted; to assign to it corrupted the count of its
// socket.
TEST_F(Api, HandleOfTheHandlersCannotBeAssignedTo) {
  const auto a = ready();
  const Socket other = socket_of_last();
  const auto b = ready();
  EXPECT_DEATH(server().for_each_client([&](Socket& socket) { socket = other; }), "handle");
}

TEST_F(Api, HandlesMayBeDestroyedAfterTheWorker) {
  const auto client = ready();
  std::optional<Socket> kept = socket_of_last();
  std::optional<Respond> respond;
  kept->on("x", [&respond](const Json&, const Respond& given) { respond = given; });
  client->text(event("x", 2));
  EXPECT_TRUE(client->is_quiet());
  destroy_worker();
  EXPECT_FALSE(kept->is_open());
  kept->disconnect();
  EXPECT_FALSE(respond->is_wanted());
  (*respond)(1);
  kept.reset();
  respond.reset();
}

TEST_F(Api, HandlersMayCloseTheirOwnSocketInEveryWay) {
  server().on("disconnect-me", [](Socket& socket, const Json&, const Respond&) {
    socket.disconnect(4100);
    socket.terminate();
  });
  server().on("terminate-me", [](Socket& socket, const Json&, const Respond& respond) {
    socket.terminate();
    socket.disconnect(4100);
    socket.emit("x");
    respond(1);
    throw std::runtime_error("as well");
  });
  const auto a = ready_v2();
  EXPECT_EQ(a->ask(event("disconnect-me", 2)), "close:4100:");  // closed is closed
  const auto b = ready();
  b->bytes(websocket::test::text_frame(event("terminate-me", 2)) +
           websocket::test::text_frame(event("terminate-me", 3)));
  EXPECT_EQ(b->next(), "reset");
  EXPECT_THAT(log_.entries, ::testing::SizeIs(1));
}

TEST_F(Api, HandlersMayCloseOtherSockets) {
  server().on("close-all", [this](Socket& socket, const Json&, const Respond& respond) {
    server().for_each_client([&](Socket& other) {
      if (!(other == socket)) other.terminate();
    });
    respond();
  });
  std::vector<std::unique_ptr<TestClient>> others;
  others.reserve(10);
  for (int i = 0; i < 10; ++i) {
    others.push_back(ready());
    others.back()->ask(subscribe("a", 2));
    others.back()->text(publish("a", "1", 3));  // read in the same turn perhaps
  }
  const auto client = ready();
  EXPECT_EQ(client->ask(event("close-all", 2)), rid(2));
  EXPECT_EQ(server().clients_count(), 1U);
}

TEST_F(Api, VisitMayCloseAnySocket) {
  std::vector<std::unique_ptr<TestClient>> clients;
  clients.reserve(10);
  for (int i = 0; i < 10; ++i) clients.push_back(ready());
  std::vector<Socket> seen;
  server().for_each_client([&](Socket& socket) {
    seen.push_back(socket);
    if (seen.size() == 3) {
      for (Socket& earlier : seen) earlier.disconnect();
      server().for_each_client([&](Socket& inner) {
        if (inner.id() < socket.id()) inner.terminate();
      });
    }
  });
  EXPECT_LT(seen.size(), 10U + 1U);
  std::size_t open = 0;
  for (const Socket& socket : seen) open += socket.is_open() ? 1 : 0;
  EXPECT_EQ(open, server().clients_count());
  EXPECT_EQ(seen.size() - 3, open);
}

TEST_F(Api, DisconnectHandlersMayCloseOthers) {
  std::vector<std::unique_ptr<TestClient>> clients;
  clients.reserve(20);
  server().on_connection([this](Socket& socket) {
    socket.on_disconnect([this](int, const std::string&) {
      note("gone");
      bool first = true;
      server().for_each_client([&](Socket& other) {
        if (std::exchange(first, false)) other.terminate();
      });
    });
  });
  for (int i = 0; i < 20; ++i) clients.push_back(ready());
  clients[7]->drop();
  EXPECT_TRUE(run_until([&] { return notes_.size() == 20; }));
  EXPECT_EQ(server().clients_count(), 0U);
}

}  // namespace
}  // namespace socketcluster::server
