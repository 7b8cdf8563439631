// SPDX-License-Identifier: MIT
#include "protocol/origin.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketcluster::protocol {
namespace {

bool admits(std::string option, std::optional<std::string_view> origin) {
  return OriginPolicy(std::move(option)).admits(origin);
}

// Recorded scenario 54 with servers 14 and 20: eleven origins and what became of them.
TEST(Origin, DecidesAsRecorded) {
  const OriginPolicy policy("good.com:80 anyport.com:* *:4444");
  EXPECT_FALSE(policy.admits("http://evil.com"));
  EXPECT_TRUE(policy.admits("http://good.com"));
  EXPECT_FALSE(policy.admits("https://good.com"));
  EXPECT_FALSE(policy.admits("http://good.com:8080"));
  EXPECT_FALSE(policy.admits("http://sub.good.com"));
  EXPECT_FALSE(policy.admits(std::nullopt));
  EXPECT_FALSE(policy.admits("null"));
  EXPECT_TRUE(policy.admits("https://anyport.com:9999"));
  EXPECT_TRUE(policy.admits("http://whatever.org:4444"));
  EXPECT_FALSE(policy.admits("GOOD.com"));
  EXPECT_TRUE(policy.admits("http://GOOD.com"));
}

TEST(Origin, StarsAdmitEverybody) {
  for (const char* option : {"*:*", "good.com:80 *:*", "x*:*y"}) {
    EXPECT_TRUE(admits(option, std::nullopt));
    EXPECT_TRUE(admits(option, "null"));
    EXPECT_TRUE(admits(option, "http://evil.com:1"));
    EXPECT_TRUE(admits(option, "not a url"));
  }
}

TEST(Origin, PortComesFromTheScheme) {
  EXPECT_TRUE(admits("good.com:443", "https://good.com"));
  EXPECT_TRUE(admits("good.com:443", "HTTPS://good.com"));
  EXPECT_FALSE(admits("good.com:443", "http://good.com"));
  EXPECT_TRUE(admits("good.com:80", "ftp://good.com"));
  EXPECT_TRUE(admits("good.com:8443", "https://good.com:8443"));
  EXPECT_TRUE(admits("good.com:80", "http://good.com:"));
  EXPECT_TRUE(admits("good.com:80", "http://good.com/"));
}

TEST(Origin, OptionIsSearchedAsText) {
  EXPECT_TRUE(admits("notgood.com:80", "http://good.com"));
  EXPECT_TRUE(admits("good.com:8080", "http://good.com:80"));
  EXPECT_FALSE(admits("good.com:80", "http://notgood.com"));
  EXPECT_FALSE(admits("GOOD.com:80", "http://good.com"));
  EXPECT_FALSE(admits("", "http://good.com"));
}

TEST(Origin, WithoutASchemeThereIsNoHost) {
  EXPECT_TRUE(admits("*:80", std::nullopt));
  EXPECT_TRUE(admits("*:80", "null"));
  EXPECT_TRUE(admits("null:80", "good.com"));
  EXPECT_TRUE(admits("null:*", std::nullopt));
  EXPECT_FALSE(admits("good.com:80", "good.com:80"));
  EXPECT_FALSE(admits("good.com:*", "//good.com"));
  EXPECT_FALSE(admits("good.com:*", "://good.com"));
}

// Nothing but a host may stand where the host is searched.
TEST(Origin, OddHostsAreNeverAdmitted) {
  for (const char* origin :
       {"http://", "http://:80", "http://*", "http://*:80", "http://a b", "http://good.com:80 x",
        "http://good.com:80x", "http://user@good.com", "http://good.com@evil.com",
        "http://good.com\\evil", "http://[::1", "http://[]:80", "http://g\xc3\xb6od.com",
        "http://evil.com?good.com:80", "http://good.com:80:80"}) {
    EXPECT_FALSE(admits("good.com:80 a:80 *:80 *", origin)) << origin;
  }
}

TEST(Origin, Ipv6HostsHaveNoBrackets) {
  EXPECT_TRUE(admits("::1:8000", "http://[::1]:8000"));
  EXPECT_TRUE(admits("::1:80", "http://[::1]"));
  EXPECT_FALSE(admits("::1:8000", "http://[::2]:8000"));
}

TEST(Origin, RefusalNamesTheOrigin) {
  EXPECT_EQ(OriginPolicy::refusal_text("http://evil.com"),
            "Failed to authorize socket handshake - Invalid origin: http://evil.com");
  EXPECT_EQ(OriginPolicy::refusal_text(std::nullopt),
            "Failed to authorize socket handshake - Invalid origin: *");
  EXPECT_EQ(OriginPolicy::refusal_text("null"),
            "Failed to authorize socket handshake - Invalid origin: *");
}

}  // namespace
}  // namespace socketcluster::protocol
