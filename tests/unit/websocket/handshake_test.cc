// SPDX-License-Identifier: MIT
#include "websocket/handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketcluster::websocket {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The request of RFC 6455 section 1.3.
const Headers& good_headers() {
  static const Headers headers = {
      {"Host", "server.example.com"},   {"Upgrade", "websocket"},
      {"Connection", "Upgrade"},        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
      {"Origin", "http://example.com"}, {"Sec-WebSocket-Version", "13"}};
  return headers;
}

Headers with(const std::string& name, const std::string& value) {
  Headers headers = good_headers();
  for (auto& header : headers) {
    if (header.first == name) {
      header.second = value;
      return headers;
    }
  }
  headers.emplace_back(name, value);
  return headers;
}

Headers without(const std::string& name) {
  Headers headers;
  for (const auto& header : good_headers()) {
    if (header.first != name) headers.push_back(header);
  }
  return headers;
}

Headers repeating(const std::string& name, const std::string& value) {
  Headers headers = good_headers();
  headers.emplace_back(name, value);
  return headers;
}

Upgrade check(const Headers& headers, std::string_view method = "GET", unsigned version = 11,
              const DeflateOptions& deflate = {}) {
  UpgradeRequest request(method, version);
  for (const auto& [name, value] : headers) request.add_header(name, value);
  return check_upgrade(request, deflate);
}

std::string response(const Upgrade& upgrade) {
  std::string text;
  append_upgrade_response(text, upgrade);
  return text;
}

void expect_refusal(const Upgrade& upgrade, int status, std::string_view body) {
  EXPECT_EQ(upgrade.status, status);
  EXPECT_EQ(upgrade.body, body);
  EXPECT_FALSE(upgrade.is_accepted());
}

TEST(Handshake, AnswersTheRequestOfTheRfc) {
  EXPECT_EQ(response(check(good_headers())),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "\r\n");
}

TEST(Handshake, HeaderNamesAndTokensHaveNoCase) {
  const Headers headers = {{"HOST", "x"},
                           {"uPGRADE", "WebSocket"},
                           {"connection", "keep-alive, UPGRADE"},
                           {"sec-websocket-KEY", " dGhlIHNhbXBsZSBub25jZQ== "},
                           {"SEC-websocket-version", " 13"}};
  EXPECT_TRUE(check(headers).is_accepted());
}

TEST(Handshake, RequiresGet) {
  for (const char* method : {"POST", "HEAD", "get", ""}) {
    const Upgrade upgrade = check(good_headers(), method);
    expect_refusal(upgrade, 405, "Invalid HTTP method");
    EXPECT_EQ(upgrade.refusal_header, "Allow: GET");
  }
}

TEST(Handshake, RequiresHttp11) {
  expect_refusal(check(good_headers(), "GET", 10), 400, "HTTP/1.1 is required");
  EXPECT_TRUE(check(good_headers(), "GET", 11).is_accepted());
}

TEST(Handshake, RequiresOneHost) {
  expect_refusal(check(without("Host")), 400, "Missing or invalid Host header");
  expect_refusal(check(repeating("Host", "other")), 400, "Missing or invalid Host header");
}

TEST(Handshake, RequiresUpgradeToWebsocket) {
  expect_refusal(check(without("Upgrade")), 400, "Invalid Upgrade header");
  expect_refusal(check(with("Upgrade", "h2c")), 400, "Invalid Upgrade header");
  EXPECT_TRUE(check(with("Upgrade", "h2c, websocket")).is_accepted());
}

TEST(Handshake, RequiresConnectionUpgrade) {
  expect_refusal(check(without("Connection")), 400, "Invalid Connection header");
  expect_refusal(check(with("Connection", "keep-alive")), 400, "Invalid Connection header");
}

TEST(Handshake, JoinsRepeatedListHeaders) {
  Headers headers = with("Connection", "keep-alive");
  headers.emplace_back("Connection", "Upgrade");
  EXPECT_TRUE(check(headers).is_accepted());
}

