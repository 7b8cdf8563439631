// SPDX-License-Identifier: MIT
#include "base/address_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketcluster::base {
namespace {

AddressList list_of(const std::vector<std::string>& entries) {
  Result<AddressList> list = AddressList::parse(entries);
  EXPECT_TRUE(list.has_value());
  return std::move(*list);
}

TEST(AddressList, KnowsAddresses) {
  const AddressList list = list_of({"192.0.2.1", "2001:db8::1"});
  EXPECT_TRUE(list.contains("192.0.2.1"));
  EXPECT_TRUE(list.contains("2001:DB8:0::1"));
  EXPECT_FALSE(list.contains("192.0.2.2"));
  EXPECT_FALSE(list.contains("2001:db8::2"));
}

TEST(AddressList, KnowsNetworks) {
  const AddressList list = list_of({"10.0.0.0/8", "192.168.16.0/20", "fd00::/8"});
  EXPECT_TRUE(list.contains("10.255.1.2"));
  EXPECT_FALSE(list.contains("11.0.0.0"));
  EXPECT_TRUE(list.contains("192.168.31.255"));
  EXPECT_FALSE(list.contains("192.168.32.0"));
  EXPECT_TRUE(list.contains("fdff::1"));
  EXPECT_FALSE(list.contains("fe00::1"));
}

TEST(AddressList, TakesMappedAddressesForIpv4) {
  EXPECT_TRUE(list_of({"10.0.0.0/8"}).contains("::ffff:10.1.2.3"));
  EXPECT_FALSE(list_of({"10.0.0.0/8"}).contains("::10.1.2.3"));
  EXPECT_TRUE(list_of({"0.0.0.0/0"}).contains("::ffff:1.2.3.4"));
  EXPECT_FALSE(list_of({"::/0"}).contains("1.2.3.4"));
  EXPECT_TRUE(list_of({"::/0"}).contains("::1"));
}

TEST(AddressList, KnowsPeersOnUnixSockets) {
  EXPECT_TRUE(list_of({"unix:"}).contains(""));
  EXPECT_FALSE(list_of({"0.0.0.0/0", "::/0"}).contains(""));
  EXPECT_FALSE(list_of({"unix:"}).is_empty());
  EXPECT_TRUE(list_of({}).is_empty());
}

TEST(AddressList, WhatIsNoAddressIsNowhere) {
  const AddressList all = list_of({"0.0.0.0/0", "::/0"});
  for (const char* text : {"x", "1.2.3", "1.2.3.4 ", "1.2.3.4/8", "fe80::1%eth0", "[::1]"}) {
    EXPECT_FALSE(all.contains(text)) << text;
  }
}

TEST(AddressList, NamesTheEntryThatIsNone) {
  for (const char* entry : {"", "proxy", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x",
                            "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/-1", "unix"}) {
    const Result<AddressList> list = AddressList::parse({"10.0.0.1", entry});
    ASSERT_FALSE(list.has_value()) << entry;
    EXPECT_NE(list.error().text.find('"' + std::string(entry) + '"'), std::string::npos);
  }
}

TEST(AddressList, SpellsAddressesAsUsual) {
  EXPECT_EQ(canonical_address("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(canonical_address("::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(canonical_address("1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(canonical_address("unknown"), "");
}

}  // namespace
}  // namespace socketcluster::base
