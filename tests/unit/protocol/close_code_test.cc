// SPDX-License-Identifier: MIT
#include "protocol/close_code.h"

#include <gtest/gtest.h>

namespace socketcluster::protocol {
namespace {

TEST(CloseCode, HasATextForEveryCodeOfTheProtocol) {
  for (int code = 4000; code <= 4009; ++code) EXPECT_FALSE(close_text(code).empty()) << code;
  EXPECT_EQ(close_text(1006), "Socket hung up");
  EXPECT_EQ(close_text(to_int(CloseCode::kHandshakeRejected)),
            "Server rejected handshake from client");
  EXPECT_EQ(close_text(4100), "");
  EXPECT_EQ(close_text(1004), "");
}

TEST(CloseCode, TextsFitACloseFrame) {
  for (int code = 1000; code < 5000; ++code) EXPECT_LE(close_text(code).size(), 123u);
}

TEST(CloseCode, NamesTheProtocolError) {
  EXPECT_EQ(socket_protocol_error_text(4001, "ignored"), "Client pong timed out");
  EXPECT_EQ(socket_protocol_error_text(4100, "why"),
            "Socket connection closed with status code 4100 and reason: why");
  EXPECT_EQ(socket_protocol_error_text(4100, ""), "Socket connection closed with status code 4100");
}

TEST(CloseCode, ReasonFallsBackToTheText) {
  EXPECT_EQ(close_reason_or_text(1000, "bye"), "bye");
  EXPECT_EQ(close_reason_or_text(1000, ""), "Socket closed normally");
  EXPECT_EQ(close_reason_or_text(4100, ""), "");
}

TEST(CloseCode, OnlyNormalAndGoingAwayAreIgnorable) {
  EXPECT_TRUE(is_ignorable_close(1000));
  EXPECT_TRUE(is_ignorable_close(1001));
  EXPECT_FALSE(is_ignorable_close(1005));
  EXPECT_FALSE(is_ignorable_close(4100));
}

}  // namespace
}  // namespace socketcluster::protocol
