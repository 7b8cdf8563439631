// SPDX-License-Identifier: MIT
#include "http/https_redirect.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "http/http_connection.h"
#include "http/request_parser.h"
#include "unit/http/client_end.h"

namespace socketcluster::http {
namespace {

std::string location(std::string_view target, std::string_view host, std::uint16_t port = 443,
                     std::string_view method = "GET") {
  const RequestLimits limits;
  RequestParser parser(limits);
  const std::string head = std::string(method) + " " + std::string(target) +
                           " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
  if (parser.feed(head).outcome != RequestParser::Outcome::kComplete) return "malformed";
  return https_location(parser.request(), port).value_or("none");
}

TEST(HttpsRedirect, KeepsHostPathAndQuery) {
  EXPECT_EQ(location("/", "example.com"), "https://example.com/");
  EXPECT_EQ(location("/a%20b/c?x=1&y=%2f", "Example.com"), "https://Example.com/a%20b/c?x=1&y=%2f");
  EXPECT_EQ(location("//other.test/", "example.com"), "https://example.com//other.test/");
  EXPECT_EQ(location("/socketcluster/", "my_host-1.test."),
            "https://my_host-1.test./socketcluster/");
}

TEST(HttpsRedirect, LeavesOutThePortOfPlainHttp) {
  EXPECT_EQ(location("/", "example.com:80"), "https://example.com/");
  EXPECT_EQ(location("/", "example.com:"), "https://example.com/");
  EXPECT_EQ(location("/", "127.0.0.1:8080"), "https://127.0.0.1/");
  EXPECT_EQ(location("/", "[::1]:8080"), "https://[::1]/");
  EXPECT_EQ(location("/", "[::1]"), "https://[::1]/");
}

TEST(HttpsRedirect, NamesThePortUnlessItIsThatOfHttps) {
  EXPECT_EQ(location("/x", "example.com:80", 8443), "https://example.com:8443/x");
  EXPECT_EQ(location("/x", "[::1]:80", 8443), "https://[::1]:8443/x");
}

TEST(HttpsRedirect, BelievesTheTargetMoreThanTheField) {
  EXPECT_EQ(location("http://a.test:81/p?q", "b.test"), "https://a.test/p?q");
  EXPECT_EQ(location("http://a.test", "b.test"), "https://a.test/");
  EXPECT_EQ(location("http://a.test?q", "b.test"), "https://a.test/?q");
  EXPECT_EQ(location("http://a$b/", "b.test"), "none");
}

TEST(HttpsRedirect, TakesNothingForAHostThatIsNone) {
  for (const std::string_view host :
       {"",       ":80",      "a b",     "a,b",     "a;b",         "user@host", "a%2eb",
        "a:b",    "a:123456", "a:80:90", "a:-1",    "[",           "[]",        "[]:80",
        "[::1",   "::1",      "[::1]a",  "[::1]80", "[127.0.0.1]", "[::g]",     "[::1%25lo]",
        "a[::1]", "a'b",      "a*b",     "a=b"}) {
    const std::string answer = location("/", host);
    EXPECT_TRUE(answer == "none" || answer == "malformed") << host << " " << answer;
  }
  EXPECT_EQ(location("/", std::string(253, 'a')), "https://" + std::string(253, 'a') + "/");
  EXPECT_EQ(location("/", std::string(254, 'a')), "none");
  EXPECT_EQ(location("/", "a:65535"), "https://a/");
}

// Every byte that a client can get into a Host field or a target: what is taken is a header line
// that cannot be misread.
TEST(HttpsRedirect, AnswersNoByteThatDoesNotBelongThere) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    for (const std::string& answer :
         {location("/", std::string("a") + c + "b"), location(std::string("/a") + c, "b")}) {
      for (const char each : answer) EXPECT_TRUE(each > 0x20 && each < 0x7f) << byte;
    }
  }
}

TEST(HttpsRedirect, HasNowhereToGoWithoutAPath) {
  EXPECT_EQ(location("*", "a.test", 443, "OPTIONS"), "none");
  EXPECT_EQ(location("a.test:443", "a.test", 443, "CONNECT"), "none");
}

std::string ask(std::string_view request) {
  HttpsRedirect redirect(8443);
  HttpService service(redirect, HttpOptions{});
  net::EventLoop loop;
  test::ClientEnd client(loop, [&](net::Connection& connection) { service.serve(connection); });
  client.send(request);
  return client.receive_all();  // ends: the connection is closed behind the answer
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(HttpsRedirect, AnswersAndCloses) {
  const std::string answer = ask("GET /a?b HTTP/1.1\r\nHost: h:80\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 301 Moved Permanently\r\n")) << answer;
  EXPECT_TRUE(contains(answer, "\r\nLocation: https://h:8443/a?b\r\n")) << answer;
  EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
  const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
  EXPECT_EQ(body, "This is at https://h:8443/a?b\n");
  EXPECT_TRUE(contains(answer, "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"));
}

TEST(HttpsRedirect, LetsOtherMethodsStayWhatTheyAre) {
  EXPECT_TRUE(ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 301 "));
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const std::string answer =
        ask(std::string(method) + " /f HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 308 Permanent Redirect\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nLocation: https://h:8443/f\r\n")) << answer;
  }
}

TEST(HttpsRedirect, TreatsAnUpgradeLikeAnyRequest) {
  const std::string answer =
      ask("GET /socketcluster/ HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 301 ")) << answer;
  EXPECT_TRUE(contains(answer, "\r\nLocation: https://h:8443/socketcluster/\r\n")) << answer;
}

TEST(HttpsRedirect, RefusesWhoDoesNotSayWhereItWantsToGo) {
  for (const std::string_view request :
       {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a=b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "\x16\x03\x01\x02\x01\r\n\r\n"}) {
    const std::string answer = ask(request);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_FALSE(contains(answer, "Location")) << answer;
  }
}

}  // namespace
}  // namespace socketcluster::http
