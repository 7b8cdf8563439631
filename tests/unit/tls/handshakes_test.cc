// SPDX-License-Identifier: MIT
#include "tls/handshakes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "unit/tls/handshakes_fixture.h"

namespace socketcluster::tls {
namespace {

using std::chrono::milliseconds;
using testing::StartsWith;

TEST_F(HandshakesTest, BothVersionsCarryBytesBothWays) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TestClient client(connect(), version);
    EXPECT_FALSE(client.shake_hands());
    turn();
    EXPECT_EQ(handshakes_->count(), 1U);
    ASSERT_TRUE(complete(client));
    EXPECT_EQ(handshakes_->count(), 0U);
    EXPECT_EQ(SSL_version(client.ssl()), version);
    EXPECT_EQ(client.write("hello"), 5U);
    turn();
    EXPECT_EQ(handler().received, "hello");
    handler().connection()->write_copy("wor");
    handler().connection()->write_copy("ld");
    turn();
    EXPECT_EQ(client.read(), "world");
    EXPECT_EQ(handler().connection()->queued_bytes(), 0U);
  }
}

TEST_F(HandshakesTest, OlderVersionsAreRefused) {
  TestClient client(connect(), TLS1_1_VERSION);
  EXPECT_FALSE(complete(client));
  EXPECT_TRUE(handlers_.empty());
}

// Whoever asked for ffdhe8192 had 100 ms of the loop for each connection.
TEST_F(HandshakesTest, GroupsThatAreSlowAreNotSpoken) {
  TestClient slow(connect(), TLS1_3_VERSION);
  ASSERT_EQ(SSL_set1_groups_list(slow.ssl(), "ffdhe8192:ffdhe2048"), 1);
  EXPECT_FALSE(complete(slow));
  TestClient either(connect(), TLS1_3_VERSION);
  ASSERT_EQ(SSL_set1_groups_list(either.ssl(), "ffdhe8192:P-384"), 1);
  ASSERT_TRUE(complete(either));
  EXPECT_EQ(SSL_get_negotiated_group(either.ssl()), NID_secp384r1);
}

// A record is decrypted whole, and epoll knows nothing of what is left of it.
class SmallReadBufferTest : public HandshakesTest {
 protected:
  SmallReadBufferTest() : HandshakesTest(1024) {}
};

TEST_F(SmallReadBufferTest, MoreThanTheBufferComesInTurns) {
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i) + ' ';
  ASSERT_EQ(client.write(text), text.size());
  for (int i = 0; i < 100 && handler().received.size() < text.size(); ++i) {
    const std::size_t before = handler().received.size();
    turn();
    EXPECT_LE(handler().received.size() - before, 2048U);
  }
  EXPECT_EQ(handler().received, text);
}

TEST_F(SmallReadBufferTest, APausedConnectionGoesOnWithWhatIsDecrypted) {
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  handler().when_bytes = [this] { handler().connection()->pause_reading(); };
  ASSERT_EQ(client.write(std::string(5000, 'x')), 5000U);
  turn();
  turn();
  EXPECT_EQ(handler().received.size(), 1024U);
  handler().when_bytes = nullptr;
  handler().connection()->resume_reading();
  for (int i = 0; i < 6; ++i) turn();
  EXPECT_EQ(handler().received.size(), 5000U);
}

TEST_F(SmallReadBufferTest, AConnectionMayEndWhileItHasMore) {
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  handler().when_bytes = [this] { handler().connection()->abort(); };
  ASSERT_EQ(client.write(std::string(5000, 'x')), 5000U);
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(handler().received.size(), 1024U);
  EXPECT_EQ(handler().closes, 1);
}

TEST_F(HandshakesTest, ASlowReaderGetsEverythingInOrder) {
  output_limits_ = {std::size_t{64} << 20, std::size_t{64} << 20};
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  std::string expected;
  for (int i = 0; i < 600; ++i) {
    const std::string block(static_cast<std::size_t>(1 + i * 37), static_cast<char>('a' + i % 26));
    expected += block;
    if (i % 3 == 0) {
      handler().connection()->write_copy(block);
    } else {
      handler().connection()->write(base::SharedBytes::copy_of(block));
    }
    if (i % 7 == 0) turn();
  }
  turn();
  EXPECT_GT(handler().connection()->queued_bytes(), 0U);
  std::string received;
  while (received.size() < expected.size()) {
    received += client.read();
    turn();
  }
  EXPECT_EQ(received, expected);
  turn();
  EXPECT_EQ(handler().connection()->queued_bytes(), 0U);
  EXPECT_EQ(handler().drains, 1);
}

