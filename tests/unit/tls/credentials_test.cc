// SPDX-License-Identifier: MIT
#include "tls/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pkcs12.h>

#include "tls/context.h"
#include "unit/tls/test_certificates.h"

namespace socketcluster::tls {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string encrypted(EVP_PKEY& key, const std::string& passphrase) {
  const Bio bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, EVP_aes_128_cbc(), passphrase.data(),
                                          static_cast<int>(passphrase.size()), nullptr, nullptr),
            1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pkcs12(const TestIdentity& identity, const std::string& passphrase) {
  const Pkcs12 made(PKCS12_create(passphrase.c_str(), "test", identity.key.get(),
                                  identity.certificate.get(), nullptr, 0, 0, 0, 0, 0));
  const Bio bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(i2d_PKCS12_bio(bio.get(), made.get()), 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    options_.certificate.cert = files_.write("a.pem", identity_.chain_pem());
    options_.certificate.key = files_.write("a.key", identity_.key_pem());
  }

  // What is wrong; "" when nothing is.
  std::string problem() const {
    const auto loaded = load_credentials(options_);
    return loaded ? "" : loaded.error().text;
  }
  std::vector<std::string> warnings() const {
    const auto loaded = load_credentials(options_);
    return loaded ? loaded->warnings : std::vector<std::string>{loaded.error().text};
  }

  TestDirectory files_;
  TestIdentity identity_ = make_identity("a.test");
  TlsOptions options_;
};

TEST_F(CredentialsTest, ReadsFilesAndTexts) {
  const auto from_files = load_credentials(options_);
  ASSERT_TRUE(from_files) << from_files.error().text;
  EXPECT_THAT(from_files->warnings, IsEmpty());
  options_.certificate.cert = identity_.chain_pem();
  options_.certificate.key = identity_.key_pem();
  const auto from_texts = load_credentials(options_);
  ASSERT_TRUE(from_texts) << from_texts.error().text;
  ASSERT_EQ(from_texts->credentials.identities.size(), 1U);
  EXPECT_EQ(from_texts->credentials.identities[0].chain,
            from_files->credentials.identities[0].chain);
  EXPECT_EQ(from_texts->credentials.identities[0].key, from_files->credentials.identities[0].key);
}

TEST_F(CredentialsTest, KeepsTheOrderOfAChain) {
  const TestIdentity authority = make_identity("authority");
  const TestIdentity leaf = make_identity("leaf.test", &authority);
  options_.certificate.cert = leaf.chain_pem() + authority.chain_pem();
  options_.certificate.key = leaf.key_pem();
  const auto loaded = load_credentials(options_);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->credentials.identities[0].chain, leaf.chain_pem() + authority.chain_pem());
}

TEST_F(CredentialsTest, NamesAFileThatIsMissing) {
  options_.certificate.cert = files_.path("none.pem");
  EXPECT_EQ(problem(), "protocolOptions.cert: cannot read '" + files_.path("none.pem") +
                           "': No such file or directory");
  options_.certificate.cert = files_.path("a.pem");
  options_.certificate.key = files_.path("none.key");
  EXPECT_EQ(problem(), "protocolOptions.key: cannot read '" + files_.path("none.key") +
                           "': No such file or directory");
}

TEST_F(CredentialsTest, NamesAFileThatCannotBeRead) {
  options_.certificate.key = files_.path("");
  EXPECT_EQ(problem(),
            "protocolOptions.key: cannot read '" + files_.path("") + "': Is a directory");
  options_.certificate.key = files_.write("long", std::string((std::size_t{1} << 20) + 1, 'x'));
  EXPECT_THAT(problem(), HasSubstr("it is longer than 1 MiB"));
}

TEST_F(CredentialsTest, NamesAFileWithoutACertificateOrKey) {
  options_.certificate.cert = files_.write("text", "hello");
  EXPECT_EQ(problem(), "protocolOptions.cert: there is no certificate in PEM form in '" +
                           files_.path("text") + "'");
  options_.certificate.cert = files_.path("a.pem");
  options_.certificate.key = files_.path("a.pem");
  EXPECT_EQ(problem(), "protocolOptions.key: there is no private key in PEM form in '" +
                           files_.path("a.pem") + "'");
}

