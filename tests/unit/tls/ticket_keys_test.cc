// SPDX-License-Identifier: MIT
#include "tls/ticket_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/tls/handshakes_fixture.h"

namespace socketcluster::tls {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::Not;

constexpr milliseconds kInterval = kTicketKeyInterval;
constexpr milliseconds kLifetime = kTicketLifetime;

class TicketKeyRingTest : public testing::Test {
 protected:
  void rotate_at(milliseconds now) { ring_.rotate(random_, now); }

  base::SystemRandom random_;
  TicketKeyRing ring_{random_, milliseconds(1000)};
};

TEST_F(TicketKeyRingTest, BeginsWithAKeyAtRandom) {
  ASSERT_EQ(ring_.keys().size(), 1U);
  const TicketKey& key = ring_.keys().front();
  EXPECT_GT(std::set<int>(key.cipher.begin(), key.cipher.end()).size(), 8U);
  EXPECT_NE(key.cipher, key.mac);
  EXPECT_NE(ring_.keys(), TicketKeyRing(random_, milliseconds(1000)).keys());
}

TEST_F(TicketKeyRingTest, IsDueAnIntervalAfterTheLastChange) {
  EXPECT_FALSE(ring_.is_due(milliseconds(1000)));
  EXPECT_FALSE(ring_.is_due(milliseconds(999) + kInterval));
  EXPECT_TRUE(ring_.is_due(milliseconds(1000) + kInterval));
  rotate_at(milliseconds(5000));
  EXPECT_FALSE(ring_.is_due(milliseconds(4999) + kInterval));
  EXPECT_TRUE(ring_.is_due(milliseconds(5000) + kInterval));
}

TEST_F(TicketKeyRingTest, TheNewestKeyIsFirstAndTheOthersStay) {
  const TicketKey first = ring_.keys().front();
  rotate_at(milliseconds(2000));
  ASSERT_EQ(ring_.keys().size(), 2U);
  EXPECT_NE(ring_.keys()[0], first);
  EXPECT_EQ(ring_.keys()[1], first);
}

// The last ticket of a key is made in the moment in which the next key comes.
TEST_F(TicketKeyRingTest, AKeyIsKeptUntilItsLastTicketHasExpired) {
  const TicketKey first = ring_.keys().front();
  const milliseconds replaced(50'000);
  rotate_at(replaced);
  rotate_at(replaced + kLifetime - milliseconds(1));
  EXPECT_THAT(ring_.keys(), Contains(first));
  rotate_at(replaced + kLifetime);
  EXPECT_THAT(ring_.keys(), Not(Contains(first)));
  EXPECT_EQ(ring_.keys().size(), 3U);
}

TEST_F(TicketKeyRingTest, HoldsThreeKeysWhenItIsChangedInTime) {
  for (int i = 1; i < 20; ++i) {
    rotate_at(milliseconds(1000) + i * kInterval);
    EXPECT_LE(ring_.keys().size(), 3U);
  }
}

TEST_F(TicketKeyRingTest, HoldsNoMoreThanItsLimitHoweverOftenItIsChanged) {
  for (std::size_t i = 1; i < TicketKeyRing::kMaxKeys; ++i) rotate_at(milliseconds(1000 + i));
  const TicketKey oldest = ring_.keys().back();
  EXPECT_EQ(ring_.keys().size(), TicketKeyRing::kMaxKeys);
  rotate_at(milliseconds(2000));
  EXPECT_EQ(ring_.keys().size(), TicketKeyRing::kMaxKeys);
  EXPECT_THAT(ring_.keys(), Not(Contains(oldest)));
}

// ---- What contexts do with them ----

class TicketKeysTest : public HandshakesTest {
 protected:
  TicketKeysTest() { context_ = use_context({}, keys_of(1)); }

  std::shared_ptr<Context> use_context(const TlsOptions& options, const TicketKeys& keys) {
    auto made = context(options, keys);
    handshakes_->set_context(made);
    return made;
  }
  static TicketKeys keys_of_all(std::initializer_list<std::uint8_t> firsts) {
    TicketKeys keys;
    for (const std::uint8_t first : firsts) keys.push_back(keys_of(first).front());
    return keys;
  }
  // The client's newest session. A ticket that comes while one of TLS 1.2 is resumed is told
  // nobody.
  static SSL_SESSION* session_of(const TestClient& client) {
    return client.session() != nullptr ? client.session() : SSL_get_session(client.ssl());
  }
  // The first byte of the name of the key that the client's newest ticket is encrypted with.
  static int key_of(const TestClient& client) {
    const unsigned char* ticket = nullptr;
    std::size_t size = 0;
    SSL_SESSION_get0_ticket(session_of(client), &ticket, &size);
    return size < 16 ? -1 : ticket[0];
  }
  bool is_resumed(TestClient& client) {
    EXPECT_TRUE(complete(client));
    client.read();  // the tickets of TLS 1.3
    return client.was_resumed();
  }

  std::shared_ptr<Context> context_;
};

TEST_F(TicketKeysTest, TheFirstKeyEncryptsAndAllDecrypt) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    context_->set_ticket_keys(keys_of(1));
    TestClient client(connect(), version);
    EXPECT_FALSE(is_resumed(client));
    EXPECT_EQ(key_of(client), 1);

    context_->set_ticket_keys(keys_of_all({2, 1}));
    TestClient again(connect(), version, client.session());
    EXPECT_TRUE(is_resumed(again));
    EXPECT_EQ(key_of(again), 2) << "a ticket of an old key is replaced";

    context_->set_ticket_keys(keys_of_all({3, 2}));
    TestClient late(connect(), version, client.session());
    EXPECT_FALSE(is_resumed(late));
    EXPECT_EQ(key_of(late), 3);
    TestClient later(connect(), version, session_of(again));
    EXPECT_TRUE(is_resumed(later));
  }
}

TEST_F(TicketKeysTest, ATicketThatWasTamperedWithIsNotTaken) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TestClient client(connect(), version);
    EXPECT_FALSE(is_resumed(client));
    const TicketKeys keys = keys_of(1);
    for (const bool mac : {false, true}) {
      TicketKeys other = keys;  // the same name
      (mac ? other[0].mac : other[0].cipher)[5] ^= 1;
      context_->set_ticket_keys(other);
      TestClient again(connect(), version, client.session());
      EXPECT_FALSE(is_resumed(again));
    }
    context_->set_ticket_keys(keys);
  }
}

TEST_F(TicketKeysTest, AHandshakeThatHasBegunMeetsTheNewKeys) {
  TestClient client(connect());
  EXPECT_FALSE(client.shake_hands());
  context_->set_ticket_keys(keys_of(9));
  EXPECT_FALSE(is_resumed(client));
  EXPECT_EQ(key_of(client), 9);
}

// Otherwise a chain of resumed sessions would outlive every certificate.
TEST_F(TicketKeysTest, ASessionWhoseCertificateHasExpiredBeginsAnew) {
  TlsOptions options;
  options.request_cert = true;
  options.reject_unauthorized = false;
  use_context(options, keys_of(1));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const bool has_expired : {false, true}) {
      TestClient client(connect(), version);
      client.show(has_expired ? make_identity("a.test", nullptr, -10, -1)
                              : make_identity("a.test"));
      EXPECT_FALSE(is_resumed(client));
      TestClient again(connect(), version, client.session());
      EXPECT_EQ(is_resumed(again), !has_expired);
    }
  }
}

}  // namespace
}  // namespace socketcluster::tls
