// SPDX-License-Identifier: MIT
#include "http/response.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketcluster::http {
namespace {

std::string head(const Response& response, HeadContext context) {
  context.date = "D";
  std::string out;
  append_head(out, response, context);
  return out;
}

TEST(Response, HeadHasStatusDateFieldsAndLength) {
  const Response response = Response(200, "hi").with("Content-Type", "text/plain");
  EXPECT_EQ(head(response, {.content_length = 2}),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n");
}

TEST(Response, HasTheStrictTransportOfTheConnectionUnlessItHasItsOwn) {
  const HeadContext context{.strict_transport_security = "max-age=1"};
  EXPECT_EQ(head(Response(204).with("X", "y"), context),
            "HTTP/1.1 204 No Content\r\nDate: D\r\nX: y\r\n"
            "Strict-Transport-Security: max-age=1\r\n\r\n");
  const Response own = Response(204).with("X", "y").with("strict-transport-security", "max-age=0");
  EXPECT_EQ(head(own, context),
            "HTTP/1.1 204 No Content\r\nDate: D\r\nX: y\r\n"
            "strict-transport-security: max-age=0\r\n\r\n");
}

TEST(Response, ConnectionFieldMatrix) {
  const auto connection = [](Version version, bool keep_alive) {
    const std::string text = head(Response(200), {version, keep_alive, 0, {}});
    const std::size_t at = text.find("Connection: ");
    return at == std::string::npos ? "" : text.substr(at + 12, text.find('\r', at) - at - 12);
  };
  EXPECT_EQ(connection(Version::kHttp11, true), "");
  EXPECT_EQ(connection(Version::kHttp11, false), "close");
  EXPECT_EQ(connection(Version::kHttp10, true), "keep-alive");
  EXPECT_EQ(connection(Version::kHttp10, false), "close");
}

TEST(Response, NoContentAndNotModifiedHaveNoLength) {
  for (const int status : {204, 304}) {
    EXPECT_EQ(head(Response(status), {}).find("Content-Length"), std::string::npos) << status;
  }
}

TEST(Response, RefusesHeaderInjection) {
  using namespace std::string_view_literals;
  Response response(200);
  for (const std::string_view value : {"a\r\nX: b"sv, "a\n"sv, "a\r"sv, "a\0b"sv, "\x7f"sv}) {
    EXPECT_FALSE(response.add_header("X", value).has_value());
  }
  for (const std::string_view name : {""sv, "a b"sv, "a:"sv, "a\r\n"sv, "\xc3\xa4"sv}) {
    EXPECT_FALSE(response.add_header(name, "x").has_value());
  }
  EXPECT_EQ(response.fields(), "");
  EXPECT_TRUE(response.add_header("X", "a\tb \xc3\xa4").has_value());
}

TEST(Response, FindsAFieldInAnyCase) {
  const Response response = Response(200).with("A", "1").with("b-C", "").with("B-c", "2");
  EXPECT_EQ(response.header("a"), "1");
  EXPECT_EQ(response.header("B-C"), "");
  EXPECT_EQ(response.header("b"), std::nullopt);
}

TEST(Response, RefusesFieldsOfTheConnection) {
  Response response(200);
  for (const char* name : {"content-length", "Transfer-Encoding", "Connection", "DATE"}) {
    EXPECT_FALSE(response.add_header(name, "x").has_value()) << name;
  }
}

TEST(Response, TextFallsBackToTheReason) {
  EXPECT_EQ(Response::text(451).body(), "Unavailable For Legal Reasons");
  EXPECT_EQ(Response::text(599).body(), "Unknown");
  EXPECT_EQ(Response::text(404).body(), "Not Found");
  EXPECT_EQ(Response::text(404, "gone").body(), "gone");
}

}  // namespace
}  // namespace socketcluster::http
