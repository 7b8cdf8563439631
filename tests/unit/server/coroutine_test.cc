// SPDX-License-Identifier: MIT
#include <socketcluster/coroutine.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unit/server/worker_under_test.h"

namespace socketcluster {
namespace {

using namespace std::chrono_literals;
using server::test::SocketClient;

// Counts its living copies: what a frame or a callable holds.
class Token {
 public:
  explicit Token(int& alive) : alive_(&alive) { ++*alive_; }
  Token(const Token& other) : alive_(other.alive_) { ++*alive_; }
  Token& operator=(const Token&) = delete;
  ~Token() { --*alive_; }

 private:
  int* alive_;
};

class CoroutineTest : public ::testing::Test {
 protected:
  Worker& worker() { return test_->worker(); }
  Server& server() { return worker().server(); }
  server::test::RecordingLog& log() { return test_->log; }
  template <typename Predicate>
  bool run_until(Predicate predicate) {
    return test_->run_until(std::move(predicate));
  }

  std::unique_ptr<server::test::WorkerUnderTest> test_ =
      std::make_unique<server::test::WorkerUnderTest>();
  int alive_ = 0;
};

// ---- Task ----

TEST_F(CoroutineTest, DoesNothingUnlessItIsStarted) {
  bool ran = false;
  const auto coroutine = [&ran](Token) -> Task {
    ran = true;
    co_return;
  };
  { const Task task = coroutine(Token(alive_)); }
  EXPECT_FALSE(ran);
  EXPECT_EQ(alive_, 0);
  coroutine(Token(alive_)).start();
  EXPECT_TRUE(ran);
  EXPECT_EQ(alive_, 0);
}

TEST_F(CoroutineTest, ThrowsToTheStarterWhatLeavesItBeforeItWaits) {
  const auto coroutine = [](Token) -> Task {
    throw std::runtime_error("early");
    co_return;
  };
  EXPECT_THROW(coroutine(Token(alive_)).start(), std::runtime_error);
  EXPECT_EQ(alive_, 0);
}

TEST_F(CoroutineTest, SleepsAndGoesOn) {
  std::string order;
  const auto coroutine = [](Worker& worker, std::string& out, Token) -> Task {
    out += "a";
    co_await socketcluster::sleep(worker, 1ms);
    out += "b";
    for (int i = 0; i < 3; ++i) co_await socketcluster::sleep(worker, 1ms);
    out += "c";
  };
  coroutine(worker(), order, Token(alive_)).start();
  EXPECT_EQ(order, "a");
  EXPECT_TRUE(run_until([&] { return order == "abc"; }));
  EXPECT_EQ(alive_, 0);
}

TEST_F(CoroutineTest, LogsWhatLeavesItAfterItHasWaited) {
  const auto coroutine = [](Worker& worker, Token) -> Task {
    co_await socketcluster::sleep(worker, 1ms);
    throw std::runtime_error("much later");
  };
  coroutine(worker(), Token(alive_)).start();
  EXPECT_TRUE(run_until([&] { return log().count("much later") == 1; }));
  EXPECT_EQ(alive_, 0);
}

TEST_F(CoroutineTest, TakesResultsThatAreThereAtOnce) {
  std::int64_t sum = 0;
  const auto coroutine = [](std::int64_t& out) -> Task {
    for (int i = 0; i < 100'000; ++i) {  // neither waits nor recurses
      out += co_await wait_for<int>([i](auto done) {
        done(i);
        done(1'000'000);  // too late
      });
    }
  };
  coroutine(sum).start();
  EXPECT_EQ(sum, 99'999LL * 100'000 / 2);
}

TEST_F(CoroutineTest, IsDestroyedWhenItsCallbackIsDropped) {
  bool went_on = false;
  const auto at_once = [](bool& out, Token) -> Task {
    co_await wait_for<int>([](auto) {});
    out = true;
  };
  at_once(went_on, Token(alive_)).start();
  EXPECT_EQ(alive_, 0);

  std::function<void(int)> callback;
  const auto later = [](std::function<void(int)>& place, bool& out, Token) -> Task {
    co_await wait_for<int>([&place](auto done) { place = done; });
    out = true;
  };
  later(callback, went_on, Token(alive_)).start();
  EXPECT_GT(alive_, 0);
  callback = nullptr;
  EXPECT_EQ(alive_, 0);
  EXPECT_FALSE(went_on);
}

TEST_F(CoroutineTest, CatchesWhatAnOperationThrowsWhenItIsStarted) {
  std::string caught;
  std::function<void(int)> kept;
  const auto coroutine = [](std::function<void(int)>& place, std::string& out, Token) -> Task {
    try {
      co_await wait_for<int>([&place](auto done) {
        place = done;
        throw std::runtime_error("cannot start");
      });
    } catch (const std::exception& error) {
      out = error.what();
    }
  };
  coroutine(kept, caught, Token(alive_)).start();
  EXPECT_EQ(caught, "cannot start");
  kept(1);  // nobody waits
  EXPECT_EQ(alive_, 0);
}

TEST_F(CoroutineTest, RunsBlockingWorkElsewhere) {
  std::string text;
  const auto coroutine = [](Worker& worker, std::string& out) -> Task {
    auto made = co_await run_blocking(worker, [] { return std::make_unique<std::string>("made"); });
    auto failed = co_await run_blocking(worker, []() -> int { throw std::runtime_error("bad"); });
    auto nothing = co_await run_blocking(worker, [] {});
    out = **made + " " + failed.error() + (nothing ? " ok" : "");
  };
  coroutine(worker(), text).start();
  EXPECT_TRUE(run_until([&] { return !text.empty(); }));
  EXPECT_EQ(text, "made bad ok");
}

TEST_F(CoroutineTest, SignsTokens) {
  std::string token, error;
  const auto coroutine = [](Worker& worker, std::string& token_out,
                            std::string& error_out) -> Task {
    const JsonObject claims = {{"username", "alice"}};
    SignedToken good = co_await sign_auth_token(worker, claims);
    token_out = good.token;
    const JsonObject refused = {{"exp", "soon"}};
    SignedToken bad = co_await sign_auth_token(worker, refused);
    error_out = bad.error->name();
  };
  coroutine(worker(), token, error).start();
  EXPECT_TRUE(run_until([&] { return !error.empty(); }));
  EXPECT_EQ(token.substr(0, 3), "eyJ");
  EXPECT_EQ(error, "AuthTokenError");
}

// ---- Handlers of sockets ----

TEST_F(CoroutineTest, AnswersAnEventAfterAskingTheClient) {
  server().on_connection([](Socket& socket) {
    socket.on("x", [socket](Json data, Respond respond) -> Task {
      const Json question = {{"about", data}};
      const Answer answer = co_await emit(socket, "ask", question);
      respond(Json({{"you_said", answer.data}, {"to", data}}));
    });
  });
  SocketClient client(*test_);
  client.send(R"({"event":"x","data":7,"cid":2})");
  ASSERT_TRUE(client.wait_for(R"({"event":"ask","data":{"about":7},"cid":1})"));
  client.send(R"({"rid":1,"data":"yes"})");
  EXPECT_TRUE(client.wait_for(R"({"rid":2,"data":{"you_said":"yes","to":7}})"));
}

TEST_F(CoroutineTest, KeepsReferenceParametersAndCapturesOfAHandlerThatIsReplaced) {
  server().on_connection([this](Socket& socket) {
    const std::string captured(100, 'c');
    socket.on("x", [this, captured, &socket](const Json& data, const Respond& respond) -> Task {
      socket.off("x");
      co_await socketcluster::sleep(worker(), 2ms);
      respond(Json(std::string(data.as_string()) + captured));
    });
  });
  SocketClient client(*test_);
  client.send(
      R"({"event":"x","data":"a string that is not short at all, so that it is allocated","cid":2})");
  EXPECT_TRUE(client.wait_for("so that it is allocated" + std::string(100, 'c')));
}

TEST_F(CoroutineTest, MayBeAConnectionHandlerOrHandleEventsOfAll) {
  std::string id;
  server().on_connection([&](Socket& socket) -> Task {
    co_await socketcluster::sleep(worker(), 1ms);
    socket.emit("hello", Json(socket.id()));
    id = socket.id();
  });
  server().on("who", [&](Socket& socket, const Json&, Respond respond) -> Task {
    co_await socketcluster::sleep(worker(), 1ms);
    respond(Json(socket.id()));
  });
  SocketClient client(*test_);
  ASSERT_TRUE(run_until([&] { return !id.empty(); }));
  EXPECT_TRUE(client.wait_for(R"({"event":"hello","data":")" + id));
  client.send(R"({"event":"who","cid":2})");
  EXPECT_TRUE(client.wait_for(R"({"rid":2,"data":")" + id));
}

TEST_F(CoroutineTest, KeepsTheSocketOfAConnectionHandlerWhoseClientIsGone) {
  bool is_open = true;
  bool is_over = false;
  server().on_connection([&, token = Token(alive_)](Socket& socket) -> Task {
    while (socket.is_open()) co_await socketcluster::sleep(worker(), 1ms);
    co_await socketcluster::sleep(worker(), 5ms);
    is_open = socket.is_open() || socket.id().empty();
    is_over = true;
  });
  { const SocketClient client(*test_); }
  EXPECT_TRUE(run_until([&] { return is_over; }));
  EXPECT_FALSE(is_open);
}

TEST_F(CoroutineTest, SetsATokenAndWaitsForItsConfirmation) {
  std::string result;
  server().on_connection([&](Socket& socket) -> Task {
    const Json claims = {{"username", "alice"}};
    const auto error = co_await set_auth_token(socket, claims);
    result = error ? std::string(error->name()) : "confirmed";
  });
  SocketClient client(*test_);
  ASSERT_TRUE(client.wait_for("#setAuthToken"));
  client.send(R"({"rid":1})");
  EXPECT_TRUE(run_until([&] { return !result.empty(); }));
  EXPECT_EQ(result, "confirmed");
}

TEST_F(CoroutineTest, AnswersWithExceptionsBeforeAndAfterAWait) {
  server().on("early", [](Socket&, const Json&, const Respond&) -> Task {
    throw std::runtime_error("too early");
    co_return;
  });
  server().on("late", [&](Socket&, const Json&, const Respond&) -> Task {
    co_await socketcluster::sleep(worker(), 1ms);
    throw std::runtime_error("too late");
  });
  server().on("answered", [&](Socket&, const Json&, Respond respond) -> Task {
    respond(Json("fine"));
    co_await socketcluster::sleep(worker(), 1ms);
    throw std::runtime_error("after all");
  });
  SocketClient client(*test_);
  client.send(R"({"event":"early","cid":2})");
  EXPECT_TRUE(client.wait_for(R"({"rid":2,"error":{"message":"too early"}})"));
  client.send(R"({"event":"late","cid":3})");
  EXPECT_TRUE(client.wait_for(R"({"rid":3,"error":{"message":"too late"}})"));
  client.send(R"({"event":"answered","cid":4})");
  EXPECT_TRUE(run_until([&] { return log().count("after all") == 1; }));
  EXPECT_TRUE(client.wait_for(R"({"rid":4,"data":"fine"})"));
  EXPECT_EQ(log().count("too early"), 1);
  EXPECT_EQ(log().count("too late"), 1);
}

// ---- Middleware and HTTP ----

TEST_F(CoroutineTest, DecidesAsMiddleware) {
  server().use(Line::kSubscribe, [&](SubscribeRequest& request, Next next) -> Task {
    co_await socketcluster::sleep(worker(), 1ms);
    if (request.channel() == "secret") co_return next(Error("ForbiddenError", "no"));
    if (request.channel() == "broken") throw std::runtime_error("oops");
    next();
  });
  SocketClient client(*test_);
  client.send(R"({"event":"#subscribe","data":{"channel":"secret"},"cid":2})");
  EXPECT_TRUE(client.wait_for("ForbiddenError"));
  client.send(R"({"event":"#subscribe","data":{"channel":"open"},"cid":3})");
  EXPECT_TRUE(client.wait_for(R"({"rid":3})"));
  client.send(R"({"event":"#subscribe","data":{"channel":"broken"},"cid":4})");
  EXPECT_TRUE(client.wait_for(R"("rid":4,"error")"));
  EXPECT_EQ(log().count("oops"), 1);
}

TEST_F(CoroutineTest, AnswersHttpRequests) {
  worker().http().use([&](const HttpRequest&, HttpReply reply, HttpNext next) -> Task {
    co_await socketcluster::sleep(worker(), 1ms);
    reply.header("X-Slept", "yes");
    next();
  });
  worker().http().get("/:name", [&](const HttpRequest& request, HttpReply reply) -> Task {
    const auto text = co_await run_blocking(worker(), [] { return std::string("hello "); });
    if (request.param("name") == "bad") throw std::runtime_error("secret");
    reply.text(*text + request.param("name"));
  });
  const auto good = server::test::ask(*test_, "GET", "/alice");
  EXPECT_EQ(good.body, "hello alice");
  EXPECT_TRUE(good.has_line("X-Slept: yes"));
  const auto bad = server::test::ask(*test_, "GET", "/bad");
  EXPECT_EQ(bad.status, 500);
  EXPECT_EQ(bad.body.find("secret"), std::string::npos);
  EXPECT_EQ(log().count("secret"), 1);
  EXPECT_EQ(log().count("dropped"), 0);
}

// ---- What goes away while a Task waits ----

TEST_F(CoroutineTest, GetsAnErrorWhenTheSocketItAsksCloses) {
  std::string error;
  server().on_connection([&](Socket& socket) -> Task {
    const Answer answer = co_await emit(socket, "ask");
    error = answer.error->name();
    const Answer again = co_await emit(socket, "ask");  // closed from the beginning
    error += " " + std::string(again.error->name());
  });
  {
    SocketClient client(*test_);
    ASSERT_TRUE(client.wait_for(R"("event":"ask")"));
  }
  EXPECT_TRUE(run_until([&] { return error == "BadConnectionError BadConnectionError"; })) << error;
}

TEST_F(CoroutineTest, MayCloseTheSocketThatItIsCalledFor) {
  bool is_over = false;
  server().on_connection([&is_over](Socket& socket) {
    socket.on("x", [&is_over, &socket](const Json&, Respond respond) -> Task {
      socket.disconnect(4500, "enough");
      const Answer answer = co_await emit(socket, "ask");
      respond(Json(1));
      socket.terminate();
      co_await emit(socket, "ask");
      is_over = true;
    });
  });
  SocketClient client(*test_);
  client.send(R"({"event":"x","cid":2})");
  EXPECT_TRUE(run_until([&] { return is_over; }));
}

// Who waits for a connection hears that it is over; who waits for anything else is destroyed.
TEST_F(CoroutineTest, EndsWhereverItWaitsWhenTheWorkerEnds) {
  int heard = 0;
  int went_on = 0;
  server().on_connection([&, token = Token(alive_)](Socket& socket) {
    socket.on("ask", [&, token, socket](Json, Respond respond) -> Task {
      co_await emit(socket, "never answered");
      respond();
      ++heard;
    });
    socket.on("sleep", [&, token, socket](Json, Respond) -> Task {
      co_await socketcluster::sleep(worker(), std::chrono::hours(1));
      ++went_on;
    });
    socket.on("work", [&, token, socket](Json, Respond) -> Task {
      co_await run_blocking(worker(), [] { return 1; });
      ++went_on;
    });
  });
  worker().http().get("/", [&, token = Token(alive_)](const HttpRequest&, HttpReply reply) -> Task {
    const HttpStream stream = reply.stream();
    co_await wait_for<int>([&](auto done) { stream.on_close([done] { done(1); }); });
    ++heard;
  });
  server::test::TcpClient http_client(*test_);
  http_client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  SocketClient client(*test_);
  client.send(R"({"event":"ask","cid":2})");
  client.send(R"({"event":"sleep","cid":3})");
  ASSERT_TRUE(client.wait_for("never answered"));
  client.send(R"({"event":"work","cid":4})");
  test_->core->loop().run_once(10ms);
  EXPECT_GT(alive_, 0);
  test_->core.reset();
  EXPECT_EQ(alive_, 0);
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(went_on, 0);
}

}  // namespace
}  // namespace socketcluster