TEST(Handshake, RequiresAKeyOf16Bytes) {
  constexpr std::string_view kBody = "Missing or invalid Sec-WebSocket-Key header";
  expect_refusal(check(without("Sec-WebSocket-Key")), 400, kBody);
  for (const char* key :
       {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j",
        "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNhbXBsZSBub25j-Q==",
        "dGhlIHNhbXBsZSBub25j ==="}) {
    expect_refusal(check(with("Sec-WebSocket-Key", key)), 400, kBody);
  }
}

TEST(Handshake, RefusesARepeatedKey) {
  expect_refusal(check(repeating("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")), 400,
                 "Missing or invalid Sec-WebSocket-Key header");
}

TEST(Handshake, AcceptsVersions13And8) {
  EXPECT_TRUE(check(with("Sec-WebSocket-Version", "8")).is_accepted());
  EXPECT_TRUE(check(with("Sec-WebSocket-Version", "13")).is_accepted());
}

TEST(Handshake, TellsTheVersionsWhenItRefusesOne) {
  for (const Headers& headers :
       {without("Sec-WebSocket-Version"), with("Sec-WebSocket-Version", "7"),
        with("Sec-WebSocket-Version", "013"), with("Sec-WebSocket-Version", "13, 8"),
        repeating("Sec-WebSocket-Version", "13")}) {
    const Upgrade upgrade = check(headers);
    expect_refusal(upgrade, 400, "Missing or invalid Sec-WebSocket-Version header");
    EXPECT_EQ(upgrade.refusal_header, "Sec-WebSocket-Version: 13, 8");
  }
}

TEST(Handshake, SelectsNoSubprotocolWhenNoneIsOffered) {
  EXPECT_EQ(check(good_headers()).subprotocol, "");
}

TEST(Handshake, SelectsTheFirstSubprotocol) {
  const Upgrade upgrade = check(with("Sec-WebSocket-Protocol", "chat.v2, chat"));
  EXPECT_EQ(upgrade.subprotocol, "chat.v2");
  EXPECT_NE(response(upgrade).find("\r\nSec-WebSocket-Protocol: chat.v2\r\n"), std::string::npos);
  Headers repeated = with("Sec-WebSocket-Protocol", "b");
  repeated.emplace_back("Sec-WebSocket-Protocol", "a");
  EXPECT_EQ(check(repeated).subprotocol, "b");
}

TEST(Handshake, RefusesMalformedSubprotocols) {
  for (const char* list : {"", "a b", "a, a", "a, /b", ","}) {
    expect_refusal(check(with("Sec-WebSocket-Protocol", list)), 400,
                   "Invalid Sec-WebSocket-Protocol header");
  }
}

TEST(Handshake, DeclinesExtensionsByDefault) {
  const Upgrade upgrade =
      check(with("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"));
  EXPECT_TRUE(upgrade.is_accepted());
  EXPECT_FALSE(upgrade.deflate);
  EXPECT_EQ(response(upgrade).find("Extensions"), std::string::npos);
}

TEST(Handshake, RefusesMalformedExtensions) {
  for (const char* list : {"", "permessage-deflate;", "permessage-deflate; a=\"b"}) {
    expect_refusal(check(with("Sec-WebSocket-Extensions", list)), 400,
                   "Invalid or unacceptable Sec-WebSocket-Extensions header");
  }
}

TEST(Handshake, AgreesOnCompressionWhenEnabled) {
  const Upgrade upgrade =
      check(with("Sec-WebSocket-Extensions", "permessage-deflate"), "GET", 11, {.enabled = true});
  ASSERT_TRUE(upgrade.deflate);
  EXPECT_NE(response(upgrade).find("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                                   "server_no_context_takeover; client_no_context_takeover\r\n"),
            std::string::npos);
}

TEST(Handshake, AppendsToWhatIsThere) {
  std::string text = "before ";
  append_upgrade_response(text, check(good_headers()));
  EXPECT_TRUE(text.starts_with("before HTTP/1.1 101"));
}

TEST(UpgradeRequest, KnowsWhetherWebsocketIsMeant) {
  UpgradeRequest request("GET", 11);
  EXPECT_FALSE(request.asks_for_websocket());
  request.add_header("Upgrade", "h2c");
  EXPECT_FALSE(request.asks_for_websocket());
  request.add_header("upgrade", "WebSocket");
  EXPECT_TRUE(request.asks_for_websocket());
}

}  // namespace
}  // namespace socketcluster::websocket
