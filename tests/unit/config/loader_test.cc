// SPDX-License-Identifier: MIT
#include "config/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace socketcluster::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A config file that lives as long as the test.
class Loader : public testing::Test {
 protected:
  ~Loader() override { std::remove(path_.c_str()); }

  std::string file(std::string_view text) {
    std::ofstream(path_) << text;
    return path_;
  }

  static FlagValue flag(std::string_view name, std::string text) {
    return {find_option(name), "--" + long_flag(*find_option(name)), std::move(text)};
  }

 private:
  const std::string path_ = testing::TempDir() + "loader_test_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".json";
};

TEST_F(Loader, GivesTheDefaultsWithoutSources) {
  const Loaded loaded = load({});
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.notices, IsEmpty());
  EXPECT_EQ(loaded.options.port, 8000);
}

TEST_F(Loader, ALaterSourceWins) {
  Sources sources;
  sources.config_file = file(R"({"port": 1, "ackTimeout": 1, "batchInterval": 1, "logLevel": 1})");
  EXPECT_EQ(load(sources).options.port, 1);
  sources.environment = {{"SOCKETCLUSTER_PORT", "2"},
                         {"SOCKETCLUSTER_ACK_TIMEOUT", "2"},
                         {"SOCKETCLUSTER_BATCH_INTERVAL", "2"}};
  EXPECT_EQ(load(sources).options.port, 2);
  sources.flags = {flag("port", "3"), flag("ackTimeout", "3")};
  EXPECT_EQ(load(sources).options.port, 3);
  sources.environment["SOCKETCLUSTER_OPTIONS"] = R"({"port": 4})";
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.options.port, 4);
  EXPECT_EQ(loaded.options.ack_timeout.count(), 3);
  EXPECT_EQ(loaded.options.batch_interval.count(), 2);
  EXPECT_EQ(loaded.options.log_level, 1U);
}

TEST_F(Loader, NullGoesBackToTheDefault) {
  Sources sources;
  sources.flags = {flag("port", "3")};
  sources.environment["SOCKETCLUSTER_OPTIONS"] = R"({"port": null})";
  EXPECT_EQ(load(sources).options.port, 8000);
}

TEST_F(Loader, AVariableCanNameTheFileAndAFlagBeatsIt) {
  Sources sources;
  sources.environment["SOCKETCLUSTER_CONFIG"] = file(R"({"port": 5})");
  EXPECT_EQ(load(sources).options.port, 5);
  sources.config_file = "/no/such/file";
  EXPECT_THAT(load(sources).errors,
              ElementsAre(HasSubstr("config file /no/such/file: cannot be read")));
}

TEST_F(Loader, AnEmptyVariableCountsAsNotSet) {
  Sources sources;
  sources.environment = {
      {"SOCKETCLUSTER_PORT", ""}, {"SOCKETCLUSTER_OPTIONS", ""}, {"SOCKETCLUSTER_CONFIG", ""}};
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.options.port, 8000);
}

TEST_F(Loader, AnErrorNamesItsSource) {
  Sources sources;
  sources.config_file = file(R"({"port": "x"})");
  sources.environment = {{"SOCKETCLUSTER_LOG_LEVEL", "9"},
                         {"SOCKETCLUSTER_OPTIONS", R"({"path": 1})"}};
  sources.flags = {flag("ackTimeout", "soon")};
  EXPECT_THAT(load(sources).errors,
              ElementsAre(HasSubstr(*sources.config_file +
                                    ": port is \"x\", but must be a whole number from 0 to 65535"),
                          "SOCKETCLUSTER_LOG_LEVEL is 9, but must be a whole number from 0 to 3",
                          HasSubstr("--ack-timeout is \"soon\", but must be a time in ms from 1"),
                          "SOCKETCLUSTER_OPTIONS: path is 1, but must be a text"));
}

TEST_F(Loader, AnUnknownKeyIsAnErrorWithTheNearestName) {
  Sources sources;
  sources.environment["SOCKETCLUSTER_OPTIONS"] =
      R"({"pingIntreval": 1, "colour": 2, "perMessageDeflate.level": 3, "a\nb": 4})";
  EXPECT_THAT(
      load(sources).errors,
      ElementsAre(
          "SOCKETCLUSTER_OPTIONS: 'pingIntreval' is not an option; did you mean 'pingInterval'?",
          "SOCKETCLUSTER_OPTIONS: 'colour' is not an option; options of your own go into 'custom'",
          HasSubstr("'perMessageDeflate.level' is not an option"),
          HasSubstr("SOCKETCLUSTER_OPTIONS: 'a\\nb' is not an option; ")));
}

