// SPDX-License-Identifier: MIT
#include "config/option_table.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "config/option_value.h"

namespace socketcluster::config {
namespace {

template <typename T>
bool holds(const OptionSpec& spec) {
  return std::holds_alternative<FieldOf<T>>(spec.field);
}

bool fits(const OptionSpec& spec) {
  switch (spec.type) {
    case Type::kBool:
      return holds<bool>(spec);
    case Type::kInteger:
      return holds<std::uint16_t>(spec) || holds<std::uint32_t>(spec);
    case Type::kMilliseconds:
      return holds<std::chrono::milliseconds>(spec);
    case Type::kSeconds:
      return holds<std::chrono::seconds>(spec);
    case Type::kBytes:
      return holds<std::size_t>(spec) || holds<std::uint32_t>(spec);
    case Type::kString:
      return holds<std::string>(spec);
    case Type::kStringList:
      return holds<std::vector<std::string>>(spec);
    case Type::kChoice:
      return holds<ProtocolVersion>(spec) || holds<LogFormat>(spec) ||
             holds<SchedulingPolicy>(spec) || holds<ForwardedHeader>(spec) ||
             holds<AccessLogFormat>(spec) || holds<ServerProtocol>(spec) || holds<TlsVersion>(spec);
    case Type::kDeflate:
      return holds<PerMessageDeflateOptions>(spec);
    case Type::kTls:
      return holds<TlsOptions>(spec);
    case Type::kCertificates:
      return holds<std::vector<TlsCertificate>>(spec);
    case Type::kObject:
      return holds<Json>(spec);
    case Type::kSignal:
    case Type::kUser:
      return holds<std::string>(spec);
    case Type::kAny:
      return false;
  }
  return false;
}

bool has_field(const OptionSpec& spec) {
  return !std::holds_alternative<std::monostate>(spec.field);
}

bool is_number(const OptionSpec& spec) {
  return spec.type == Type::kInteger || spec.type == Type::kMilliseconds ||
         spec.type == Type::kSeconds || spec.type == Type::kBytes;
}

TEST(OptionTable, EveryRowIsComplete) {
  for (const OptionSpec& spec : option_table()) {
    SCOPED_TRACE(spec.name);
    EXPECT_FALSE(spec.help.empty());
    EXPECT_FALSE(default_text(spec).empty());
    EXPECT_FALSE(group_title(spec.group).empty());
    EXPECT_LT(static_cast<int>(spec.group), kGroupCount);
    EXPECT_EQ(is_number(spec), spec.max != 0);
    EXPECT_LE(spec.min, spec.max);
    EXPECT_EQ(spec.type == Type::kChoice, !spec.choices.empty());
  }
}

TEST(OptionTable, AUsedRowHasAFieldOfItsType) {
  for (const OptionSpec& spec : option_table()) {
    if (spec.support == Support::kUsed) {
      EXPECT_TRUE(has_field(spec)) << spec.name;
    }
    if (has_field(spec)) {
      EXPECT_TRUE(fits(spec)) << spec.name;
    }
  }
}

// Who sets an option must not be told that it has no effect when it has.
TEST(OptionTable, ARowThatIsNotUsedKeepsNoValue) {
  for (const OptionSpec& spec : option_table()) {
    EXPECT_EQ(spec.support == Support::kUsed, has_field(spec)) << spec.name;
  }
}

TEST(OptionTable, ARowWithoutMeaningSaysWhatToDoInstead) {
  for (const OptionSpec& spec : option_table()) {
    EXPECT_EQ(spec.support == Support::kIgnored, !spec.notice.empty()) << spec.name;
  }
}

TEST(OptionTable, NamesFlagsAndVariablesAreUnique) {
  std::set<std::string> names;
  std::set<std::string> flags{"help", "config", "version"};
  std::set<char> short_flags{'h', 'c', 'v'};
  std::set<std::string> variables{"SOCKETCLUSTER_CONFIG", "SOCKETCLUSTER_OPTIONS"};
  for (const OptionSpec& spec : option_table()) {
    SCOPED_TRACE(spec.name);
    EXPECT_TRUE(names.insert(std::string(spec.name)).second);
    if (is_member(spec)) continue;
    EXPECT_TRUE(flags.insert(long_flag(spec)).second);
    EXPECT_TRUE(flags.insert("no-" + long_flag(spec)).second);
    if (!spec.alias.empty()) {
      EXPECT_TRUE(flags.insert(std::string(spec.alias)).second);
    }
    if (spec.short_flag != 0) {
      EXPECT_TRUE(short_flags.insert(spec.short_flag).second);
    }
    EXPECT_TRUE(variables.insert(env_variable(spec)).second);
  }
}

TEST(OptionTable, RowsOfAGroupStandTogether) {
  std::set<Group> seen;
  Group previous = Group::kEngines;
  for (const OptionSpec& spec : option_table()) {
    if (spec.group != previous) {
      EXPECT_TRUE(seen.insert(spec.group).second) << spec.name;
    }
    previous = spec.group;
  }
}

TEST(OptionTable, FieldsAreNotShared) {
  Options options;
  std::set<const void*> addresses;
  for (const OptionSpec& spec : option_table()) {
    std::visit(
        [&](auto field) {
          if constexpr (!std::is_same_v<decltype(field), std::monostate>) {
            // A member of an object may begin where the object begins.
            if (spec.type != Type::kDeflate && spec.type != Type::kTls) {
              EXPECT_TRUE(addresses.insert(&field(options)).second) << spec.name;
            }
          }
        },
        spec.field);
  }
}

TEST(OptionTable, DefaultsAreInRange) {
  std::vector<std::string> errors;
  for (const OptionSpec& spec : option_table()) check_range(spec, Options{}, errors);
  EXPECT_TRUE(errors.empty()) << errors.front();
}

TEST(OptionTable, KeepsTheOriginalsNames) {
  const std::map<std::string, std::string> variables{
      {"workers", "SOCKETCLUSTER_WORKERS"},
      {"brokers", "SOCKETCLUSTER_BROKERS"},
      {"port", "SOCKETCLUSTER_PORT"},
      {"wsEngine", "SOCKETCLUSTER_WS_ENGINE"},
      {"appName", "SOCKETCLUSTER_APP_NAME"},
      {"workerController", "SOCKETCLUSTER_WORKER_CONTROLLER"},
      {"brokerController", "SOCKETCLUSTER_BROKER_CONTROLLER"},
      {"workerClusterController", "SOCKETCLUSTER_WORKERCLUSTER_CONTROLLER"},
      {"socketChannelLimit", "SOCKETCLUSTER_SOCKET_CHANNEL_LIMIT"},
      {"logLevel", "SOCKETCLUSTER_LOG_LEVEL"},
      {"environment", "ENV"},
      {"clusterStateServerHost", "SCC_STATE_SERVER_HOST"},
      {"clusterStateServerPort", "SCC_STATE_SERVER_PORT"},
      {"clusterAuthKey", "SCC_AUTH_KEY"},
      {"clusterStateServerConnectTimeout", "SCC_STATE_SERVER_CONNECT_TIMEOUT"},
      {"clusterStateServerAckTimeout", "SCC_STATE_SERVER_ACK_TIMEOUT"},
      {"clusterStateServerReconnectRandomness", "SCC_STATE_SERVER_RECONNECT_RANDOMNESS"},
      {"clusterMappingEngine", "SCC_MAPPING_ENGINE"},
      {"clusterClientPoolSize", "SCC_CLIENT_POOL_SIZE"},
      {"clusterInstanceIp", "SCC_INSTANCE_IP"},
      {"clusterInstanceIpFamily", "SCC_INSTANCE_IP_FAMILY"},
      {"controllerBootTimeout", "SOCKETCLUSTER_CONTROLLER_BOOT_TIMEOUT"},
      {"bootCheckInterval", "SOCKETCLUSTER_BOOT_CHECK_INTERVAL"},
  };
  for (const auto& [name, variable] : variables) {
    const OptionSpec* const spec = find_option(name);
    ASSERT_NE(spec, nullptr) << name;
    EXPECT_EQ(env_variable(*spec), variable);
  }
}

TEST(OptionTable, HasTheOriginalsDefaults) {
  const std::map<std::string, std::string> defaults{
      {"port", "8000"},
      {"workers", "1"},
      {"brokers", "1"},
      {"path", "/socketcluster/"},
      {"origins", "*:*"},
      {"pingInterval", "8000 ms"},
      {"pingTimeout", "20000 ms"},
      {"pingTimeoutDisabled", "false"},
      {"ackTimeout", "10000 ms"},
      {"handshakeTimeout", "10000 ms"},
      {"socketChannelLimit", "1000"},
      {"allowClientPublish", "true"},
      {"strictHandshake", "true"},
      {"perMessageDeflate", "false"},
      {"logLevel", "2"},
      {"environment", "dev"},
      {"authDefaultExpiry", "86400 s"},
      {"ipcAckTimeout", "10000 ms"},
      {"forceKillTimeout", "15000 ms"},
      {"forceKillSignal", "SIGHUP"},
      {"workerStatusInterval", "10000 ms"},
      {"killWorkerMemoryThreshold", "none"},
      {"rebootWorkerOnCrash", "true"},
      {"propagateErrors", "true"},
      {"propagateWarnings", "true"},
      {"rebootOnSignal", "true"},
      {"killMasterOnSignal", "false"},
      {"downgradeToUser", "false"},
      {"schedulingPolicy", "rr"},
      {"processTermTimeout", "10000 ms"},
  };
  for (const auto& [name, text] : defaults) {
    ASSERT_NE(find_option(name), nullptr) << name;
    EXPECT_EQ(default_text(*find_option(name)), text) << name;
  }
}

}  // namespace
}  // namespace socketcluster::config