TEST_F(HandshakesTest, AFarewellFollowsWhatHadBegun) {
  // Blocks that were dropped on overflow must not leave half a record behind.
  output_limits_ = {std::size_t{256} << 10, std::size_t{1} << 20};
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  while (handler().overflows == 0) {
    handler().connection()->write(base::SharedBytes::copy_of(std::string(1000, 'x')));
    if (handler().connection()->queued_bytes() > 200'000) turn();
  }
  std::string received;
  for (int i = 0; i < 1000 && !client.saw_close_notify(); ++i) {
    received += client.read();
    turn();
  }
  EXPECT_TRUE(client.saw_close_notify());
  ASSERT_TRUE(received.ends_with("farewell"));
  received.resize(received.size() - 8);
  EXPECT_EQ(received.find_first_not_of('x'), std::string::npos);
  EXPECT_EQ(received.size() % 1000, 0U);
}

TEST_F(HandshakesTest, CloseDeliversEverythingAndSaysGoodbye) {
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  handler().connection()->write_copy("last words");
  handler().connection()->close();
  turn();
  EXPECT_EQ(client.read(), "last words");
  EXPECT_TRUE(client.saw_close_notify());
  EXPECT_EQ(handler().closes, 0);  // waits for the peer's end
  client.disconnect();
  turn();
  EXPECT_EQ(handler().closes, 1);
}

TEST_F(HandshakesTest, EndsWithThePeerWithAndWithoutItsGoodbye) {
  for (const bool says_goodbye : {true, false}) {
    TestClient client(connect());
    ASSERT_TRUE(complete(client));
    client.read();  // with unread tickets its end would be a reset
    ASSERT_EQ(client.write("bye"), 3U);
    if (says_goodbye) client.send_close_notify();
    if (!says_goodbye) client.disconnect();
    for (int i = 0; i < 3; ++i) turn();
    EXPECT_EQ(handler().received, "bye");
    EXPECT_EQ(handler().ends, 1);
    EXPECT_EQ(handler().closes, 1);
  }
}

TEST_F(HandshakesTest, PlainHttpIsTold) {
  for (const char* const method : {"GET", "OPTIONS", "DELETE", "CONNECT", "PRI"}) {
    const int peer = connect();
    const std::string request = std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n";
    ASSERT_GT(::send(peer, request.data(), request.size(), 0), 0);
    turn();
    char text[512] = "";
    ASSERT_GT(::recv(peer, text, sizeof text - 1, MSG_DONTWAIT), 0) << method;
    EXPECT_THAT(text, StartsWith("HTTP/1.1 400 Bad Request")) << method;
    EXPECT_EQ(::recv(peer, text, sizeof text, MSG_DONTWAIT), 0) << method;
    ::close(peer);
    turn();
  }
  EXPECT_EQ(loop_.connection_count(), 0U);
  EXPECT_EQ(handshakes_->count(), 0U);
}

TEST_F(HandshakesTest, GarbageEndsOnlyItsOwnConnection) {
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  const int peer = connect();
  ASSERT_EQ(::send(peer, "\x16\x03\x01\x00\x05nonsense", 13, 0), 13);
  turn();
  ::close(peer);
  turn();
  EXPECT_EQ(loop_.connection_count(), 1U);
  EXPECT_EQ(client.write("still here"), 10U);
  turn();
  EXPECT_EQ(handler().received, "still here");
}

TEST_F(HandshakesTest, ADamagedRecordEndsTheConnection) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  handshakes_->begin(loop_.adopt(ends[0]));
  const int raw = ::dup(ends[1]);
  TestClient client(ends[1]);
  ASSERT_TRUE(complete(client));
  ASSERT_EQ(client.write("good"), 4U);
  ASSERT_EQ(::send(raw, "\x17\x03\x03\x00 aaaabbbbccccddddaaaabbbbccccdddd", 37, 0), 37);
  ::close(raw);
  turn();
  turn();
  EXPECT_EQ(handler().received, "good");
  client.disconnect();
  turn();
  EXPECT_EQ(handler().closes, 1);
}

