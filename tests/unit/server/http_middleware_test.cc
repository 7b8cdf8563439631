// SPDX-License-Identifier: MIT
// Middleware of HTTP: its order, its late decisions and its faults.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "unit/server/http_test.h"

namespace socketcluster::server {
namespace {

using test::HttpAnswer;

class HttpMiddleware : public test::HttpTest {};

TEST_F(HttpMiddleware, RunsMiddlewareInOrderBeforeEverything) {
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

TEST_F(HttpMiddleware, LetsMiddlewareAnswer) {
  http().use([](const HttpRequest& request, HttpReply reply, HttpNext next) {
    if (!request.header("Authorization")) return reply.text(401, "who?");
    next();
  });
  http().get("/", [](const HttpRequest&, HttpReply reply) { reply.text("in"); });
  EXPECT_EQ(ask("GET", "/").body, "who?");
  EXPECT_EQ(ask("GET", "/", "Authorization: x\r\n").body, "in");
}

TEST_F(HttpMiddleware, WaitsForMiddlewareThatDecidesLater) {
  http().use([this](const HttpRequest&, const HttpReply&, HttpNext next) {
    test_.worker().set_timeout(std::chrono::milliseconds(1), [next] { next(); });
  });
  http().get("/:a",
             [](const HttpRequest& request, HttpReply reply) { reply.text(request.param("a")); });
  EXPECT_EQ(ask("GET", "/later").body, "later");
  EXPECT_EQ(ask("GET", "/health-check").body, "OK");
  EXPECT_EQ(ask("POST", "/x").status, 405);
}

TEST_F(HttpMiddleware, DestroysTheNextThatIsBeingCalledSafely) {
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

TEST_F(HttpMiddleware, ReportsNextThatIsCalledTwice) {
  http().use([](const HttpRequest&, const HttpReply&, HttpNext next) {
    next();
    next();
  });
  http().get("/", [](const HttpRequest&, HttpReply reply) { reply.text("once"); });
  EXPECT_EQ(ask("GET", "/").body, "once");
  EXPECT_EQ(test_.log.count("'next' of a middleware was called a second time"), 1);
}

TEST_F(HttpMiddleware, Answers500ForMiddlewareThatForgetsFailsOrThrows) {
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

TEST_F(HttpMiddleware, PassesManyMiddlewareWithoutRecursion) {
  for (int i = 0; i < 20'000; ++i) {
    http().use([](const HttpRequest&, const HttpReply&, const HttpNext& next) { next(); });
  }
  EXPECT_EQ(ask("GET", "/health-check").body, "OK");
}

}  // namespace
}  // namespace socketcluster::server