TEST_F(Loader, OptionsOfTheApplicationAreTakenAsTheyAre) {
  Sources sources;
  sources.config_file = file(R"({"custom": {"roomLimit": 50, "nested": {"port": [1, "2s"]}}})");
  EXPECT_EQ(load(sources).options.custom,
            (Json{{"roomLimit", 50}, {"nested", {{"port", JsonArray{1, "2s"}}}}}));
  sources.flags = {flag("custom", R"({"a": 1})")};
  EXPECT_EQ(load(sources).options.custom, (Json{{"a", 1}}));
  sources.environment["SOCKETCLUSTER_OPTIONS"] = R"({"custom": {"b": 2}})";
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.notices, IsEmpty());
  EXPECT_EQ(loaded.options.custom, (Json{{"b", 2}}));
  sources.environment["SOCKETCLUSTER_OPTIONS"] = R"({"custom": [2]})";
  EXPECT_THAT(load(sources).errors,
              ElementsAre("SOCKETCLUSTER_OPTIONS: custom is [2], but must be a JSON object"));
}

TEST_F(Loader, AnUnknownVariableIsOnlyNoted) {
  Sources sources;
  sources.environment = {{"SOCKETCLUSTER_PROT", "1"}, {"SOCKETCLUSTERX", "1"}, {"PATH", "1"}};
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.notices, ElementsAre("SOCKETCLUSTER_PROT is not a variable of this program; "
                                          "did you mean 'SOCKETCLUSTER_PORT'?"));
}

TEST_F(Loader, ServiceVariablesOfKubernetesAreNotTakenForOptions) {
  Sources sources;
  sources.environment = {{"SOCKETCLUSTER_PORT", "tcp://10.0.0.1:8000"},
                         {"SOCKETCLUSTER_PORT_8000_TCP", "tcp://10.0.0.1:8000"},
                         {"SOCKETCLUSTER_SERVICE_HOST", "10.0.0.1"},
                         {"SOCKETCLUSTER_SERVICE_PORT", "8000"}};
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.options.port, 8000);
  EXPECT_THAT(loaded.notices,
              ElementsAre(HasSubstr("which Kubernetes sets for a service called 'socketcluster'")));
}

TEST_F(Loader, AnOptionWithoutEffectIsNoted) {
  Sources sources;
  sources.flags = {flag("clusterMappingEngine", "simple"), flag("wsEngine", "uws")};
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(
      loaded.notices,
      ElementsAre("--cluster-mapping-engine: accepted, but this version does not use "
                  "clusterMappingEngine yet",
                  "--ws-engine: has no effect: the WebSocket engine is built in: leave it out"));
}

TEST_F(Loader, UsedOptionsAreNotNoted) {
  Sources sources;
  sources.flags = {flag("authKey", "secret"), flag("authDefaultExpiry", "60"),
                   flag("authAlgorithm", "HS384"), flag("downgradeToUser", "nobody")};
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.notices, IsEmpty());
  EXPECT_EQ(loaded.options.auth_key, "secret");
}

TEST_F(Loader, EveryUnusedOptionIsNoted) {
  for (const OptionSpec& spec : option_table()) {
    if (spec.support == Support::kUsed) continue;
    Sources sources;
    const bool number = spec.max != 0;
    const bool is_bool = spec.type == Type::kBool;
    const std::string other = spec.fallback == "true" ? "false" : "true";
    sources.flags = {flag(spec.name, is_bool ? other : number ? std::to_string(spec.max) : "x")};
    const Loaded loaded = load(sources);
    EXPECT_FALSE(loaded.notices.empty() && loaded.errors.empty()) << spec.name;
  }
}

TEST_F(Loader, AnUnusedOptionAtItsDefaultIsNotWorthANote) {
  Sources sources;
  sources.environment["SOCKETCLUSTER_OPTIONS"] =
      R"({"rebootWorkerOnCrash": true, "schedulingPolicy": null, "protocol": "http", "downgradeToUser": false})";
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.notices, IsEmpty());
}

TEST_F(Loader, AnUnusedOptionOfTheWrongTypeIsAnError) {
  Sources sources;
  sources.environment["SOCKETCLUSTER_OPTIONS"] = R"({"rebootWorkerOnCrash": "no"})";
  EXPECT_THAT(
      load(sources).errors,
      ElementsAre(
          "SOCKETCLUSTER_OPTIONS: rebootWorkerOnCrash is \"no\", but must be true or false"));
}

TEST_F(Loader, RelationsAreCheckedOnceEachValueIsRight) {
  Sources sources;
  sources.flags = {flag("pingInterval", "30s")};
  EXPECT_THAT(load(sources).errors,
              ElementsAre(HasSubstr("pingInterval is 30000 ms, but must be less than")));
  sources.flags.push_back(flag("port", "x"));
  EXPECT_THAT(load(sources).errors, ElementsAre(HasSubstr("--port is \"x\"")));
}

TEST_F(Loader, AddsTheSlashesOfThePath) {
  Sources sources;
  sources.flags = {flag("path", "chat")};
  EXPECT_EQ(load(sources).options.path, "/chat/");
}

}  // namespace
}  // namespace socketcluster::config
