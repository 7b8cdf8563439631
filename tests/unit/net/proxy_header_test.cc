// SPDX-License-Identifier: MIT
#include "net/proxy_header.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace socketcluster::net {
namespace {

using Outcome = ProxyHeader::Outcome;

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string binary(unsigned char command, unsigned char family, std::string_view rest) {
  std::string header(kSignature);
  header += static_cast<char>(command);
  header += static_cast<char>(family);
  header += static_cast<char>(rest.size() >> 8U);
  header += static_cast<char>(rest.size() & 0xffU);
  return header.append(rest);
}

// 192.0.2.1:4660 -> 198.51.100.2:443
const std::string kTcp4Ends("\xc0\x00\x02\x01\xc6\x33\x64\x02\x12\x34\x01\xbb", 12);

std::string described(const ProxyHeader& header) {
  switch (header.outcome) {
    case Outcome::kNeedMore:
      return "more";
    case Outcome::kInvalid:
      return "invalid";
    case Outcome::kComplete:
      break;
  }
  std::string text = std::to_string(header.size);
  if (!header.source) return text + " unknown";
  return text + ' ' + header.source->address + ' ' + std::to_string(header.source->port) +
         (header.source->is_ipv6 ? " 6" : "");
}
std::string parsed(std::string_view bytes) {
  return described(parse_proxy_header(bytes));
}
// Behind "PROXY ".
std::string line(std::string_view text) {
  return parsed("PROXY " + std::string(text));
}

TEST(ProxyHeader, ReadsLines) {
  EXPECT_EQ(line("TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"), "45 192.0.2.1 56324");
  EXPECT_EQ(line("TCP4 255.255.255.255 255.255.255.255 65535 65535\r\nGET /"),
            "56 255.255.255.255 65535");
  EXPECT_EQ(line("TCP6 2001:DB8:0:0::1 ::1 0 0\r\n"), "36 2001:db8::1 0 6");
  EXPECT_EQ(line("UNKNOWN\r\n"), "15 unknown");
  EXPECT_EQ(line("UNKNOWN whatever it may be\r\nGET"), "34 unknown");
}

TEST(ProxyHeader, RefusesOtherSpellings) {
  for (const std::string_view text : {"TCP4 192.0.2.1 198.51.100.2 56324 443\n",
                                      "TCP4  192.0.2.1 198.51.100.2 56324 443\r\n",
                                      "TCP4 192.0.2.1 198.51.100.2 56324 443 \r\n",
                                      "TCP4 192.0.2.1 198.51.100.2 56324\r\n",
                                      "TCP4 192.0.2.1 198.51.100.2 056324 443\r\n",
                                      "TCP4 192.0.2.1 198.51.100.2 1 00\r\n",
                                      "TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
                                      "TCP4 192.0.2.1 198.51.100.2 -1 443\r\n",
                                      "TCP4 192.0.2.01 198.51.100.2 1 443\r\n",
                                      "TCP4 192.0.2 198.51.100.2 1 443\r\n",
                                      "TCP4 ::1 ::1 1 443\r\n",
                                      "TCP6 192.0.2.1 198.51.100.2 1 443\r\n",
                                      "TCP5 1 2 3 4\r\n",
                                      "tcp4 192.0.2.1 198.51.100.2 56324 443\r\n",
                                      "UDP4 192.0.2.1 198.51.100.2 1 2\r\n",
                                      "UNKNOWNS\r\n",
                                      "UNKNOWN a\rb\r\n",
                                      "\r\n",
                                      "TCP4\r\n",
                                      "TCP4 192.0.2.1\t198.51.100.2 1 2\r\n"}) {
    EXPECT_EQ(line(text), "invalid") << text;
  }
  EXPECT_EQ(parsed("proxy TCP4"), "invalid");
  EXPECT_EQ(parsed("GET / HTTP/1.1\r\n"), "invalid");
  EXPECT_EQ(parsed(std::string_view("PROXY TCP4 192.0.2.1\0 198.51.100.2 1 443\r\n", 42)),
            "invalid");
}

TEST(ProxyHeader, LimitsALine) {
  const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
  ASSERT_EQ(longest.size(), 107U);
  EXPECT_EQ(parsed(longest), "107 unknown");
  EXPECT_EQ(parsed("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"), "invalid");
  EXPECT_EQ(parsed("PROXY UNKNOWN " + std::string(93, 'x')), "invalid");
}

TEST(ProxyHeader, ReadsTheBinaryForm) {
  EXPECT_EQ(parsed(binary(0x21, 0x11, kTcp4Ends)), "28 192.0.2.1 4660");
  EXPECT_EQ(parsed(binary(0x21, 0x11, kTcp4Ends) + "GET"), "28 192.0.2.1 4660");
  const std::string tlv("\x04\x00\x02zz", 5);
  EXPECT_EQ(parsed(binary(0x21, 0x11, kTcp4Ends + tlv + tlv)), "38 192.0.2.1 4660");
  std::string ends6(36, '\0');
  ends6[15] = 1;
  ends6[33] = 80;
  EXPECT_EQ(parsed(binary(0x21, 0x21, ends6)), "52 ::1 80 6");
  EXPECT_EQ(parsed(binary(0x21, 0x31, std::string(216, 'p'))), "232  0");
}

TEST(ProxyHeader, ProxySpeaksForItself) {
  EXPECT_EQ(parsed(binary(0x20, 0x00, "")), "16 unknown");
  EXPECT_EQ(parsed(binary(0x20, 0x11, kTcp4Ends)), "28 unknown");
  EXPECT_EQ(parsed(binary(0x21, 0x00, "abc")), "19 unknown");
}

TEST(ProxyHeader, RefusesABinaryFormThatIsWrong) {
  EXPECT_EQ(parsed(binary(0x11, 0x11, kTcp4Ends)), "invalid");  // version 1
  EXPECT_EQ(parsed(binary(0x22, 0x11, kTcp4Ends)), "invalid");  // no such command
  EXPECT_EQ(parsed(binary(0x21, 0x12, kTcp4Ends)), "invalid");  // UDP
  EXPECT_EQ(parsed(binary(0x21, 0x41, kTcp4Ends)), "invalid");  // no such family
  EXPECT_EQ(parsed(binary(0x21, 0x21, kTcp4Ends)), "invalid");  // too short for IPv6
  EXPECT_EQ(parsed(binary(0x21, 0x11, kTcp4Ends.substr(1))), "invalid");
  EXPECT_EQ(parsed(binary(0x21, 0x11, kTcp4Ends + "\x04")), "invalid");  // half a TLV
  EXPECT_EQ(parsed(binary(0x21, 0x11, kTcp4Ends + std::string("\x04\x00\x03zz", 5))), "invalid");
}

TEST(ProxyHeader, LimitsTheBinaryForm) {
  const auto with_rest = [](std::size_t size) {
    return parsed(binary(0x20, 0x00, std::string(size, 'x')));
  };
  EXPECT_EQ(with_rest(kLongestProxyHeader - 16), "2048 unknown");
  EXPECT_EQ(with_rest(kLongestProxyHeader - 15), "invalid");
  // Before anything of it has come.
  EXPECT_EQ(parsed(binary(0x20, 0x00, std::string(60000, 'x')).substr(0, 16)), "invalid");
}

TEST(ProxyHeader, WantsMoreAtEveryCut) {
  for (const std::string& whole : {std::string("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"),
                                   binary(0x21, 0x11, kTcp4Ends)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(parsed(std::string_view(whole).substr(0, size)), "more") << size;
    }
  }
}

}  // namespace
}  // namespace socketcluster::net
