// SPDX-License-Identifier: MIT
#include "server/http_routes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/http/temporary_directory.h"
#include "unit/server/worker_under_test.h"

namespace socketcluster::server {
namespace {

using test::ask;
using test::HttpAnswer;
using test::TcpClient;

std::string matched(std::string_view pattern, std::string_view path) {
  const auto parsed = RoutePattern::parse(pattern);
  if (!parsed) return "invalid";
  const auto params = parsed->match(path);
  if (!params) return "no";
  std::string text = "yes";
  for (const auto& [name, value] : *params) text += " " + name + "=" + value;
  return text;
}

TEST(RoutePattern, MatchesSegmentBySegment) {
  EXPECT_EQ(matched("/", "/"), "yes");
  EXPECT_EQ(matched("/", "/a"), "no");
  EXPECT_EQ(matched("/a/b", "/a/b"), "yes");
  EXPECT_EQ(matched("/a/b", "/a/b/"), "no");
  EXPECT_EQ(matched("/a/b", "/a"), "no");
  EXPECT_EQ(matched("/a/b", "/a/b/c"), "no");
  EXPECT_EQ(matched("/a/b", "/A/b"), "no");
  EXPECT_EQ(matched("/a/", "/a/"), "yes");
  EXPECT_EQ(matched("/a", "*"), "no");
  EXPECT_EQ(matched("/a", ""), "no");
}

TEST(RoutePattern, TakesParametersDecoded) {
  EXPECT_EQ(matched("/u/:id", "/u/7"), "yes id=7");
  EXPECT_EQ(matched("/u/:id", "/u/"), "no");
  EXPECT_EQ(matched("/u/:id", "/u/a%2Fb%20c%2B"), "yes id=a/b c+");
  EXPECT_EQ(matched("/u/:id", "/u/a+b"), "yes id=a+b");
  EXPECT_EQ(matched("/u/:id", "/u/%zz"), "no");
  EXPECT_EQ(matched("/:a/x/:b", "/1/x/2"), "yes a=1 b=2");
  EXPECT_EQ(matched("/caf%C3%A9", "/caf%C3%A9"), "no");  // patterns are not encoded
  EXPECT_EQ(matched("/caf\xC3\xA9", "/caf%C3%A9"), "yes");
}

TEST(RoutePattern, TakesTheRestForAStar) {
  EXPECT_EQ(matched("/f/*", "/f/"), "yes *=");
  EXPECT_EQ(matched("/f/*", "/f/a/b%20c"), "yes *=a/b c");
  EXPECT_EQ(matched("/f/*", "/f"), "no");
  EXPECT_EQ(matched("/*", "/"), "yes *=");
  EXPECT_EQ(matched("/:a/*", "/x/y/z"), "yes a=x *=y/z");
}

TEST(RoutePattern, RefusesWhatMeansNothing) {
  for (const char* pattern : {"", "a", "/:", "/:a/:a", "/*/a", "/a*", "/:a*"}) {
    EXPECT_EQ(matched(pattern, "/"), "invalid") << pattern;
  }
}

class HttpRoutesTest : public ::testing::Test {
 protected:
  Http& http() { return test_.worker().http(); }
  HttpAnswer ask(std::string_view method, std::string_view target, std::string_view fields = "",
                 std::string_view body = "") {
    return test::ask(test_, method, target, fields, body);
  }
  test::WorkerUnderTest test_;
};

TEST_F(HttpRoutesTest, AnswersWithWhatTheRequestHas) {
  http().post("/login/:kind", [](const HttpRequest& request, HttpReply reply) {
    const std::optional<Json> body = request.json();
    reply.json({{"kind", request.param("kind")},
                {"none", request.param("none")},
                {"user", body ? body->at("user") : Json()},
                {"again", request.query_param("again").value_or("-")},
                {"session", request.cookie("session").value_or("-")},
                {"from", request.remote_address()}});
  });
  const HttpAnswer answer = ask("POST", "/login/by%20name?again=1%2B1",
                                "Cookie: a=b; session=x%20y\r\n", R"({"user":"alice"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has_line("Content-Type: application/json; charset=utf-8"));
  EXPECT_EQ(answer.body,
            R"({"kind":"by name","none":"","user":"alice","again":"1+1","session":"x y",)"
            R"("from":"127.0.0.1"})");
}

TEST_F(HttpRoutesTest, ReadsFormsOfThatContentTypeOnly) {
  http().post("/", [](const HttpRequest& request, HttpReply reply) {
    reply.text(request.form_param("b").value_or("none"));
  });
  const std::string type = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";
  EXPECT_EQ(ask("POST", "/", type, "a=1&b=x+y%21").body, "x y!");
  EXPECT_EQ(ask("POST", "/", type, "a=1").body, "none");
  EXPECT_EQ(ask("POST", "/", "Content-Type: text/plain\r\n", "a=1&b=2").body, "none");
  EXPECT_EQ(ask("POST", "/", "", "a=1&b=2").body, "none");
}

TEST_F(HttpRoutesTest, FormsBodiesByTheirKind) {
  http().get("/text", [](const HttpRequest&, HttpReply reply) { reply.text(201, "t"); });
  http().get("/html", [](const HttpRequest&, HttpReply reply) { reply.html("<p>"); });
  http().get("/bytes", [](const HttpRequest&, HttpReply reply) {
    reply.bytes(std::string("\0\xff", 2), "image/x");
  });
  http().get("/none", [](const HttpRequest&, HttpReply reply) { reply.empty(); });
  http().get("/own", [](const HttpRequest&, HttpReply reply) {
    reply.status(418).header("content-type", "text/csv").header("X-A", "1").header("x-a", "2");
    reply.text("a,b");
  });
  EXPECT_EQ(ask("GET", "/text").status, 201);
  EXPECT_TRUE(ask("GET", "/html").has_line("Content-Type: text/html; charset=utf-8"));
  EXPECT_EQ(ask("GET", "/bytes").body, std::string("\0\xff", 2));
  EXPECT_EQ(ask("GET", "/none").status, 204);
  const HttpAnswer own = ask("GET", "/own");
  EXPECT_EQ(own.status, 418);
  EXPECT_TRUE(own.has_line("content-type: text/csv"));
  EXPECT_TRUE(own.has_line("x-a: 2"));
  EXPECT_FALSE(own.has_line("X-A: 1"));
  EXPECT_EQ(own.head.find("text/plain"), std::string::npos);
}

TEST_F(HttpRoutesTest, RedirectsWithoutLettingHeadersIn) {
  http().get("/", [](const HttpRequest& request, HttpReply reply) {
    reply.redirect(*request.query_param("to"), 303);
  });
  const HttpAnswer answer = ask("GET", "/?to=/a%0d%0aX-Evil:%201%20caf%C3%A9");
  EXPECT_EQ(answer.status, 303);
  EXPECT_TRUE(answer.has_line("Location: /a%0D%0AX-Evil:%201%20caf%C3%A9"));
}

TEST_F(HttpRoutesTest, SetsAndClearsCookies) {
  http().get("/", [](const HttpRequest&, HttpReply reply) {
    reply.cookie("a", "x; y", {.max_age = std::chrono::seconds(60), .secure = true})
        .cookie("b", "1", {.path = "", .http_only = false, .same_site = SameSite::kNotSet})
        .clear_cookie("c")
        .empty();
  });
  const HttpAnswer answer = ask("GET", "/");
  EXPECT_TRUE(answer.has_line(
      "Set-Cookie: a=x%3B%20y; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"));
  EXPECT_TRUE(answer.has_line("Set-Cookie: b=1"));
  EXPECT_TRUE(answer.has_line("Set-Cookie: c=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
}

TEST_F(HttpRoutesTest, TakesTheFirstRouteThatMatches) {
  http().get("/u/me", [](const HttpRequest&, HttpReply reply) { reply.text("me"); });
  http().get("/u/:id", [](const HttpRequest&, HttpReply reply) { reply.text("id"); });
  http().route("*", "/u/:id", [](const HttpRequest&, HttpReply reply) { reply.text("any"); });
  EXPECT_EQ(ask("GET", "/u/me").body, "me");
  EXPECT_EQ(ask("GET", "/u/7").body, "id");
  EXPECT_EQ(ask("PUT", "/u/me").body, "any");
}

TEST_F(HttpRoutesTest, SaysWhichMethodsAPathHas) {
  http().get("/x", [](const HttpRequest&, HttpReply reply) { reply.text("x"); });
  http().put("/x", [](const HttpRequest&, HttpReply reply) { reply.text("x"); });
  http().get("/:any", [](const HttpRequest&, HttpReply reply) { reply.text("x"); });
  const HttpAnswer refused = ask("DELETE", "/x");
  EXPECT_EQ(refused.status, 405);
  EXPECT_TRUE(refused.has_line("Allow: GET, HEAD, PUT"));
  const HttpAnswer options = ask("OPTIONS", "/x");
  EXPECT_EQ(options.status, 204);
  EXPECT_TRUE(options.has_line("Allow: GET, HEAD, PUT"));
  EXPECT_EQ(ask("DELETE", "/x/y").status, 404);
}

TEST_F(HttpRoutesTest, AnswersHeadWithTheRouteForGet) {
  http().get("/x", [](const HttpRequest&, HttpReply reply) { reply.text("1234"); });
  const HttpAnswer answer = ask("HEAD", "/x");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has_line("Content-Length: 4"));
  EXPECT_EQ(answer.body, "");
}

TEST_F(HttpRoutesTest, RefusesWrongRegistrations) {
  const HttpHandler handler = [](const HttpRequest&, HttpReply) {};
  EXPECT_THROW(http().route("", "/", handler), std::invalid_argument);
  EXPECT_THROW(http().route("A B", "/", handler), std::invalid_argument);
  EXPECT_THROW(http().get("x", handler), std::invalid_argument);
  EXPECT_THROW(http().get("/:a/:a", handler), std::invalid_argument);
}

TEST_F(HttpRoutesTest, KeepsTheHealthCheckAndTheSocketPath) {
  EXPECT_EQ(ask("GET", "/socketcluster/").status, 501);
  http().route("*", "/*", [](const HttpRequest&, HttpReply reply) { reply.text("mine"); });
  EXPECT_EQ(ask("GET", "/health-check").body, "OK");
  EXPECT_EQ(ask("GET", "/socketcluster/").body, "mine");
  const test::SocketClient client(test_);  // upgrades are no affair of routes
}

TEST_F(HttpRoutesTest, AnswersLater) {
  std::optional<HttpReply> kept;
  http().get("/", [&](const HttpRequest&, HttpReply reply) { kept = std::move(reply); });
  TcpClient client(test_);
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(test_.run_until([&] { return kept.has_value(); }));
  test_.run_some();
  EXPECT_TRUE(kept->is_open());
  kept->text("late");
  EXPECT_FALSE(kept->is_open());
  EXPECT_EQ(test::parse_answer(client.receive_all()).body, "late");
}

TEST_F(HttpRoutesTest, IgnoresAndReportsASecondAnswer) {
  http().get("/", [](const HttpRequest&, HttpReply reply) {
    reply.text("first");
    reply.text("second");
  });
  EXPECT_EQ(ask("GET", "/").body, "first");
  EXPECT_EQ(test_.log.count("answered a second time"), 1);
}

TEST_F(HttpRoutesTest, Answers500ForAForgottenReply) {
  http().get("/", [](const HttpRequest&, const HttpReply&) {});
  EXPECT_EQ(ask("GET", "/").status, 500);
  EXPECT_EQ(test_.log.count("HTTP GET /: the reply was dropped"), 1);
}

TEST_F(HttpRoutesTest, KeepsTheTextOfExceptionsToItself) {
  http().get("/std", [](const HttpRequest&, HttpReply) { throw std::runtime_error("secret 1"); });
  http().get("/int", [](const HttpRequest&, HttpReply) { throw 2; });
  http().get("/bad", [](const HttpRequest&, HttpReply reply) { reply.header("A", "x\r\nB: y"); });
  http().get("/late", [](const HttpRequest&, HttpReply reply) {
    reply.text("answered");
    throw std::runtime_error("secret 2");
  });
  const HttpAnswer answer = ask("GET", "/std");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(test_.log.count("secret 1"), 1);
  EXPECT_EQ(ask("GET", "/int").status, 500);
  EXPECT_EQ(ask("GET", "/bad").status, 500);
  EXPECT_EQ(ask("GET", "/late").body, "answered");
  EXPECT_EQ(test_.log.count("secret 2"), 1);
  EXPECT_EQ(test_.log.count("dropped"), 0);
}

TEST_F(HttpRoutesTest, SurvivesClientsThatLeave) {
  std::optional<HttpReply> kept;
  http().get("/", [&](const HttpRequest&, HttpReply reply) { kept = std::move(reply); });
  {
    TcpClient client(test_);
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(test_.run_until([&] { return kept.has_value(); }));
  }
  kept->text("nobody reads this");
  test_.run_some();
  kept.reset();
  EXPECT_EQ(test_.log.count("HTTP"), 0);
}

// ---- Middleware ----

TEST_F(HttpRoutesTest, RunsMiddlewareInOrderBeforeEverything) {
  std::string order;
  for (const char* name : {"a", "b"}) {
    http().use([&order, name](const HttpRequest&, HttpReply reply, HttpNext next) {
      order += name;
      reply.add_header("X-Seen", name);
      next();
    });
  }
  http().get("/x", [&](const HttpRequest&, HttpReply reply) {
    order += "x";
    reply.text("x");
  });
  const HttpAnswer answer = ask("GET", "/x");
  EXPECT_TRUE(answer.has_line("X-Seen: a"));
  EXPECT_TRUE(answer.has_line("X-Seen: b"));
  EXPECT_EQ(ask("GET", "/health-check").body, "OK");
  EXPECT_TRUE(ask("GET", "/nothing").has_line("X-Seen: a"));
  EXPECT_EQ(order, "abxabab");
}

TEST_F(HttpRoutesTest, LetsMiddlewareAnswer) {
  http().use([](const HttpRequest& request, HttpReply reply, HttpNext next) {
    if (!request.header("Authorization")) return reply.text(401, "who?");
    next();
  });
  http().get("/", [](const HttpRequest&, HttpReply reply) { reply.text("in"); });
  EXPECT_EQ(ask("GET", "/").body, "who?");
  EXPECT_EQ(ask("GET", "/", "Authorization: x\r\n").body, "in");
}

TEST_F(HttpRoutesTest, WaitsForMiddlewareThatDecidesLater) {
  http().use([this](const HttpRequest&, const HttpReply&, HttpNext next) {
    test_.worker().set_timeout(std::chrono::milliseconds(1), [next] { next(); });
  });
  http().get("/:a",
             [](const HttpRequest& request, HttpReply reply) { reply.text(request.param("a")); });
  EXPECT_EQ(ask("GET", "/later").body, "later");
  EXPECT_EQ(ask("GET", "/health-check").body, "OK");
  EXPECT_EQ(ask("POST", "/x").status, 405);
}

TEST_F(HttpRoutesTest, DestroysTheNextThatIsBeingCalledSafely) {
  auto kept = std::make_shared<std::optional<HttpNext>>();
  http().use(
      [kept](const HttpRequest&, const HttpReply&, HttpNext next) { *kept = std::move(next); });
  http().get("/", [kept](const HttpRequest&, HttpReply reply) {
    kept->reset();
    reply.text("done");
  });
  test_.worker().set_interval(std::chrono::milliseconds(1), [kept] {
    if (kept->has_value()) (**kept)();
  });
  EXPECT_EQ(ask("GET", "/").body, "done");
}

TEST_F(HttpRoutesTest, ReportsNextThatIsCalledTwice) {
  http().use([](const HttpRequest&, const HttpReply&, HttpNext next) {
    next();
    next();
  });
  http().get("/", [](const HttpRequest&, HttpReply reply) { reply.text("once"); });
  EXPECT_EQ(ask("GET", "/").body, "once");
  EXPECT_EQ(test_.log.count("'next' of a middleware was called a second time"), 1);
}

TEST_F(HttpRoutesTest, Answers500ForMiddlewareThatForgetsFailsOrThrows) {
  std::string mode;
  int later = 0;
  http().use([&](const HttpRequest&, const HttpReply&, const HttpNext& next) {
    if (mode == "fail") next(Error("DbError", "the database is down"));
    if (mode == "throw") throw std::runtime_error("thrown");
    if (mode == "next and throw") {
      next();
      throw std::runtime_error("thrown late");
    }
  });
  http().use([&](const HttpRequest&, const HttpReply&, HttpNext next) {
    ++later;
    next();
  });
  for (const char* each : {"forget", "fail", "throw", "next and throw"}) {
    mode = each;
    const HttpAnswer answer = ask("GET", "/");
    EXPECT_EQ(answer.status, 500) << mode;
    EXPECT_EQ(answer.body, "Internal Server Error") << mode;
  }
  EXPECT_EQ(later, 0);
  EXPECT_EQ(test_.log.count("dropped without an answer"), 1);
  EXPECT_EQ(test_.log.count("the database is down"), 1);
  EXPECT_EQ(test_.log.count("a middleware threw: thrown"), 2);
}

TEST_F(HttpRoutesTest, PassesManyMiddlewareWithoutRecursion) {
  for (int i = 0; i < 20'000; ++i) {
    http().use([](const HttpRequest&, const HttpReply&, const HttpNext& next) { next(); });
  }
  EXPECT_EQ(ask("GET", "/health-check").body, "OK");
}

// ---- With static files ----

TEST_F(HttpRoutesTest, ServesStaticFilesBehindTheRoutes) {
  http::test::TemporaryDirectory directory;
  directory.write("index.html", "page");
  http().serve_static(directory.path().string());
  http().use([](const HttpRequest&, HttpReply reply, HttpNext next) {
    reply.header("Cache-Control", "no-store");
    next();
  });
  http().post("/", [](const HttpRequest&, HttpReply reply) { reply.text("posted"); });
  const HttpAnswer page = ask("GET", "/");
  EXPECT_EQ(page.body, "page");
  EXPECT_TRUE(page.has_line("Cache-Control: no-store"));
  EXPECT_EQ(page.head.find("max-age"), std::string::npos);
  EXPECT_EQ(ask("POST", "/").body, "posted");
  EXPECT_EQ(ask("PUT", "/").status, 405);
  EXPECT_EQ(ask("GET", "/missing").status, 404);
}

// ---- Streams ----

TEST_F(HttpRoutesTest, StreamsAsFastAsTheClientReads) {
  constexpr int kPieces = 100;
  int written = 0;
  http().get("/", [&](const HttpRequest&, HttpReply reply) {
    const HttpStream stream = reply.stream();
    const auto pump = [&written, stream] {
      const std::string piece(50'000, 'x');
      while (written < kPieces) {
        ++written;
        if (!stream.write(piece)) return;
      }
      stream.end("end");
    };
    stream.on_drain(pump);
    pump();
  });
  TcpClient client(test_);
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const HttpAnswer answer = test::parse_answer(client.receive_all());
  EXPECT_TRUE(answer.has_line("Transfer-Encoding: chunked"));
  EXPECT_EQ(written, kPieces);
  EXPECT_GT(answer.body.size(), 50'000U * kPieces);
  EXPECT_EQ(answer.body.substr(answer.body.size() - 15), "\r\n3\r\nend\r\n0\r\n\r\n");
}

TEST_F(HttpRoutesTest, TellsAStreamThatItsClientIsGone) {
  std::optional<HttpStream> stream;
  int closed = 0;
  http().get("/", [&](const HttpRequest&, HttpReply reply) {
    stream.emplace(reply.stream(1000));
    stream->on_close([&closed, copy = *stream] { ++closed; });  // a cycle that the end breaks
    stream->write("x");
  });
  {
    TcpClient client(test_);
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(client.receive_until(
        [](const std::string& text) { return text.find("\r\n\r\nx") != std::string::npos; }));
  }
  EXPECT_TRUE(test_.run_until([&] {
    stream->write("x");
    return closed > 0;
  }));
  EXPECT_FALSE(stream->is_open());
  int told_late = 0;
  stream->on_close([&] { ++told_late; });
  test_.run_some();
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(told_late, 0);
}

// Nothing would break the cycle if it captured its stream.
TEST_F(HttpRoutesTest, KeepsNoDrainHandlerOfAStreamThatIsNotOpen) {
  const auto captured = std::make_shared<int>(0);
  std::optional<HttpStream> stream;
  http().get("/", [&](const HttpRequest&, const HttpReply& reply) {
    reply.text("answered");
    stream.emplace(reply.stream());
    stream->on_drain([captured] {});
  });
  EXPECT_EQ(ask("GET", "/").body, "answered");
  ASSERT_TRUE(stream.has_value());
  EXPECT_FALSE(stream->is_open());
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(HttpRoutesTest, ReportsAStreamThatIsDropped) {
  http().get("/", [](const HttpRequest&, HttpReply reply) { reply.stream(10).write("abc"); });
  EXPECT_EQ(ask("GET", "/").body, "abc");
  EXPECT_EQ(test_.log.count("HTTP GET /: the stream was dropped before its end"), 1);
}

TEST_F(HttpRoutesTest, LeavesNothingBehindWhenTheWorkerEndsDuringAnswers) {
  std::optional<HttpReply> reply_kept;
  std::optional<HttpStream> stream_kept;
  std::optional<HttpNext> next_kept;
  http().use([&](const HttpRequest& request, const HttpReply&, HttpNext next) {
    if (request.path() == "/wait") {
      next_kept = std::move(next);
    } else {
      next();
    }
  });
  http().get("/reply", [&](const HttpRequest&, HttpReply reply) { reply_kept = std::move(reply); });
  http().get("/stream", [&](const HttpRequest&, HttpReply reply) {
    stream_kept.emplace(reply.stream());
    stream_kept->on_close([copy = *stream_kept] {});
    stream_kept->on_drain([copy = *stream_kept] {});
  });
  TcpClient a(test_), b(test_), c(test_);
  a.send("GET /reply HTTP/1.1\r\nHost: h\r\n\r\n");
  b.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  c.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(test_.run_until([&] { return reply_kept && stream_kept && next_kept; }));
  test_.core.reset();
  EXPECT_FALSE(reply_kept->is_open());
  EXPECT_FALSE(stream_kept->is_open());
}

// ---- Login by HTTP ----

TEST_F(HttpRoutesTest, HandsOutATokenThatASocketAuthenticatesWith) {
  http().post("/login", [this](const HttpRequest& request, HttpReply reply) {
    test_.worker().sign_auth_token(
        {{"username", *request.form_param("user")}},
        [reply](const std::optional<Error>& error, const std::string& token) {
          if (error) return reply.text(500, "no token");
          reply.text(token);
        });
  });
  std::string authenticated;
  test_.worker().server().on_authentication([&](Socket&, const Json& token) {
    authenticated = std::string(token.at("username").as_string());
  });
  const HttpAnswer answer =
      ask("POST", "/login", "Content-Type: application/x-www-form-urlencoded\r\n", "user=alice");
  ASSERT_EQ(answer.status, 200);
  test::SocketClient client(test_);
  client.send(R"({"event":"#authenticate","data":")" + answer.body + R"(","cid":2})");
  EXPECT_TRUE(client.wait_for(R"("isAuthenticated":true)"));
  EXPECT_TRUE(test_.run_until([&] { return authenticated == "alice"; }));
}

TEST_F(HttpRoutesTest, SaysWhyATokenCannotBeSigned) {
  std::optional<Error> failure;
  test_.worker().sign_auth_token({{"exp", "soon"}},
                                 [&](const std::optional<Error>& error, const std::string& token) {
                                   failure = error;
                                   EXPECT_EQ(token, "");
                                 });
  EXPECT_FALSE(failure.has_value());  // not inside the call
  test_.run_some();
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->name(), "AuthTokenError");
  EXPECT_NE(failure->message(), "");
}

}  // namespace
}  // namespace socketcluster::server
