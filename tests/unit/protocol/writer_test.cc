// SPDX-License-Identifier: MIT
#include "protocol/writer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketcluster::protocol {
namespace {

// Fails when the announced size and the written bytes differ.
std::string publish(std::string_view channel, std::string_view data) {
  std::string out(publish_size(channel, data), '?');
  EXPECT_EQ(write_publish(out.data(), channel, data), out.data() + out.size());
  return out;
}

std::string response(std::string_view rid, std::string_view data = {}) {
  std::string out(response_size(rid, data), '?');
  EXPECT_EQ(write_response(out.data(), rid, data), out.data() + out.size());
  return out;
}

// What `append` adds; text that stood there before must stay.
template <typename Append>
std::string appended(Append&& append) {
  std::string out = "before ";
  append(out);
  EXPECT_EQ(out.substr(0, 7), "before ");
  return out.substr(7);
}

TEST(Writer, PublishCopy) {
  EXPECT_EQ(publish("\"news\"", R"({"text":"hi"})"),
            R"({"event":"#publish","data":{"channel":"news","data":{"text":"hi"}}})");
  EXPECT_EQ(publish("\"news\"", {}), R"({"event":"#publish","data":{"channel":"news"}})");
  EXPECT_EQ(publish("\"a\\u00e9\"", "null"),
            R"({"event":"#publish","data":{"channel":"a\u00e9","data":null}})");
}

TEST(Writer, Response) {
  EXPECT_EQ(response("7"), R"({"rid":7})");
  EXPECT_EQ(response("2", "5"), R"({"rid":2,"data":5})");
  EXPECT_EQ(response("4", "null"), R"({"rid":4,"data":null})");
  EXPECT_EQ(response("\"abc\""), R"({"rid":"abc"})");
}

TEST(Writer, ErrorResponse) {
  EXPECT_EQ(appended([](auto& out) { append_error_response(out, "6", "\"just a string\""); }),
            R"({"rid":6,"error":"just a string"})");
  EXPECT_EQ(appended([](auto& out) {
              append_error_response(out, "1", R"({"message":"m","name":"Rejected"})",
                                    R"({"code":4500})");
            }),
            R"({"rid":1,"error":{"message":"m","name":"Rejected"},"data":{"code":4500}})");
}

TEST(Writer, EventHasCidLastInV1AndBeforeDataInV2) {
  const auto event = [](Dialect dialect, std::string_view name, std::string_view data,
                        std::uint64_t cid) {
    return appended([&](auto& out) { append_event(out, dialect, name, data, cid); });
  };
  EXPECT_EQ(event(Dialect::kV1, "ask", R"({"q":1})", 1),
            R"({"event":"ask","data":{"q":1},"cid":1})");
  EXPECT_EQ(event(Dialect::kV2, "ask", R"({"q":1})", 1),
            R"({"event":"ask","cid":1,"data":{"q":1}})");
  EXPECT_EQ(event(Dialect::kV1, "nodata", {}, 0), R"({"event":"nodata"})");
  EXPECT_EQ(event(Dialect::kV2, "nodata", {}, 2), R"({"event":"nodata","cid":2})");
  EXPECT_EQ(event(Dialect::kV1, "a\"b", "1", 0), R"({"event":"a\"b","data":1})");
}

TEST(Writer, HandshakeResponse) {
  const auto handshake = [](const HandshakeStatus& status) {
    return appended([&](auto& out) { append_handshake_response(out, "1", status); });
  };
  EXPECT_EQ(
      handshake({"aaW92YhpJD7tx2V5AAAC", 20000, {}, false}),
      R"({"rid":1,"data":{"id":"aaW92YhpJD7tx2V5AAAC","pingTimeout":20000,"isAuthenticated":false}})");
  EXPECT_EQ(
      handshake({"hBCrkL4dEnkjvcdhAAAA", 30000, {}, true}),
      R"({"rid":1,"data":{"id":"hBCrkL4dEnkjvcdhAAAA","pingTimeout":30000,"isAuthenticated":true}})");
  EXPECT_EQ(
      handshake({"x", 1, R"({"message":"jwt malformed"})", false}),
      R"({"rid":1,"data":{"id":"x","pingTimeout":1,"authError":{"message":"jwt malformed"},"isAuthenticated":false}})");
}

TEST(Writer, Disconnect) {
  EXPECT_EQ(appended([](auto& out) { append_disconnect(out, 4100, "\"custom reason\""); }),
            R"({"event":"#disconnect","data":{"code":4100,"data":"custom reason"}})");
  EXPECT_EQ(appended([](auto& out) { append_disconnect(out, 1000); }),
            R"({"event":"#disconnect","data":{"code":1000}})");
}

TEST(Writer, KickOut) {
  const auto kick_out = [](Dialect dialect, std::string_view message) {
    return appended([&](auto& out) { append_kick_out(out, dialect, "\"a\"", message); });
  };
  EXPECT_EQ(kick_out(Dialect::kV1, "\"You were kicked\""),
            R"({"event":"#kickOut","data":{"message":"You were kicked","channel":"a"}})");
  EXPECT_EQ(kick_out(Dialect::kV2, "\"You were kicked\""),
            R"({"event":"#kickOut","data":{"channel":"a","message":"You were kicked"}})");
  EXPECT_EQ(kick_out(Dialect::kV1, {}), R"({"event":"#kickOut","data":{"channel":"a"}})");
  EXPECT_EQ(kick_out(Dialect::kV2, {}), R"({"event":"#kickOut","data":{"channel":"a"}})");
}

TEST(Writer, Tokens) {
  EXPECT_EQ(appended([](auto& out) { append_set_auth_token(out, Dialect::kV1, "a.b.c"); }),
            R"({"event":"#setAuthToken","data":{"token":"a.b.c"}})");
  EXPECT_EQ(appended([](auto& out) { append_set_auth_token(out, Dialect::kV1, "a.b.c", 1); }),
            R"({"event":"#setAuthToken","data":{"token":"a.b.c"},"cid":1})");
  EXPECT_EQ(appended([](auto& out) { append_remove_auth_token(out, Dialect::kV1); }),
            R"({"event":"#removeAuthToken","data":null})");
  EXPECT_EQ(appended([](auto& out) { append_remove_auth_token(out, Dialect::kV2); }),
            R"({"event":"#removeAuthToken"})");
}

TEST(Writer, AuthenticateResponse) {
  EXPECT_EQ(appended([](auto& out) { append_authenticate_response(out, "2", true); }),
            R"({"rid":2,"data":{"isAuthenticated":true,"authError":null}})");
  EXPECT_EQ(
      appended([](auto& out) {
        append_authenticate_response(out, "6", false, R"({"message":"jwt not active"})");
      }),
      R"({"rid":6,"data":{"isAuthenticated":false,"authError":{"message":"jwt not active"}}})");
}

}  // namespace
}  // namespace socketcluster::protocol
