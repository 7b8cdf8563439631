// SPDX-License-Identifier: MIT
#include "http/router.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "http/http_connection.h"
#include "unit/http/client_end.h"

namespace socketcluster::http {
namespace {

class Fallback final : public RequestHandler {
 public:
  void on_request(const Request& /*request*/, Exchange exchange) override {
    exchange.respond(Response(200, "fallback"));
  }
};

std::string ask(Router& router, std::string_view method, std::string_view target,
                std::string_view fields = "") {
  HttpService service(router, HttpOptions{});
  net::EventLoop loop;
  test::ClientEnd client(loop, [&](net::Connection& connection) { service.serve(connection); });
  client.send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" +
              std::string(fields) + "Connection: close, upgrade\r\n\r\n");
  const std::string response = client.receive_all();
  return response.substr(9, 3) + " " + response.substr(response.find("\r\n\r\n") + 4);
}

TEST(Router, ComparesThePathExactlyAndIgnoresTheQuery) {
  Router router;
  router.add(std::string(kHealthCheckPath), &answer_health_check);
  EXPECT_EQ(ask(router, "GET", "/health-check"), "200 OK");
  EXPECT_EQ(ask(router, "GET", "/health-check?x"), "200 OK");
  EXPECT_EQ(ask(router, "HEAD", "/health-check"), "200 ");
  EXPECT_EQ(ask(router, "POST", "/health-check"), "405 Method Not Allowed");
  EXPECT_EQ(ask(router, "GET", "/health-check/"), "404 Not Found");
  EXPECT_EQ(ask(router, "GET", "/Health-check"), "404 Not Found");
}

TEST(Router, GivesTheRestToTheFallback) {
  Router router;
  Fallback fallback;
  router.set_fallback(fallback);
  router.add("/a", [](const Request&, Exchange exchange) { exchange.respond(Response(200, "a")); });
  EXPECT_EQ(ask(router, "GET", "/a"), "200 a");
  EXPECT_EQ(ask(router, "GET", "/b"), "200 fallback");
}

TEST(Router, SendsUpgradesToTheirHandler) {
  Router router;
  Fallback fallback;
  router.set_fallback(fallback);
  EXPECT_EQ(ask(router, "GET", "/x", "Upgrade: u\r\n"), "200 fallback");
  router.set_upgrade([](const Request&, Exchange exchange) {
    exchange.respond(Response::text(400).with_close());
  });
  EXPECT_EQ(ask(router, "GET", "/x", "Upgrade: u\r\n"), "400 Bad Request");
  EXPECT_EQ(ask(router, "GET", "/x"), "200 fallback");
}

}  // namespace
}  // namespace socketcluster::http
