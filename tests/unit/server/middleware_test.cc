// SPDX-License-Identifier: MIT
// Runs through a middleware line: what the functions see of a request, and when. A request borrows
// the client's bytes, so much here is about those that outlive the call that brought them.
#include "server/middleware.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kLongText(200, 'l');

std::string event(std::string_view data, int cid) {
  return R"({"event":"an event with a long name","data":)" + std::string(data) + R"(,"cid":)" +
         std::to_string(cid) + "}";
}

class MiddlewareTest : public test::WorkerTest {
 protected:
  void answer_events() {
    server().on("an event with a long name",
                [](Socket&, const Json& data, const Respond& respond) { respond(data); });
  }
  // Brings other bytes into the memory in which the held message came.
  void reuse_read_buffer() {
    auto other = ready();
    other->ask(R"({"event":"#unsubscribe","data":")" + std::string(5000, 'x') + R"(","cid":9})");
  }

  std::optional<Next> next_;
};

TEST_F(MiddlewareTest, HeldEventKeepsItsNameAndData) {
  answer_events();
  for (const std::string& data : {std::string("[1]"), '"' + kLongText + '"'}) {
    const MiddlewareId id =
        server().use(Line::kEmit, [this](EmitRequest&, const Next& next) { next_.emplace(next); });
    auto client = ready();
    client->text(event(data, 7));
    ASSERT_TRUE(run_until([this] { return next_.has_value(); }));
    reuse_read_buffer();
    std::exchange(next_, std::nullopt).value()();
    EXPECT_EQ(client->next(), R"({"rid":7,"data":)" + data + "}");
    server().remove_middleware(id);
  }
}

TEST_F(MiddlewareTest, DataOfAHeldRequestCanBeReadLate) {
  EmitRequest* held = nullptr;
  server().use(Line::kEmit, [this, &held](EmitRequest& request, const Next& next) {
    held = &request;
    next_.emplace(next);
  });
  answer_events();
  auto client = ready();
  client->text(event(R"({"a":"b"})", 7));
  ASSERT_TRUE(run_until([this] { return next_.has_value(); }));
  reuse_read_buffer();
  EXPECT_EQ(held->event(), "an event with a long name");
  EXPECT_EQ(held->data(), (JsonObject{{"a", "b"}}));
  held->set_data("other");
  std::exchange(next_, std::nullopt).value()();
  EXPECT_EQ(client->next(), R"({"rid":7,"data":"other"})");
}

// A coroutine may decide first and go on with its request.
TEST_F(MiddlewareTest, RequestLivesOnWithACopyOfNextAfterTheDecision) {
  EmitRequest* decided = nullptr;
  server().use(Line::kEmit, [this, &decided](EmitRequest& request, const Next& next) {
    decided = &request;
    next_.emplace(next);
    next();
  });
  answer_events();
  auto client = ready();
  EXPECT_EQ(client->ask(event('"' + kLongText + '"', 7)),
            R"({"rid":7,"data":")" + kLongText + R"("})");
  reuse_read_buffer();
  EXPECT_EQ(decided->data(), Json(kLongText));
  next_.reset();
}

// What it has to say used to go to a log that had ended with the worker.
TEST_F(MiddlewareTest, NextMayBeDroppedWhenTheWorkerIsGone) {
  server().use(Line::kEmit, [this](EmitRequest&, const Next& next) { next_.emplace(next); });
  auto client = ready();
  client->text(event("1", 7));
  ASSERT_TRUE(run_until([this] { return next_.has_value(); }));
  client.reset();
  destroy_worker();
  next_.reset();
  EXPECT_THAT(log_.entries, ::testing::Contains(HasSubstr("dropped 'next'")));
}

TEST_F(MiddlewareTest, NextDoesNothingWhenTheWorkerIsGone) {
  server().use(Line::kEmit, [this](EmitRequest&, const Next& next) { next_.emplace(next); });
  server().use(Line::kEmit, [this](EmitRequest&, const Next&) {
    note("went on");
    throw std::runtime_error("oops");
  });
  auto client = ready();
  client->text(event("1", 7));
  ASSERT_TRUE(run_until([this] { return next_.has_value(); }));
  client.reset();
  destroy_worker();
  (*next_)();
  (*next_)(Error("too late"));
  EXPECT_FALSE(noted("went on"));
  next_.reset();
}

TEST_F(MiddlewareTest, HeldPublicationKeepsItsData) {
  server().use(Line::kPublishIn,
               [this](PublishInRequest&, const Next& next) { next_.emplace(next); });
  auto client = ready();
  client->ask(subscribe("news", 2));
  client->text(publish("news", '"' + kLongText + '"', 3));
  ASSERT_TRUE(run_until([this] { return next_.has_value(); }));
  reuse_read_buffer();
  std::exchange(next_, std::nullopt).value()();
  EXPECT_THAT((std::vector{client->next(), client->next()}),
              ::testing::UnorderedElementsAre(published("news", '"' + kLongText + '"'), rid(3)));
}

TEST_F(MiddlewareTest, ReplacedDataReachTheNextFunctionAndTheHandler) {
  server().use(Line::kEmit, [](EmitRequest& request, const Next& next) {
    request.set_data(request.data().as_int64() + 1);
    next();
  });
  server().use(Line::kEmit, [this](EmitRequest& request, const Next& next) {
    note(boost::json::serialize(request.data()));
    next();
  });
  answer_events();
  EXPECT_EQ(ready()->ask(event("41", 7)), R"({"rid":7,"data":42})");
  EXPECT_THAT(notes_, ElementsAre("42"));
}

// A function that forgot its next at once left the client's later actions held back for ever.
TEST_F(MiddlewareTest, DroppedNextBlocksAndASecondNextIsReported) {
  server().use(Line::kEmit, [](EmitRequest& request, const Next& next) {
    if (request.data() == Json("drop")) return;
    next();
    next(Error("TooLate", "decided already"));
  });
  answer_events();
  auto client = ready();
  EXPECT_THAT(client->ask(event(R"("drop")", 7)), HasSubstr("did not decide"));
  EXPECT_EQ(client->ask(event("1", 8)), R"({"rid":8,"data":1})");
  EXPECT_THAT(log_.entries, ::testing::Contains(HasSubstr("already invoked")));
}

// The run that is under way keeps the functions that it began with.
TEST_F(MiddlewareTest, FunctionMayRemoveItselfAndTheNextOne) {
  MiddlewareId first = 0;
  MiddlewareId second = 0;
  first = server().use(Line::kEmit, [this, &first, &second](EmitRequest&, const Next& next) {
    note("first");
    server().remove_middleware(first);
    server().remove_middleware(second);
    next();
  });
  second = server().use(Line::kEmit, [this](EmitRequest&, const Next& next) {
    note("second");
    next();
  });
  answer_events();
  auto client = ready();
  EXPECT_EQ(client->ask(event("1", 7)), R"({"rid":7,"data":1})");
  EXPECT_EQ(client->ask(event("2", 8)), R"({"rid":8,"data":2})");
  EXPECT_THAT(notes_, ElementsAre("first", "second"));
}

}  // namespace
}  // namespace socketcluster::server
