// SPDX-License-Identifier: MIT
#include "protocol/socket_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/random.h"

namespace socketcluster::protocol {
namespace {

class FixedRandom final : public base::RandomSource {
 public:
  explicit FixedRandom(std::uint8_t byte) : byte_(byte) {}
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), byte_); }

 private:
  std::uint8_t byte_;
};

TEST(SocketId, IsRandomBytesAndACounter) {
  FixedRandom random(0xff);
  SocketIdSource source(random);
  EXPECT_EQ(source.next().text(), "______________8AAAAA");
  EXPECT_EQ(source.next().text(), "______________8AAAAB");
}

TEST(SocketId, CounterWrapsAround) {
  FixedRandom random(0);
  SocketIdSource source(random, 0xffffffff);
  EXPECT_EQ(source.next().text(), "AAAAAAAAAAAAAAD_____");
  EXPECT_EQ(source.next().text(), "AAAAAAAAAAAAAAAAAAAA");
}

TEST(SocketId, HasTwentyCharactersOfBase64Url) {
  base::SystemRandom random;
  SocketIdSource source(random);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = source.next().text();
    ASSERT_EQ(text.size(), 20u);
    ASSERT_EQ(
        text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos)
        << text;
  }
}

TEST(SocketId, TextAndBytesAreInverse) {
  base::SystemRandom random;
  SocketIdSource source(random);
  for (int i = 0; i < 1000; ++i) {
    const SocketId id = source.next();
    ASSERT_EQ(SocketId::parse(id.text()), id);
  }
}

TEST(SocketId, ParseRefusesWhatIsNoId) {
  for (const char* text :
       {"", "AAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAA+AAAAAAAAA", "AAAAAAAAAA/AAAAAAAAA"}) {
    EXPECT_FALSE(SocketId::parse(text).has_value()) << text;
  }
}

TEST(SocketId, IdsDifferAndHash) {
  base::SystemRandom random;
  SocketIdSource source(random);
  std::unordered_set<SocketId> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(source.next());
  EXPECT_EQ(ids.size(), 1000u);
}

}  // namespace
}  // namespace socketcluster::protocol