TEST_F(HandshakesTest, ASilentPeerIsClosedAfterTheTimeout) {
  use({.timeout = milliseconds(1), .at_once = 1});
  const int silent = connect();
  TestClient stuck(connect());
  TestClient waiting(connect());
  EXPECT_FALSE(stuck.shake_hands());
  EXPECT_FALSE(waiting.shake_hands());
  while (loop_.connection_count() > 0) loop_.run_once(milliseconds(100));
  EXPECT_EQ(handshakes_->count(), 0U);
  ::close(silent);
}

// Each silent connection had a place, and a crowd of them let nobody in until their time was over.
TEST_F(HandshakesTest, SilentPeersAreInNobodysWay) {
  use({.timeout = milliseconds(60000), .at_once = 1});
  const int silent = connect();
  const int other = connect();
  turn();
  EXPECT_EQ(handshakes_->count(), 0U);
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  ::close(silent);
  ::close(other);
}

TEST_F(HandshakesTest, WhoFallsSilentOnTheWayMakesWayForThoseThatWait) {
  use({.timeout = milliseconds(60000), .at_once = 1, .patience = milliseconds(1)});
  TestClient stuck(connect());
  EXPECT_FALSE(stuck.shake_hands());
  for (int i = 0; i < 5; ++i) loop_.run_once(milliseconds(10));
  EXPECT_EQ(handshakes_->count(), 1U);  // nobody waits
  TestClient client(connect());
  ASSERT_TRUE(complete(client));
  EXPECT_EQ(handshakes_->count(), 0U);
  EXPECT_EQ(loop_.connection_count(), 1U);
}

TEST_F(HandshakesTest, BeyondTheLimitConnectionsWaitForTheirTurn) {
  use({.timeout = milliseconds(60000), .at_once = 1});
  TestClient first(connect());
  TestClient second(connect());
  TestClient third(connect());
  EXPECT_FALSE(first.shake_hands());
  turn();
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(second.shake_hands());
    EXPECT_FALSE(third.shake_hands());
    turn();
  }
  EXPECT_EQ(handshakes_->count(), 1U);
  ASSERT_TRUE(complete(first));
  // The latest comes first: behind a crowd that is stuck its time would be over.
  ASSERT_TRUE(complete(third));
  second.disconnect();  // gives up while it has its turn
  turn();
  turn();
  EXPECT_EQ(handshakes_->count(), 0U);
  EXPECT_EQ(handlers_.size(), 2U);
  TestClient fourth(connect());
  ASSERT_TRUE(complete(fourth));
}

TEST_F(HandshakesTest, AnEndClosesThoseOfWhichNothingHasCome) {
  const int silent = connect();
  TestClient client(connect());
  EXPECT_FALSE(client.shake_hands());
  turn();
  handshakes_->close_idle();
  turn();
  EXPECT_EQ(loop_.connection_count(), 1U);
  ASSERT_TRUE(complete(client));
  ::close(silent);
}

TEST_F(HandshakesTest, TheCertificateFitsTheName) {
  const auto name_for = [this](const char* name) {
    TestClient client(connect(), 0, nullptr, name);
    return complete(client) ? client.server_name() : std::string("failed");
  };
  EXPECT_EQ(name_for(nullptr), "first.test");
  EXPECT_EQ(name_for("first.test"), "first.test");
  EXPECT_EQ(name_for("second.test"), "second.test");
  EXPECT_EQ(name_for("other.test"), "first.test");
}

TEST_F(HandshakesTest, AnotherProcessWithTheSameKeysResumesASession) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    handshakes_->set_context(context({}, keys_of(7)));
    TestClient client(connect(), version);
    ASSERT_TRUE(complete(client));
    EXPECT_FALSE(client.was_resumed());
    client.read();  // the tickets of TLS 1.3
    ASSERT_NE(client.session(), nullptr);

    handshakes_->set_context(context({}, keys_of(7)));
    TestClient again(connect(), version, client.session());
    ASSERT_TRUE(complete(again));
    EXPECT_TRUE(again.was_resumed());

    handshakes_->set_context(context({}, keys_of(8)));
    TestClient stranger(connect(), version, client.session());
    ASSERT_TRUE(complete(stranger));
    EXPECT_FALSE(stranger.was_resumed());
  }
}

