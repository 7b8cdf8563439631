// SPDX-License-Identifier: MIT
#include "server/http_routes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "unit/http/temporary_directory.h"
#include "unit/server/http_test.h"

namespace socketcluster::server {
namespace {

using test::HttpAnswer;
using test::TcpClient;

class HttpRoutes : public test::HttpTest {};

TEST_F(HttpRoutes, AnswersWithWhatTheRequestHas) {
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

// A comma used to end a value, and what followed it was read as a cookie of its own.
TEST_F(HttpRoutes, CookiesMayHoldCommas) {
  http().get("/:name", [](const HttpRequest& request, HttpReply reply) {
    reply.text(request.cookie(request.param("name")).value_or("-"));
  });
  const std::string cookies = "Cookie: list=1,2, session=bad\r\nCookie: session=good\r\n";
  EXPECT_EQ(ask("GET", "/list", cookies).body, "1,2, session=bad");
  EXPECT_EQ(ask("GET", "/session", cookies).body, "good");
  EXPECT_EQ(ask("GET", "/other", cookies).body, "-");
}

TEST_F(HttpRoutes, ReadsFormsOfThatContentTypeOnly) {
  http().post("/", [](const HttpRequest& request, HttpReply reply) {
    reply.text(request.form_param("b").value_or("none"));
  });
  const std::string type = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";
  EXPECT_EQ(ask("POST", "/", type, "a=1&b=x+y%21").body, "x y!");
  EXPECT_EQ(ask("POST", "/", type, "a=1").body, "none");
  EXPECT_EQ(ask("POST", "/", "Content-Type: text/plain\r\n", "a=1&b=2").body, "none");
  EXPECT_EQ(ask("POST", "/", "", "a=1&b=2").body, "none");
}

TEST_F(HttpRoutes, FormsBodiesByTheirKind) {
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

TEST_F(HttpRoutes, RedirectsWithoutLettingHeadersIn) {
  http().get("/", [](const HttpRequest& request, HttpReply reply) {
    reply.redirect(*request.query_param("to"), 303);
  });
  const HttpAnswer answer = ask("GET", "/?to=/a%0d%0aX-Evil:%201%20caf%C3%A9");
  EXPECT_EQ(answer.status, 303);
  EXPECT_TRUE(answer.has_line("Location: /a%0D%0AX-Evil:%201%20caf%C3%A9"));
}

TEST_F(HttpRoutes, SetsAndClearsCookies) {
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

TEST_F(HttpRoutes, TakesTheFirstRouteThatMatches) {
  http().get("/u/me", [](const HttpRequest&, HttpReply reply) { reply.text("me"); });
  http().get("/u/:id", [](const HttpRequest&, HttpReply reply) { reply.text("id"); });
  http().route("*", "/u/:id", [](const HttpRequest&, HttpReply reply) { reply.text("any"); });
  EXPECT_EQ(ask("GET", "/u/me").body, "me");
  EXPECT_EQ(ask("GET", "/u/7").body, "id");
  EXPECT_EQ(ask("PUT", "/u/me").body, "any");
}

TEST_F(HttpRoutes, SaysWhichMethodsAPathHas) {
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

TEST_F(HttpRoutes, AnswersHeadWithTheRouteForGet) {
  http().get("/x", [](const HttpRequest&, HttpReply reply) { reply.text("1234"); });
  const HttpAnswer answer = ask("HEAD", "/x");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has_line("Content-Length: 4"));
  EXPECT_EQ(answer.body, "");
}

TEST_F(HttpRoutes, RefusesWrongRegistrations) {
  const HttpHandler handler = [](const HttpRequest&, HttpReply) {};
  EXPECT_THROW(http().route("", "/", handler), std::invalid_argument);
  EXPECT_THROW(http().route("A B", "/", handler), std::invalid_argument);
  EXPECT_THROW(http().get("x", handler), std::invalid_argument);
  EXPECT_THROW(http().get("/:a/:a", handler), std::invalid_argument);
}

TEST_F(HttpRoutes, KeepsTheHealthCheckAndTheSocketPath) {
  EXPECT_EQ(ask("GET", "/socketcluster/").status, 501);
  http().route("*", "/*", [](const HttpRequest&, HttpReply reply) { reply.text("mine"); });
  EXPECT_EQ(ask("GET", "/health-check").body, "OK");
  EXPECT_EQ(ask("GET", "/socketcluster/").body, "mine");
  const test::SocketClient client(test_);  // upgrades are no affair of routes
}

TEST_F(HttpRoutes, AnswersLater) {
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

TEST_F(HttpRoutes, IgnoresAndReportsASecondAnswer) {
  http().get("/", [](const HttpRequest&, HttpReply reply) {
    reply.text("first");
    reply.text("second");
  });
  EXPECT_EQ(ask("GET", "/").body, "first");
  EXPECT_EQ(test_.log.count("answered a second time"), 1);
}

TEST_F(HttpRoutes, Answers500ForAForgottenReply) {
  http().get("/", [](const HttpRequest&, const HttpReply&) {});
  EXPECT_EQ(ask("GET", "/").status, 500);
  EXPECT_EQ(test_.log.count("HTTP GET /: the reply was dropped"), 1);
}

TEST_F(HttpRoutes, KeepsTheTextOfExceptionsToItself) {
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

TEST_F(HttpRoutes, SurvivesClientsThatLeave) {
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

// ---- With static files ----

TEST_F(HttpRoutes, ServesStaticFilesBehindTheRoutes) {
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

// ---- Login by HTTP ----

TEST_F(HttpRoutes, HandsOutATokenThatASocketAuthenticatesWith) {
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

TEST_F(HttpRoutes, SaysWhyATokenCannotBeSigned) {
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
