// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <socketcluster/options.h>

namespace socketcluster {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kMaxTime = 2147483647;

TEST(Validate, AcceptsTheDefaults) {
  EXPECT_THAT(validate(Options{}), IsEmpty());
}

TEST(Validate, RefusesTimesBeyondTheLimitInTheOriginalsWords) {
  Options options;
  options.ack_timeout = milliseconds(kMaxTime);
  options.ping_timeout = milliseconds(kMaxTime);
  EXPECT_THAT(validate(options), IsEmpty());
  options.ack_timeout = milliseconds(kMaxTime + 1);
  options.ping_timeout = milliseconds(kMaxTime + 1);
  EXPECT_THAT(validate(options),
              ElementsAre("The pingTimeout value provided exceeded the maximum amount allowed",
                          "The ackTimeout value provided exceeded the maximum amount allowed"));
}

TEST(Validate, RefusesValuesOutOfRange) {
  Options options;
  options.handshake_timeout = milliseconds(-1);
  options.max_json_depth = 0;
  EXPECT_THAT(
      validate(options),
      ElementsAre(HasSubstr("handshakeTimeout is -1, but must be a time in ms from 1"),
                  HasSubstr("maxJsonDepth is 0, but must be a whole number from 1 to 1000")));
}

TEST(Validate, LimitsTheNumberOfProcesses) {
  Options options;
  options.workers = 1024;
  options.brokers = 1024;
  EXPECT_THAT(validate(options), IsEmpty());
  options.workers = 0;
  options.brokers = 1;
  EXPECT_THAT(validate(options), IsEmpty());
  options.workers = 1025;
  options.brokers = 0;
  EXPECT_THAT(validate(options),
              ElementsAre("workers is 1025, but must be a whole number from 0 to 1024",
                          "brokers is 0, but must be a whole number from 1 to 1024"));
}

TEST(Validate, LeavesAProcessTimeToTellThatItIsAlive) {
  Options options;
  options.worker_hang_timeout = milliseconds(0);
  EXPECT_THAT(validate(options), IsEmpty());
  options.worker_hang_timeout = milliseconds(2000);
  EXPECT_THAT(validate(options), IsEmpty());
  options.worker_hang_timeout = milliseconds(1999);
  EXPECT_THAT(validate(options),
              ElementsAre("workerHangTimeout is 1999 ms, but must be at least 2000, or 0 to wait "
                          "for ever"));
}

TEST(Validate, RefusesWhatOnlyCodeCouldSet) {
  Options options;
  options.force_kill_signal = "SIGSTOP";
  options.custom = JsonArray{};
  EXPECT_THAT(validate(options),
              ElementsAre("forceKillSignal is \"SIGSTOP\", but must be the name of a signal, such "
                          "as \"SIGHUP\"",
                          "custom must be a JSON object"));
}

TEST(Validate, WantsPingsToComeBeforeTheTimeout) {
  Options options;
  options.ping_interval = milliseconds(19'999);
  EXPECT_THAT(validate(options), IsEmpty());
  options.ping_interval = milliseconds(20'000);
  EXPECT_THAT(
      validate(options),
      ElementsAre(HasSubstr("pingInterval is 20000 ms, but must be less than pingTimeout")));
  options.ping_timeout_disabled = true;
  EXPECT_THAT(validate(options), IsEmpty());
}

TEST(Validate, WantsRoomForOneMessageInTheOutboundLimits) {
  Options options;
  options.max_payload = options.outbound_hard_limit;
  EXPECT_THAT(validate(options), IsEmpty());
  options.max_payload += 1;
  EXPECT_THAT(validate(options),
              ElementsAre(HasSubstr("but must be at least maxPayload (4194305)")));
  options.max_payload = 1;
  options.outbound_soft_limit = options.outbound_hard_limit + 1;
  EXPECT_THAT(validate(options), ElementsAre(HasSubstr("but must be at least outboundSoftLimit")));
}

TEST(Validate, WantsBothKeysOrNone) {
  Options options;
  options.auth_public_key = "pem";
  EXPECT_THAT(
      validate(options),
      ElementsAre("The authPrivateKey option must be specified if authPublicKey is specified"));
  options.auth_private_key = "pem";
  EXPECT_THAT(validate(options), IsEmpty());
  options.auth_public_key.clear();
  EXPECT_THAT(
      validate(options),
      ElementsAre("The authPublicKey option must be specified if authPrivateKey is specified"));
}

TEST(Validate, RefusesAPathThatNoRequestCanHave) {
  Options options;
  for (const char* path : {"/a b/", "/a?b/", "/a#b/", "/a\n/"}) {
    options.path = path;
    EXPECT_THAT(validate(options), ElementsAre(HasSubstr("but must be a path without"))) << path;
  }
}

TEST(Validate, RefusesEmptyOrigins) {
  Options options;
  options.origins.clear();
  EXPECT_THAT(validate(options), ElementsAre(HasSubstr("origins is empty")));
}

TEST(NormalizePath, AddsTheMissingSlashes) {
  EXPECT_EQ(normalize_path("socketcluster"), "/socketcluster/");
  EXPECT_EQ(normalize_path("/socketcluster"), "/socketcluster/");
  EXPECT_EQ(normalize_path("socketcluster/"), "/socketcluster/");
  EXPECT_EQ(normalize_path("/a/b/"), "/a/b/");
  EXPECT_EQ(normalize_path(""), "/");
  EXPECT_EQ(normalize_path("/"), "/");
}

TEST(Validate, HttpsNeedsACertificateWithItsKey) {
  Options options;
  options.protocol = ServerProtocol::kHttps;
  TlsCertificate& certificate = options.protocol_options.certificate;
  EXPECT_THAT(validate(options), ElementsAre(HasSubstr("protocolOptions has no cert")));
  certificate.cert = "a.pem";
  EXPECT_THAT(validate(options), ElementsAre("protocolOptions has a cert, but not its key"));
  certificate.key = "a.key";
  EXPECT_THAT(validate(options), IsEmpty());
  certificate.pfx = "a.pfx";
  EXPECT_THAT(validate(options), ElementsAre(HasSubstr("pfx beside key or cert")));
  certificate = {};
  certificate.pfx = "a.pfx";
  EXPECT_THAT(validate(options), IsEmpty());
  options.protocol_options.sni.push_back({.key = "b.key", .cert = "", .pfx = "", .passphrase = ""});
  EXPECT_THAT(validate(options), ElementsAre(HasSubstr("protocolOptions.sni[0] has no cert")));
}

TEST(Validate, StrictTransportNeedsHttpsAndATime) {
  Options options;
  options.strict_transport_security = "max-age=31536000; includeSubDomains";
  EXPECT_THAT(validate(options),
              ElementsAre(HasSubstr("strictTransportSecurity needs protocol https")));
  options.protocol = ServerProtocol::kHttps;
  options.protocol_options.certificate.cert = "a.pem";
  options.protocol_options.certificate.key = "a.key";
  EXPECT_THAT(validate(options), IsEmpty());
  for (const char* const text : {"31536000", "max-age=", "max-age=x", "max-age=1\r\nX: y"}) {
    options.strict_transport_security = text;
    EXPECT_THAT(validate(options),
                ElementsAre(HasSubstr("strictTransportSecurity must be like max-age=31536000")))
        << text;
  }
}

TEST(Validate, TheRedirectNeedsHttpsAndAPortOfItsOwn) {
  Options options;
  options.http_redirect_port = 8080;
  EXPECT_THAT(validate(options), ElementsAre(HasSubstr("httpRedirectPort needs protocol https")));
  options.protocol = ServerProtocol::kHttps;
  options.protocol_options.certificate.cert = "a.pem";
  options.protocol_options.certificate.key = "a.key";
  EXPECT_THAT(validate(options), IsEmpty());
  options.http_redirect_port = options.port;
  EXPECT_THAT(validate(options), ElementsAre("httpRedirectPort is 8000, but must be another one "
                                             "than port"));
  options.host = "/run/app.sock";
  EXPECT_THAT(validate(options),
              ElementsAre(HasSubstr("cannot be used when host is a UNIX socket")));
}

TEST(Validate, OptionsOfTlsMustFitTogether) {
  Options options;
  options.protocol = ServerProtocol::kHttps;
  TlsOptions& tls = options.protocol_options;
  tls.certificate.pfx = "a.pfx";
  tls.min_version = TlsVersion::k13;
  tls.max_version = TlsVersion::k12;
  tls.request_cert = true;
  EXPECT_THAT(validate(options), ElementsAre(HasSubstr("minVersion is newer than maxVersion"),
                                             HasSubstr("requestCert needs ca")));
  tls.max_version = TlsVersion::k13;
  tls.ca = "ca.pem";
  EXPECT_THAT(validate(options), IsEmpty());
}

}  // namespace
}  // namespace socketcluster