TEST_F(CredentialsTest, NamesAFileThatIsDamaged) {
  std::string pem = identity_.chain_pem();
  pem[pem.size() / 2] = '*';
  options_.certificate.cert = files_.write("bad.pem", identity_.chain_pem() + pem);
  EXPECT_EQ(problem(),
            "protocolOptions.cert: a certificate in '" + files_.path("bad.pem") + "' is damaged");
  options_.certificate.cert = files_.path("a.pem");
  std::string key = identity_.key_pem();
  key[key.size() / 2] = '*';
  options_.certificate.key = files_.write("bad.key", key);
  EXPECT_EQ(problem(),
            "protocolOptions.key: the private key in '" + files_.path("bad.key") + "' is damaged");
}

TEST_F(CredentialsTest, NamesAKeyOfAnotherCertificate) {
  options_.certificate.key = files_.write("b.key", make_identity("b").key_pem());
  EXPECT_EQ(problem(), "protocolOptions.key: the key in '" + files_.path("b.key") +
                           "' does not match the certificate in '" + files_.path("a.pem") + "'");
}

TEST_F(CredentialsTest, OpensAnEncryptedKeyWithItsPassphraseOnly) {
  options_.certificate.key = files_.write("secret.key", encrypted(*identity_.key, "right"));
  EXPECT_EQ(problem(), "protocolOptions.key: '" + files_.path("secret.key") +
                           "' is encrypted: set passphrase");
  options_.certificate.passphrase = "wrong";
  EXPECT_EQ(problem(),
            "protocolOptions.key: wrong passphrase for '" + files_.path("secret.key") + "'");
  options_.certificate.passphrase = "right";
  const auto loaded = load_credentials(options_);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->credentials.identities[0].key, identity_.key_pem());
}

TEST_F(CredentialsTest, OpensAPkcs12FileWithItsPassphraseOnly) {
  options_.certificate = {};
  options_.certificate.pfx = files_.write("a.pfx", pkcs12(identity_, "right"));
  EXPECT_THAT(problem(), HasSubstr("is encrypted: set passphrase"));
  options_.certificate.passphrase = "wrong";
  EXPECT_EQ(problem(), "protocolOptions.pfx: wrong passphrase for '" + files_.path("a.pfx") + "'");
  options_.certificate.passphrase = "right";
  const auto loaded = load_credentials(options_);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->credentials.identities[0].chain, identity_.chain_pem());
  EXPECT_EQ(loaded->credentials.identities[0].key, identity_.key_pem());
  options_.certificate.pfx = files_.write("bad.pfx", "no pfx");
  EXPECT_EQ(problem(), "protocolOptions.pfx: '" + files_.path("bad.pfx") + "' is no PKCS #12 file");
}

// It was said to have a wrong passphrase.
TEST_F(CredentialsTest, RefusesAPkcs12FileWithoutAMac) {
  const Pkcs12 made(PKCS12_create("right", "test", identity_.key.get(), identity_.certificate.get(),
                                  nullptr, 0, 0, 0, -1, 0));
  const Bio bio(BIO_new(BIO_s_mem()));
  ASSERT_EQ(i2d_PKCS12_bio(bio.get(), made.get()), 1);
  options_.certificate = {};
  options_.certificate.pfx = files_.write("a.pfx", content_of(*bio));
  options_.certificate.passphrase = "right";
  EXPECT_THAT(problem(), HasSubstr("a.pfx' has no MAC, which says that it is whole; export it"));
}

TEST_F(CredentialsTest, SaysWhenTheChainIsInAnotherOrder) {
  const TestIdentity root = make_identity("root");
  const TestIdentity middle = make_identity("middle", &root);
  const TestIdentity leaf = make_identity("leaf", &middle);
  options_.certificate.key = files_.write("b.key", leaf.key_pem());
  const auto use = [this](const std::string& pem) {
    options_.certificate.cert = files_.write("b.pem", pem);
  };
  use(leaf.chain_pem() + middle.chain_pem() + root.chain_pem());
  EXPECT_THAT(warnings(), IsEmpty());
  use(leaf.chain_pem() + root.chain_pem() + middle.chain_pem());
  EXPECT_THAT(
      warnings(),
      ElementsAre("protocolOptions.cert: the certificate in '" + files_.path("b.pem") +
                  "' is followed by one that has signed none of those before it: number 2"));
  use(middle.chain_pem() + leaf.chain_pem());
  EXPECT_EQ(problem(), "protocolOptions.cert: the server's certificate must be the first one in '" +
                           files_.path("b.pem") + "', and is number 2");
}

