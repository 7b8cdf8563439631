// SPDX-License-Identifier: MIT
#include "tls/peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/tls/handshakes_fixture.h"

namespace socketcluster::tls {
namespace {

using testing::ElementsAre;

// `ca` is the first identity.
class PeerTest : public HandshakesTest {
 protected:
  PeerTest() {
    TlsOptions options;
    options.request_cert = true;
    options.reject_unauthorized = false;
    handshakes_->set_context(context(options, keys_of(1)));
  }
  TlsDetails meet(TestClient& client) {
    EXPECT_TRUE(complete(client));
    client.read();  // the tickets of TLS 1.3
    return Peer::of(*handler().connection())->details();
  }
};

TEST_F(PeerTest, KnowsWhatWasAgreedOn) {
  TestClient client(connect(), TLS1_3_VERSION, nullptr, "some.test");
  const TlsDetails details = meet(client);
  EXPECT_EQ(details.version, "TLSv1.3");
  EXPECT_EQ(details.cipher, SSL_get_cipher_name(client.ssl()));
  EXPECT_EQ(details.server_name, "some.test");
  EXPECT_FALSE(details.is_resumed);
  EXPECT_FALSE(details.client_certificate);
  TestClient older(connect(), TLS1_2_VERSION);
  EXPECT_EQ(meet(older).version, "TLSv1.2");
  EXPECT_EQ(meet(older).server_name, "");
}

TEST_F(PeerTest, HasTheCertificateOfItsClientAndWhetherItIsVerified) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TestClient known(connect(), version);
    known.show(first_);
    const auto good = meet(known).client_certificate;
    ASSERT_TRUE(good);
    EXPECT_TRUE(good->is_verified);
    EXPECT_EQ(good->error, "");
    EXPECT_EQ(good->subject, "CN=first.test");
    EXPECT_EQ(good->pem, first_.chain_pem());

    TestClient stranger(connect(), version);
    stranger.show(second_);
    const auto bad = meet(stranger).client_certificate;
    ASSERT_TRUE(bad);
    EXPECT_FALSE(bad->is_verified);
    EXPECT_THAT(bad->error, testing::HasSubstr("certificate"));
    EXPECT_EQ(bad->common_name, "second.test");
  }
}

// The ticket carries the certificate, and what was thought of it.
TEST_F(PeerTest, AResumedSessionHasTheCertificateOfItsStart) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const TestIdentity* identity : {&first_, &second_}) {
      TestClient client(connect(), version);
      client.show(*identity);
      const auto shown = meet(client).client_certificate;
      ASSERT_TRUE(shown);
      TestClient again(connect(), version, client.session());
      const TlsDetails details = meet(again);
      ASSERT_TRUE(again.was_resumed());
      EXPECT_TRUE(details.is_resumed);
      ASSERT_TRUE(details.client_certificate);
      EXPECT_EQ(details.client_certificate->fingerprint, shown->fingerprint);
      EXPECT_EQ(details.client_certificate->is_verified, identity == &first_);
    }
  }
}

TEST_F(PeerTest, OutlivesItsConnection) {
  TestClient client(connect());
  client.show(first_);
  ASSERT_TRUE(complete(client));
  const auto peer = Peer::of(*handler().connection());
  handler().connection()->abort();
  turn();
  EXPECT_EQ(handler().closes, 1);
  EXPECT_EQ(peer->details().client_certificate->subject, "CN=first.test");
}

TEST_F(PeerTest, IsNothingWithoutTls) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  TestHandler handler;
  net::Connection& connection = loop_.adopt(ends[0]);
  connection.set_handler(handler);
  EXPECT_EQ(Peer::of(connection), nullptr);
  connection.abort();
  turn();
  ::close(ends[1]);
}

}  // namespace
}  // namespace socketcluster::tls
