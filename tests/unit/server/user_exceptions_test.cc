// SPDX-License-Identifier: MIT
// What handlers throw: an answer for whoever waits for one, a warning in any case, and the end of
// the worker if `crashWorkerOnError` says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::publish;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kEvent = R"({"event":"go","data":1,"cid":2})";

[[noreturn]] void oops() {
  throw std::runtime_error("oops");
}

class UserExceptions : public test::WorkerTest {
 protected:
  // `action` makes a handler throw that was registered before; the worker hears of it.
  void expect_warning(const std::function<void()>& action) {
    log_.entries.clear();
    action();
    EXPECT_TRUE(run_until([&] { return !log_.entries.empty(); }));
    EXPECT_THAT(log_.entries, Contains(HasSubstr("threw: oops")));
  }
};

TEST_F(UserExceptions, AnswerTheCallerAndAreAWarning) {
  server().on_warning([this](const std::string& text) { note(text); });
  server().on("go", [](Socket&, const Json&, const Respond&) { oops(); });
  const auto client = ready();
  EXPECT_EQ(client->ask(kEvent), R"({"rid":2,"error":{"message":"oops"}})");
  turn();
  EXPECT_THAT(log_.entries, Contains("handler of 'go' threw: oops"));
  EXPECT_TRUE(noted("handler of 'go' threw: oops"));
  EXPECT_FALSE(worker().has_crashed());
}

TEST_F(UserExceptions, OfMiddlewareBlockTheActionAndAreAWarningOfTheirOwn) {
  options_.middleware_emit_warnings = false;
  server().use(Line::kSubscribe, [](SubscribeRequest&, const Next&) { oops(); });
  const auto client = ready();
  EXPECT_EQ(client->ask(subscribe("a", 2)), R"({"rid":2,"error":{"message":"oops"}})");
  EXPECT_THAT(log_.entries, Contains("a function of the subscribe middleware threw: oops"));
}

TEST_F(UserExceptions, BehindADecisionOfMiddlewareAreAWarningAndNothingElse) {
  server().use(Line::kSubscribe, [](SubscribeRequest&, const Next& next) {
    next();
    oops();
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(subscribe("a", 2)), rid(2));
  EXPECT_THAT(log_.entries, Contains("a function of the subscribe middleware threw: oops"));
}

TEST_F(UserExceptions, AreWarningsWhereverTheyComeFrom) {
  server().on_disconnection([](Socket&, int, const std::string&) { oops(); });
  worker().api().http().get("/go", [](const HttpRequest&, const HttpReply&) { oops(); });
  exchange().subscribe("a", [](const Json&) { oops(); });
  expect_warning([&] { exchange().publish("a", 1); });
  expect_warning([&] { worker().api().set_timeout(milliseconds(1), oops); });
  expect_warning([&] { worker().api().post(oops); });
  expect_warning([&] {
    worker().api().run_blocking([] { return 1; }, [](const BlockingResult<int>&) { oops(); });
  });
  expect_warning([&] { ready()->drop(); });
  expect_warning([&] {
    TestClient http(worker(), {.start = test::Start::kConnected});
    http.bytes("GET /go HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(http.rest(), StartsWith("HTTP/1.1 500 "));
  });
  EXPECT_FALSE(worker().has_crashed());
}

TEST_F(UserExceptions, OfTheHandlerOfWarningsAreNotToldToIt) {
  int calls = 0;
  server().on_warning([&calls](const std::string&) {
    ++calls;
    oops();
  });
  worker().api().post(oops);
  EXPECT_TRUE(run_until([&] { return calls == 1; }));
  turn();
  EXPECT_EQ(calls, 1);
}

class ThrowingEngine final : public AuthEngine {
 public:
  void verify(const std::string& /*token*/, OnVerified /*done*/) override { oops(); }
  void sign(const JsonObject& /*claims*/, const AuthTokenOptions& /*options*/,
            OnSigned /*done*/) override {
    oops();
  }
};

TEST_F(UserExceptions, OfAnAuthEngineRefuseTheTokenWithoutTakingIt) {
  server().set_auth_engine(std::make_unique<ThrowingEngine>());
  const auto client = ready_v1();
  const std::string answer = client->ask(R"({"event":"#authenticate","data":"token","cid":2})");
  EXPECT_THAT(answer, HasSubstr(R"("isAuthenticated":false)"));
  EXPECT_THAT(answer, HasSubstr("oops"));
  EXPECT_THAT(log_.entries, Contains("the auth engine threw: oops"));
  server().for_each_client([](Socket& socket) { socket.set_auth_token({{"name", "ann"}}); });
  EXPECT_EQ(client->next(), "close:4002:");
}

TEST_F(UserExceptions, EndTheWorkerBehindTheAnswerIfItIsToCrash) {
  options_.crash_worker_on_error = true;
  server().on("go", [](Socket&, const Json&, const Respond&) { oops(); });
  const auto client = ready();
  client->text(kEvent);
  worker().run();  // ends by itself
  EXPECT_TRUE(worker().has_crashed());
  EXPECT_EQ(client->next_at_once(), R"({"rid":2,"error":{"message":"oops"}})");
  EXPECT_THAT(log_.entries, Contains(HasSubstr("crashWorkerOnError is set: the worker ends")));
}

TEST_F(UserExceptions, OfATimerEndTheWorkerIfItIsToCrash) {
  options_.crash_worker_on_error = true;
  worker().api().set_timeout(milliseconds(1), oops);
  worker().run();
  EXPECT_TRUE(worker().has_crashed());
}

TEST_F(UserExceptions, ThatAHandlerCatchesItselfDoNotEndTheWorker) {
  options_.crash_worker_on_error = true;
  server().on("go", [](Socket&, const Json&, const Respond& respond) {
    respond(Error("ValidationError", "no"));
  });
  const auto client = ready();
  EXPECT_THAT(client->ask(kEvent), HasSubstr("ValidationError"));
  EXPECT_FALSE(worker().has_crashed());
}

}  // namespace
}  // namespace socketcluster::server
