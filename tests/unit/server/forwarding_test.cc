// SPDX-License-Identifier: MIT
#include "server/forwarding.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "http/limits.h"
#include "http/request_parser.h"

namespace socketcluster::server {
namespace {

http::Request request_with(std::string_view fields) {
  static constexpr http::RequestLimits kLimits;  // the parser refers to it
  http::RequestParser parser(kLimits);
  const std::string text = "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
  EXPECT_EQ(parser.feed(text).outcome, http::RequestParser::Outcome::kComplete);
  return parser.request();
}

Forwarding trusting(const std::vector<std::string>& proxies,
                    ForwardedHeader header = ForwardedHeader::kXForwardedFor) {
  Options options;
  options.trusted_proxies = proxies;
  options.forwarded_header = header;
  return Forwarding::from(options);
}

std::string client(const Forwarding& forwarding, std::string_view fields,
                   const std::string& peer = "10.0.0.1") {
  return forwarding.client_of(request_with(fields), peer);
}

TEST(Forwarding, WithoutAListTheFirstAddressCounts) {
  const Forwarding any = trusting({});
  EXPECT_EQ(client(any, "X-Forwarded-For: 1.2.3.4 , 5.6.7.8\r\n"), "1.2.3.4 ");
  EXPECT_EQ(client(any, "X-Forwarded-For: nonsense\r\n"), "nonsense");
  EXPECT_EQ(client(any, ""), "");
}

TEST(Forwarding, OnlyTrustedProxiesAreBelieved) {
  const Forwarding some = trusting({"10.0.0.0/8"});
  EXPECT_EQ(client(some, "X-Forwarded-For: 1.2.3.4\r\n"), "1.2.3.4");
  EXPECT_EQ(client(some, "X-Forwarded-For: 1.2.3.4\r\n", "::ffff:10.0.0.1"), "1.2.3.4");
  EXPECT_EQ(client(some, "X-Forwarded-For: 1.2.3.4\r\n", "11.0.0.1"), "");
  EXPECT_EQ(client(some, "X-Forwarded-For: 1.2.3.4\r\n", ""), "");
  EXPECT_EQ(client(trusting({"unix:"}), "X-Forwarded-For: 1.2.3.4\r\n", ""), "1.2.3.4");
}

TEST(Forwarding, WhatAClientPutsInFrontDoesNotCount) {
  const Forwarding some = trusting({"10.0.0.0/8"});
  EXPECT_EQ(client(some, "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.2\r\n"), "1.2.3.4");
  EXPECT_EQ(client(some, "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\n"), "1.2.3.4");
  EXPECT_EQ(client(some, "X-Forwarded-For: 10.0.0.3, 10.0.0.2\r\n"), "10.0.0.3");
  EXPECT_EQ(client(some, "X-Forwarded-For: 1.2.3.4, nonsense\r\n"), "");
  EXPECT_EQ(client(some, "X-Forwarded-For: 1.2.3.4,\r\n"), "");
  EXPECT_EQ(client(some, "Forwarded: for=1.2.3.4\r\n"), "");
}

// The quote used to swallow the address that the trusted proxy had added, so that the client had
// none.
TEST(Forwarding, AnOpenQuoteOfAClientHidesNothing) {
  const Forwarding some = trusting({"10.0.0.0/8"});
  EXPECT_EQ(client(some, "X-Forwarded-For: \", 1.2.3.4\r\n"), "1.2.3.4");
  EXPECT_EQ(client(some, "X-Forwarded-For: \"6.6.6.6, 1.2.3.4, 10.0.0.2\r\n"), "1.2.3.4");
  const Forwarding standard = trusting({"10.0.0.0/8"}, ForwardedHeader::kForwarded);
  EXPECT_EQ(client(standard, "Forwarded: for=\"\r\nForwarded: for=1.2.3.4\r\n"), "1.2.3.4");
  EXPECT_EQ(client(standard, "Forwarded: for=\"\\, for=\"[2001:db8::1]\", for=10.0.0.2\r\n"),
            "2001:db8::1");
}

TEST(Forwarding, ReadsTheStandardHeader) {
  const Forwarding some = trusting({"10.0.0.0/8"}, ForwardedHeader::kForwarded);
  EXPECT_EQ(client(some, "Forwarded: for=1.2.3.4\r\n"), "1.2.3.4");
  EXPECT_EQ(client(some, "Forwarded: proto=https ; For=\"1.2.3.4:80\";by=10.0.0.1\r\n"), "1.2.3.4");
  EXPECT_EQ(client(some, "Forwarded: for=6.6.6.6, for=\"[2001:DB8::1]:4711\", for=10.0.0.2\r\n"),
            "2001:db8::1");
  EXPECT_EQ(client(some, "Forwarded: for=\"a\\\", for=6.6.6.6\", for=1.2.3.4\r\n"), "1.2.3.4");
  EXPECT_EQ(client(some, "Forwarded: for=unknown\r\n"), "");
  EXPECT_EQ(client(some, "Forwarded: for=_hidden, for=10.0.0.2\r\n"), "");
  EXPECT_EQ(client(some, "Forwarded: proto=https\r\n"), "");
  EXPECT_EQ(client(some, "X-Forwarded-For: 1.2.3.4\r\n"), "");
}

TEST(Forwarding, FindsTheAddressInAnElement) {
  EXPECT_EQ(address_in(" 1.2.3.4\t"), "1.2.3.4");
  EXPECT_EQ(address_in("1.2.3.4:5678"), "1.2.3.4");
  EXPECT_EQ(address_in("2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(address_in("[2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(address_in("\"[2001:db8::1]:1\""), "2001:db8::1");
  EXPECT_EQ(address_in("::ffff:1.2.3.4"), "1.2.3.4");
  for (const char* text : {"", "\"", "[", "[]", "[::1", "unknown", "1.2.3", "1.2.3.4:5:6"}) {
    EXPECT_EQ(address_in(text), "") << text;
  }
}

}  // namespace
}  // namespace socketcluster::server
