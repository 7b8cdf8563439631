// SPDX-License-Identifier: MIT
#include "config/option_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace socketcluster::config {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

// What assign() says about a JSON value; empty when it takes it.
std::string said(std::string_view name, std::string_view text, Options& options) {
  const base::Status status = assign(*find_option(name), boost::json::parse(text), "here", options);
  return status ? "" : status.error().text;
}

std::string said(std::string_view name, std::string_view text) {
  Options options;
  return said(name, text, options);
}

Options with(std::string_view name, std::string_view text) {
  Options options;
  EXPECT_EQ(said(name, text, options), "") << name << " " << text;
  return options;
}

TEST(OptionValue, TakesEachTypeFromJson) {
  EXPECT_EQ(with("port", "0").port, 0);
  EXPECT_EQ(with("port", "65535").port, 65535);
  EXPECT_EQ(with("pingInterval", "5000").ping_interval, milliseconds(5000));
  EXPECT_EQ(with("pingInterval", "\"5s\"").ping_interval, milliseconds(5000));
  EXPECT_EQ(with("maxPayload", "1e4").max_payload, 10'000U);
  EXPECT_EQ(with("maxPayload", "\"64KiB\"").max_payload, 65'536U);
  EXPECT_TRUE(with("pingTimeoutDisabled", "true").ping_timeout_disabled);
  EXPECT_EQ(with("host", "\"::1\"").host, "::1");
  EXPECT_EQ(with("authDefaultExpiry", "60").auth_default_expiry, std::chrono::seconds(60));
  EXPECT_EQ(with("authVerifyAlgorithms", R"(["HS256","ES256"])").auth_verify_algorithms,
            (std::vector<std::string>{"HS256", "ES256"}));
  EXPECT_EQ(with("logFormat", "\"json\"").log_format, LogFormat::kJson);
}

TEST(OptionValue, TakesAProtocolVersionAsNumberOrText) {
  EXPECT_EQ(with("protocolVersion", "1").protocol_version, ProtocolVersion::kV1);
  EXPECT_EQ(with("protocolVersion", "\"2\"").protocol_version, ProtocolVersion::kV2);
  EXPECT_EQ(with("protocolVersion", "\"auto\"").protocol_version, ProtocolVersion::kAuto);
  EXPECT_EQ(said("protocolVersion", "3"), "here is 3, but must be auto, 1 or 2");
}

TEST(OptionValue, TakesASignalByItsName) {
  EXPECT_EQ(with("forceKillSignal", "\"SIGKILL\"").force_kill_signal, "SIGKILL");
  for (const char* wrong : {"\"SIGSTOP\"", "\"KILL\"", "\"sigkill\"", "\"\"", "9"}) {
    EXPECT_THAT(said("forceKillSignal", wrong),
                HasSubstr("but must be the name of a signal, such as \"SIGHUP\""));
  }
}

TEST(OptionValue, TakesAUserByNameOrNumber) {
  EXPECT_EQ(with("downgradeToUser", "\"www-data\"").downgrade_to_user, "www-data");
  EXPECT_EQ(with("downgradeToUser", "33").downgrade_to_user, "33");
  EXPECT_EQ(with("downgradeToUser", "false").downgrade_to_user, "");
  for (const char* wrong : {"true", "-1", "1.5", "{}"}) {
    EXPECT_THAT(said("downgradeToUser", wrong),
                HasSubstr("but must be a user's name or number, or false"));
  }
  const OptionSpec& spec = *find_option("downgradeToUser");
  EXPECT_EQ(value_from_text(spec, "false"), boost::json::value(false));
  EXPECT_EQ(value_from_text(spec, "33"), boost::json::value("33"));
}

TEST(OptionValue, TakesTheOptionsForProxiesAndAccessLogs) {
  EXPECT_EQ(with("forwardedHeader", "\"Forwarded\"").forwarded_header, ForwardedHeader::kForwarded);
  EXPECT_EQ(with("accessLogFormat", "\"json\"").access_log_format, AccessLogFormat::kJson);
  EXPECT_EQ(with("accessLogFormat", "null").access_log_format, AccessLogFormat::kCombined);
}

TEST(OptionValue, TakesASchedulingPolicy) {
  EXPECT_EQ(with("schedulingPolicy", "\"none\"").scheduling_policy, SchedulingPolicy::kNone);
  EXPECT_EQ(with("schedulingPolicy", "null").scheduling_policy, SchedulingPolicy::kRoundRobin);
  EXPECT_EQ(said("schedulingPolicy", "\"fair\""), "here is \"fair\", but must be rr or none");
}

TEST(OptionValue, NullStandsForTheDefault) {
  Options options;
  options.port = 1;
  options.host = "x";
  options.per_message_deflate.enabled = true;
  EXPECT_EQ(said("port", "null", options), "");
  EXPECT_EQ(said("host", "null", options), "");
  EXPECT_EQ(said("perMessageDeflate", "null", options), "");
  EXPECT_EQ(options.port, 8000);
  EXPECT_EQ(options.host, "");
  EXPECT_FALSE(options.per_message_deflate.enabled);
}

TEST(OptionValue, NamesThePlaceTheValueAndWhatWouldBeRight) {
  EXPECT_EQ(said("port", "65536"), "here is 65536, but must be a whole number from 0 to 65535");
  EXPECT_EQ(said("port", "-1"), "here is -1, but must be a whole number from 0 to 65535");
  EXPECT_EQ(said("port", "1.5"), "here is 1.5, but must be a whole number from 0 to 65535");
  EXPECT_EQ(said("port", "\"8000\""),
            "here is \"8000\", but must be a whole number from 0 to 65535");
  EXPECT_EQ(said("port", "18446744073709551615"),
            "here is 18446744073709551615, but must be a whole number from 0 to 65535");
  EXPECT_EQ(said("port", "1e300"), "here is 1e+300, but must be a whole number from 0 to 65535");
  EXPECT_EQ(said("pingInterval", "0"),
            "here is 0, but must be a time in ms from 1 to 2147483647, or such as \"10s\"");
  EXPECT_EQ(said("pingInterval", "\"8000\""),
            "here is \"8000\", but must be a time in ms from 1 to 2147483647, or such as \"10s\"");
  EXPECT_EQ(said("strictHandshake", "1"), "here is 1, but must be true or false");
  EXPECT_EQ(said("host", "8"), "here is 8, but must be a text");
  EXPECT_EQ(said("authVerifyAlgorithms", "[1]"), "here is [1], but must be a list of texts");
  EXPECT_EQ(said("logFormat", "\"xml\""), "here is \"xml\", but must be text or json");
  EXPECT_EQ(said("maxPayload", "{}"),
            "here is {}, but must be a number of bytes from 1 to 1073741824, or such as \"64KiB\"");
}

TEST(OptionValue, TellsOfATooLongTimeInTheOriginalsWords) {
  for (const char* name : {"ackTimeout", "ipcAckTimeout", "pingInterval", "pingTimeout",
                           "workerStatusInterval", "processTermTimeout", "forceKillTimeout"}) {
    EXPECT_EQ(said(name, "2147483647"), "") << name;
    EXPECT_THAT(said(name, "2147483648"),
                HasSubstr("The " + std::string(name) +
                          " value provided exceeded the maximum amount allowed"));
    EXPECT_THAT(said(name, "\"600h\""), HasSubstr("exceeded the maximum amount allowed"));
  }
}

TEST(OptionValue, LeavesOptionsAsTheyWereOnAnError) {
  Options options;
  EXPECT_NE(said("port", "65536", options), "");
  EXPECT_EQ(options.port, 8000);
}

TEST(OptionValue, ShortensAndEscapesAWrongValue) {
  const std::string text = said("port", "\"\\u001b" + std::string(1000, 'x') + "\"");
  EXPECT_LT(text.size(), 200U);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(OptionValue, NeverPrintsASecret) {
  EXPECT_EQ(said("authKey", "[\"hunter2\"]"), "here is (not shown), but must be a text");
}

TEST(OptionValue, TakesDeflateAsBoolOrObject) {
  EXPECT_TRUE(with("perMessageDeflate", "true").per_message_deflate.enabled);
  EXPECT_FALSE(with("perMessageDeflate", "false").per_message_deflate.enabled);
  const PerMessageDeflateOptions deflate =
      with("perMessageDeflate",
           R"({"threshold":"2KiB","memLevel":9,"serverNoContextTakeover":false})")
          .per_message_deflate;
  EXPECT_TRUE(deflate.enabled);
  EXPECT_EQ(deflate.threshold, 2048U);
  EXPECT_EQ(deflate.mem_level, 9U);
  EXPECT_FALSE(deflate.server_no_context_takeover);
  EXPECT_EQ(deflate.level, 6U);
  EXPECT_EQ(said("perMessageDeflate", "1"), "here is 1, but must be true, false or an object");
  EXPECT_EQ(said("perMessageDeflate", R"({"serverMaxWindowBits":8})"),
            "here.serverMaxWindowBits is 8, but must be a whole number from 9 to 15");
  EXPECT_EQ(said("perMessageDeflate", R"({"treshold":8})"),
            "here has an unknown member \"treshold\"; did you mean 'threshold'?");
}

TEST(OptionValue, TakesTlsMemberByMember) {
  Options options;
  EXPECT_EQ(said("protocolOptions", R"({"key":"a.key","cert":"a.pem"})", options), "");
  EXPECT_EQ(said("protocolOptions", R"({"passphrase":"secret","minVersion":"TLSv1.3",
                 "sni":[{"cert":"b.pem","key":"b.key"},{"pfx":"c.pfx"}]})",
                 options),
            "");
  const TlsOptions& tls = options.protocol_options;
  EXPECT_EQ(tls.certificate.key, "a.key");
  EXPECT_EQ(tls.certificate.passphrase, "secret");
  EXPECT_EQ(tls.min_version, TlsVersion::k13);
  ASSERT_EQ(tls.sni.size(), 2U);
  EXPECT_EQ(tls.sni[1].pfx, "c.pfx");
  EXPECT_EQ(said("protocolOptions", "null", options), "");
  EXPECT_EQ(options.protocol_options.certificate.key, "");
}

TEST(OptionValue, SaysWhatIsWrongAboutTls) {
  EXPECT_EQ(said("protocol", "\"ftp\""), "here is \"ftp\", but must be http or https");
  EXPECT_EQ(said("protocolOptions", "true"), "here is true, but must be a JSON object");
  EXPECT_EQ(said("protocolOptions", R"({"minVersion":"TLSv1"})"),
            "here.minVersion is \"TLSv1\", but must be TLSv1.2 or TLSv1.3");
  EXPECT_EQ(said("protocolOptions", R"({"passfrase":"x"})"),
            "here has an unknown member \"passfrase\"; did you mean 'passphrase'?");
  EXPECT_EQ(said("protocolOptions", R"({"key":["-----BEGIN"]})"),
            "here.key is (not shown), but must be a text");
  EXPECT_THAT(said("protocolOptions", R"({"sni":[{"kee":"x"}]})"), HasSubstr("list of objects"));
}

TEST(OptionValue, ShowsOfTlsOnlyWhatIsNoSecret) {
  Options options;
  ASSERT_EQ(said("protocolOptions",
                 R"({"key":"a.key","cert":"a.pem","passphrase":"x","sni":[{"pfx":"b"}]})", options),
            "");
  EXPECT_EQ(stored_value(*find_option("protocolOptions"), options),
            (boost::json::value{{"cert", "a.pem"}}));
}

TEST(OptionValue, ReadsTextByTheType) {
  const auto value = [](std::string_view name, std::string_view text) {
    return value_from_text(*find_option(name), text);
  };
  EXPECT_EQ(value("port", "9000"), 9000);
  EXPECT_EQ(value("port", "9000x"), "9000x");
  EXPECT_EQ(value("pingInterval", "10s"), 10'000);
  EXPECT_EQ(value("appName", "9000"), "9000");
  EXPECT_EQ(value("perMessageDeflate", "off"), false);
  EXPECT_EQ(value("perMessageDeflate", "{\"level\":1}"), (boost::json::value{{"level", 1}}));
  EXPECT_EQ(value("authVerifyAlgorithms", " HS256, ES256 ,"),
            (boost::json::array{"HS256", "ES256"}));
  for (const char* yes : {"true", "TRUE", "yes", "on", "1", ""})
    EXPECT_EQ(value("strictHandshake", yes), true) << yes;
  for (const char* no : {"false", "No", "off", "0"})
    EXPECT_EQ(value("strictHandshake", no), false) << no;
  EXPECT_EQ(value("strictHandshake", "maybe"), "maybe");
}

TEST(OptionValue, StoredValuesCanBeReadBack) {
  Options options;
  options.port = 1;
  options.ping_interval = milliseconds(77);
  options.log_format = LogFormat::kJson;
  options.per_message_deflate.enabled = true;
  options.per_message_deflate.level = 9;
  options.auth_verify_algorithms = {"HS256"};
  Options copy;
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec) || std::holds_alternative<std::monostate>(spec.field)) continue;
    // Stored values have unsigned numbers; what is read back was text in between.
    const std::string text = boost::json::serialize(stored_value(spec, options));
    ASSERT_EQ(said(spec.name, text, copy), "") << spec.name;
    EXPECT_EQ(stored_value(spec, copy), stored_value(spec, options)) << spec.name;
  }
}

}  // namespace
}  // namespace socketcluster::config
