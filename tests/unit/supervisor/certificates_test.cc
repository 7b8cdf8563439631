// SPDX-License-Identifier: MIT
#include "supervisor/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/tls/test_certificates.h"

namespace socketcluster::supervisor {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kInterval = tls::kTicketKeyInterval;

class CertificatesTest : public testing::Test {
 protected:
  CertificatesTest() {
    options_.protocol = ServerProtocol::kHttps;
    const auto identity = tls::make_identity("a.test");
    options_.protocol_options.certificate.cert = files_.write("cert", identity.chain_pem());
    options_.protocol_options.certificate.key = files_.write("key", identity.key_pem());
  }
  static tls::TicketKeys sent_keys(const Certificates& certificates) {
    auto keys = tls::ticket_keys_from_json(certificates.ticket_keys());
    EXPECT_TRUE(keys);
    return *keys;
  }

  tls::TestDirectory files_;
  base::NullLog log_;
  Options options_;
};

TEST_F(CertificatesTest, ChangesTicketKeysWhenItIsTimeTo) {
  Certificates certificates(options_, log_, milliseconds(0));
  ASSERT_TRUE(certificates.load());
  const tls::TicketKeys first = sent_keys(certificates);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_FALSE(certificates.rotate_ticket_keys(kInterval - milliseconds(1)));
  EXPECT_EQ(sent_keys(certificates), first);
  EXPECT_TRUE(certificates.rotate_ticket_keys(kInterval));
  EXPECT_FALSE(certificates.rotate_ticket_keys(kInterval));
  ASSERT_EQ(sent_keys(certificates).size(), 2U);
  EXPECT_EQ(sent_keys(certificates)[1], first[0]);
}

// A worker that is started later gets what the others were sent.
TEST_F(CertificatesTest, AParcelHasTheKeysOfNow) {
  Certificates certificates(options_, log_, milliseconds(0));
  ASSERT_TRUE(certificates.load());
  ASSERT_TRUE(certificates.rotate_ticket_keys(kInterval));
  const auto parcel = tls::from_json(certificates.parcel());
  ASSERT_TRUE(parcel);
  EXPECT_EQ(parcel->ticket_keys, sent_keys(certificates));
}

TEST_F(CertificatesTest, ReadingFilesAgainChangesKeysUnlessTheFilesAreBad) {
  Certificates certificates(options_, log_, milliseconds(0));
  ASSERT_TRUE(certificates.load());
  const tls::TicketKeys first = sent_keys(certificates);
  ASSERT_TRUE(certificates.reload(milliseconds(5)));
  const tls::TicketKeys second = sent_keys(certificates);
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(second[1], first[0]);
  files_.write("cert", "damaged");
  EXPECT_FALSE(certificates.reload(milliseconds(9)));
  EXPECT_EQ(sent_keys(certificates), second);
  EXPECT_FALSE(certificates.rotate_ticket_keys(milliseconds(4) + kInterval)) << "the last was at 5";
  EXPECT_TRUE(certificates.rotate_ticket_keys(milliseconds(5) + kInterval));
}

TEST_F(CertificatesTest, WithoutTlsThereIsNothingToChange) {
  options_.protocol = ServerProtocol::kHttp;
  Certificates certificates(options_, log_, milliseconds(0));
  EXPECT_TRUE(certificates.load());
  EXPECT_FALSE(certificates.rotate_ticket_keys(kInterval));
}

}  // namespace
}  // namespace socketcluster::supervisor
