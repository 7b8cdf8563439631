// SPDX-License-Identifier: MIT
#include "websocket/deflate_negotiation.h"

#include <gtest/gtest.h>

#include <string>

namespace socketcluster::websocket {
namespace {

// Both sides keep their context unless the client asks otherwise, to see what the client asked for.
constexpr DeflateOptions kPermissive{
    .enabled = true, .server_no_context_takeover = false, .client_no_context_takeover = false};

// The answer to `offers`, or "declined".
std::string answer(std::string_view offers, const DeflateOptions& options = kPermissive) {
  const auto extensions = parse_extensions(offers);
  if (!extensions) return "malformed";
  const auto agreement = negotiate_deflate(*extensions, options);
  return agreement ? format_agreement(*agreement) : "declined";
}

TEST(NegotiateDeflate, IsOffByDefault) {
  EXPECT_EQ(answer("permessage-deflate", DeflateOptions{}), "declined");
}

TEST(NegotiateDeflate, AcceptsAPlainOffer) {
  EXPECT_EQ(answer("permessage-deflate"), "permessage-deflate");
}

TEST(NegotiateDeflate, AsksBothSidesToForgetByDefault) {
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", {.enabled = true}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
}

// RFC 7692 section 7.1.1.1: the answer must contain it.
TEST(NegotiateDeflate, ForgetsWhenTheClientAsksForIt) {
  EXPECT_EQ(answer("permessage-deflate; server_no_context_takeover"),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(answer("permessage-deflate; client_no_context_takeover"),
            "permessage-deflate; client_no_context_takeover");
}

TEST(NegotiateDeflate, UsesTheSmallerServerWindow) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10"),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=15"),
            "permessage-deflate; server_max_window_bits=15");
  DeflateOptions small = kPermissive;
  small.server_max_window_bits = 12;
  EXPECT_EQ(answer("permessage-deflate", small), "permessage-deflate; server_max_window_bits=12");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=14", small),
            "permessage-deflate; server_max_window_bits=12");
}

TEST(NegotiateDeflate, DeclinesAServerWindowThatZlibCannotUse) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=8"), "declined");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=9"),
            "permessage-deflate; server_max_window_bits=9");
}

// Section 7.1.2.2: without the client's offer the answer must not contain it.
TEST(NegotiateDeflate, LimitsTheClientWindowOnlyWhenOffered) {
  DeflateOptions small = kPermissive;
  small.client_max_window_bits = 11;
  EXPECT_EQ(answer("permessage-deflate", small), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", small),
            "permessage-deflate; client_max_window_bits=11");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=10", small),
            "permessage-deflate; client_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=8", small),
            "permessage-deflate; client_max_window_bits=8");
}

TEST(NegotiateDeflate, AcceptsQuotedValues) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=\"10\""),
            "permessage-deflate; server_max_window_bits=10");
}

TEST(NegotiateDeflate, DeclinesUnknownParameters) {
  EXPECT_EQ(answer("permessage-deflate; fast"), "declined");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10; x=1"), "declined");
}

TEST(NegotiateDeflate, DeclinesRepeatedParameters) {
  for (const char* parameter :
       {"server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits=10",
        "client_max_window_bits", "client_max_window_bits=10"}) {
    EXPECT_EQ(answer("permessage-deflate; " + std::string(parameter) + "; " + parameter),
              "declined");
  }
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits; client_max_window_bits=10"),
            "declined");
}

TEST(NegotiateDeflate, DeclinesInvalidValues) {
  for (const char* parameter :
       {"server_no_context_takeover=1", "client_no_context_takeover=true", "server_max_window_bits",
        "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=09",
        "server_max_window_bits=1", "server_max_window_bits=100", "server_max_window_bits=+9",
        "client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=0x9"}) {
    EXPECT_EQ(answer("permessage-deflate; " + std::string(parameter)), "declined") << parameter;
  }
}

TEST(NegotiateDeflate, TakesTheFirstOfferThatItCanMeet) {
  EXPECT_EQ(answer("x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=8, "
                   "permessage-deflate; server_max_window_bits=11, permessage-deflate"),
            "permessage-deflate; server_max_window_bits=11");
}

TEST(NegotiateDeflate, DeclinesOtherExtensions) {
  EXPECT_EQ(answer("permessage-bzip2"), "declined");
}

}  // namespace
}  // namespace socketcluster::websocket