TEST_F(HandshakesTest, SessionsWithoutACertificateAreNotResumedWhereOneIsNeeded) {
  TestClient client(connect(), TLS1_2_VERSION);
  ASSERT_TRUE(complete(client));
  TlsOptions options;
  options.request_cert = true;
  handshakes_->set_context(context(options, keys_of(1)));
  TestClient again(connect(), TLS1_2_VERSION, client.session());
  EXPECT_FALSE(complete(again));
}

// A client whose first offer of a key was of no use came back as one whose session belongs nowhere,
// and was refused, when the certificate was another than the first one.
TEST_F(HandshakesTest, ASessionOfAnyNameIsResumedAfterASecondHello) {
  TlsOptions options;
  options.request_cert = true;
  handshakes_->set_context(context(options, keys_of(1)));
  Session session;
  for (const bool is_resumed : {false, true}) {
    TestClient client(connect(), TLS1_3_VERSION, session.get(), "second.test");
    client.show(first_);
    ASSERT_EQ(SSL_set1_groups_list(client.ssl(), "ffdhe2048:X25519"), 1);
    ASSERT_TRUE(complete(client));
    EXPECT_EQ(client.was_resumed(), is_resumed);
    client.read();  // the tickets
    ASSERT_NE(client.session(), nullptr);
    session.reset(SSL_SESSION_dup(client.session()));
  }
}

TEST_F(HandshakesTest, ANewContextIsForNewConnections) {
  TestClient client(connect());
  EXPECT_FALSE(client.shake_hands());  // has begun
  TlsOptions options;
  options.min_version = TlsVersion::k13;
  handshakes_->set_context(context(options, keys_of(1)));
  ASSERT_TRUE(complete(client));
  TestClient old(connect(), TLS1_2_VERSION);
  EXPECT_FALSE(complete(old));
}

// The first bytes of a client.
std::string client_hello(int version) {
  const SslContext context(SSL_CTX_new(TLS_client_method()));
  const Ssl ssl(SSL_new(context.get()));
  SSL_set_min_proto_version(ssl.get(), version);
  SSL_set_max_proto_version(ssl.get(), version);
  BIO* const output = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), output);
  SSL_connect(ssl.get());
  return content_of(*output);
}

TEST_F(HandshakesTest, AClientThatGoesAfterAnyByteLeavesNothing) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string hello = client_hello(version);
    ASSERT_GT(hello.size(), 100U);
    for (std::size_t size = 0; size <= hello.size(); ++size) {
      const int fd = connect();
      ASSERT_EQ(::write(fd, hello.data(), size), static_cast<ssize_t>(size));
      turn();
      EXPECT_EQ(handshakes_->count(), size == 0 ? 0U : 1U) << size;
      ::close(fd);
      turn();
      turn();
      EXPECT_EQ(handshakes_->count(), 0U) << size;
      EXPECT_EQ(loop_.connection_count(), 0U) << size;
    }
  }
  EXPECT_TRUE(handlers_.empty());
}

// A peer that makes the server answer with new keys, over and over, and takes none of the answers.
TEST_F(HandshakesTest, AFloodOfKeyUpdatesEndsItsOwnConnectionAtMost) {
  TestClient client(connect(), TLS1_3_VERSION);
  ASSERT_TRUE(complete(client));
  TestHandler& flooded = handler();
  for (int i = 0; i < 50'000 && flooded.closes == 0; ++i) {
    SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    ERR_clear_error();
    SSL_do_handshake(client.ssl());
    turn();
    if (flooded.closes == 0) {
      ASSERT_LT(flooded.connection()->queued_bytes(), std::size_t{512} * 1024);
    }
  }
  TestClient other(connect());
  ASSERT_TRUE(complete(other));
  client.disconnect();
  turn();
  turn();
  EXPECT_EQ(flooded.closes, 1);
}

TEST_F(HandshakesTest, ClientsCannotRenegotiate) {
  TestClient client(connect(), TLS1_2_VERSION);
  ASSERT_TRUE(complete(client));
  ASSERT_EQ(SSL_renegotiate(client.ssl()), 1);
  EXPECT_FALSE(client.shake_hands());
  turn();
  client.shake_hands();
  EXPECT_TRUE(client.has_failed());
}

}  // namespace
}  // namespace socketcluster::tls