TEST_F(CredentialsTest, RefusesWhatHasExpiredAndWarnsOfTheRest) {
  const auto use = [this](int begin, int end) {
    const TestIdentity identity = make_identity("a", nullptr, begin, end);
    options_.certificate.cert = files_.write("c.pem", identity.chain_pem());
    options_.certificate.key = files_.write("c.key", identity.key_pem());
  };
  use(-10, -1);
  EXPECT_THAT(problem(), HasSubstr("protocolOptions.cert: the certificate in '" +
                                   files_.path("c.pem") + "' expired on "));
  use(-10, 3);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("c.pem' expires on ")));
  use(1, 30);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("c.pem' is not valid before ")));
}

TEST_F(CredentialsTest, SaysWhichOfSeveralCertificatesIsWrong) {
  options_.sni.push_back(options_.certificate);
  options_.sni.push_back(
      {.key = "none", .cert = files_.path("a.pem"), .pfx = "", .passphrase = ""});
  EXPECT_EQ(problem(), "protocolOptions.sni[1].key: cannot read 'none': No such file or directory");
}

TEST_F(CredentialsTest, NeedsACertificateInCa) {
  options_.ca = files_.path("a.key");
  EXPECT_THAT(problem(), HasSubstr("protocolOptions.ca: there is no certificate in PEM form in"));
  options_.ca = files_.path("a.pem");
  EXPECT_EQ(problem(), "");
}

TEST_F(CredentialsTest, TravelAsJson) {
  options_.sni.push_back(options_.certificate);
  options_.ca = files_.path("a.pem");
  const auto loaded = load_credentials(options_);
  ASSERT_TRUE(loaded);
  TicketKeys keys(2);
  keys[0].name.front() = 1;
  keys[1].cipher.back() = 2;
  keys[1].mac.back() = 255;
  const auto copy = from_json(to_json(loaded->credentials, keys));
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->ticket_keys, keys);
  EXPECT_EQ(copy->credentials.authorities, loaded->credentials.authorities);
  ASSERT_EQ(copy->credentials.identities.size(), 2U);
  EXPECT_EQ(copy->credentials.identities[1].key, loaded->credentials.identities[1].key);
}

TEST_F(CredentialsTest, JsonThatIsIncompleteIsRefused) {
  const auto loaded = load_credentials(options_);
  ASSERT_TRUE(loaded);
  const JsonObject whole = to_json(loaded->credentials, TicketKeys(1));
  ASSERT_TRUE(from_json(whole));
  for (const char* name : {"identities", "authorities", "ticketKeys"}) {
    JsonObject part = whole;
    part.erase(name);
    EXPECT_FALSE(from_json(part)) << name;
    part[name] = 1;
    EXPECT_FALSE(from_json(part)) << name;
  }
  for (const char* text : {"", "AAAA", "*"}) EXPECT_FALSE(ticket_keys_from_json(text)) << text;
  EXPECT_FALSE(from_json(Json()));
}

TEST_F(CredentialsTest, ContextsRefuseUnknownCiphers) {
  const auto loaded = load_credentials(options_);
  ASSERT_TRUE(loaded);
  const auto problem_with = [&](const std::string& ciphers) {
    options_.ciphers = ciphers;
    const auto context = Context::create(options_, loaded->credentials, TicketKeys(1));
    return context ? std::string() : context.error().text;
  };
  EXPECT_EQ(problem_with(""), "");
  EXPECT_EQ(problem_with("TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"), "");
  EXPECT_EQ(problem_with("ROT13"),
            "protocolOptions.ciphers: OpenSSL knows no usable cipher in 'ROT13'");
  EXPECT_EQ(problem_with("TLS_ROT13"),
            "protocolOptions.ciphers: OpenSSL knows no usable cipher in 'TLS_ROT13'");
}

}  // namespace
}  // namespace socketcluster::tls
