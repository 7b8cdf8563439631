// SPDX-License-Identifier: MIT
#include "tls/client_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/tls/test_certificates.h"

namespace socketcluster::tls {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using NameParts = std::vector<std::pair<const char*, std::string>>;

// A certificate with this subject instead of its own; nothing here looks at signatures.
TestIdentity with_subject(const NameParts& parts, int type = MBSTRING_UTF8) {
  TestIdentity made = make_identity("plain.test");
  X509_NAME* const name = X509_NAME_new();
  for (const auto& [part, value] : parts) {
    EXPECT_EQ(X509_NAME_add_entry_by_txt(name, part, type,
                                         reinterpret_cast<const unsigned char*>(value.data()),
                                         static_cast<int>(value.size()), -1, 0),
              1);
  }
  EXPECT_EQ(X509_set_subject_name(made.certificate.get(), name), 1);
  X509_NAME_free(name);
  return made;
}

ClientCertificate describe(const TestIdentity& identity, long result = X509_V_OK) {
  return tls::describe(*identity.certificate, result);
}

// Alternative names as they are encoded, whatever they hold.
TestIdentity with_names(const std::vector<std::pair<int, std::string>>& names) {
  TestIdentity made = make_identity("plain.test");
  GENERAL_NAMES* const list = GENERAL_NAMES_new();
  for (const auto& [type, value] : names) {
    GENERAL_NAME* const name = GENERAL_NAME_new();
    ASN1_STRING* const text =
        ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
    ASN1_STRING_set(text, value.data(), static_cast<int>(value.size()));
    GENERAL_NAME_set0_value(name, type, text);
    sk_GENERAL_NAME_push(list, name);
  }
  EXPECT_EQ(
      X509_add1_ext_i2d(made.certificate.get(), NID_subject_alt_name, list, 0, X509V3_ADD_REPLACE),
      1);
  GENERAL_NAMES_free(list);
  return made;
}

TEST(ClientCertificate, HasItsSubjectFromTheMostSpecificPartOn) {
  const auto made =
      describe(with_subject({{"O", "Example"}, {"OU", "Sales"}, {"CN", "J\xc3\xb6rg"}}));
  EXPECT_EQ(made.subject, "CN=J\xc3\xb6rg,OU=Sales,O=Example");
  EXPECT_EQ(made.common_name, "J\xc3\xb6rg");
  EXPECT_EQ(made.issuer, "CN=plain.test");
}

TEST(ClientCertificate, APartCannotBeForgedInsideOfAnother) {
  const auto made = describe(with_subject({{"CN", "guest,O=Example"}}));
  EXPECT_EQ(made.subject, "CN=guest\\,O=Example");
  EXPECT_EQ(made.common_name, "guest,O=Example");
  EXPECT_EQ(describe(with_subject({{"CN", "a+OU=b"}})).subject, "CN=a\\+OU=b");
}

TEST(ClientCertificate, ACommonNameIsOneTextOrNone) {
  EXPECT_EQ(describe(with_subject({{"CN", "a"}, {"CN", "admin"}})).common_name, "");
  EXPECT_EQ(describe(with_subject({{"O", "Example"}})).common_name, "");
  for (const std::string& value :
       {std::string("admin\0.evil", 11), std::string("a\nb"), std::string("a\x7f")}) {
    const auto made = describe(with_subject({{"CN", value}}, V_ASN1_UTF8STRING));
    EXPECT_EQ(made.common_name, "");
    for (const char c : made.subject) EXPECT_GE(c, 0x20) << made.subject;
  }
}

// OpenSSL takes no such certificate from a peer; it is put together behind its back.
TEST(ClientCertificate, BytesThatAreNoUtf8DoNotComeOut) {
  const TestIdentity identity = make_identity("plain.test");
  X509_NAME* const name = X509_get_subject_name(identity.certificate.get());
  ASN1_STRING_set(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, 0)), "a\xff\xfe", 3);
  const auto made = describe(identity);
  for (const char c : made.subject) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << made.subject;
  EXPECT_EQ(made.common_name, "");
}

TEST(ClientCertificate, ListsAlternativeNames) {
  const auto made = describe(with_names({{GEN_DNS, "a.test"},
                                         {GEN_EMAIL, "a@b.test"},
                                         {GEN_URI, "spiffe://a/b"},
                                         {GEN_IPADD, std::string("\x0a\x00\x00\x01", 4)},
                                         {GEN_IPADD, std::string(15, '\0') + "\x01"}}));
  EXPECT_THAT(made.alternative_names, ElementsAre("DNS:a.test", "email:a@b.test",
                                                  "URI:spiffe://a/b", "IP:10.0.0.1", "IP:::1"));
}

TEST(ClientCertificate, LeavesOutAlternativeNamesThatCouldBeMisread) {
  const auto made = describe(with_names({{GEN_DNS, std::string("a.test\0.evil", 12)},
                                         {GEN_DNS, ""},
                                         {GEN_DNS, "a.test, DNS:b.test"},
                                         {GEN_URI, "x:\xc3\xb6"},
                                         {GEN_EMAIL, "a\nb"},
                                         {GEN_IPADD, "abc"},
                                         {GEN_DNS, "good.test"}}));
  EXPECT_THAT(made.alternative_names, ElementsAre("DNS:good.test"));
}

TEST(ClientCertificate, HasSerialNumberFingerprintAndPem) {
  TestIdentity identity = make_identity("a.test");
  ASN1_INTEGER_set(X509_get_serialNumber(identity.certificate.get()), 0x1a2b3c);
  X509_sign(identity.certificate.get(), identity.key.get(), EVP_sha256());
  const auto made = describe(identity);
  EXPECT_EQ(made.serial_number, "1a2b3c");
  EXPECT_EQ(made.fingerprint.size(), 64U);
  EXPECT_EQ(made.fingerprint.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(made.pem, identity.chain_pem());
  EXPECT_LT(made.not_before, std::chrono::system_clock::now());
  EXPECT_GT(made.not_after, std::chrono::system_clock::now());
}

TEST(ClientCertificate, IsVerifiedOnlyAsLongAsItIsValid) {
  EXPECT_TRUE(describe(make_identity("a.test")).is_verified);
  const auto expired = describe(make_identity("a.test", nullptr, -10, -1));
  EXPECT_FALSE(expired.is_verified);
  EXPECT_EQ(expired.error, "certificate has expired");
  const auto unknown = describe(make_identity("a.test"), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
  EXPECT_FALSE(unknown.is_verified);
  EXPECT_EQ(unknown.error, "unable to get issuer certificate");
}

}  // namespace
}  // namespace socketcluster::tls
