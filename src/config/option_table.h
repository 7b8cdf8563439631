// SPDX-License-Identifier: MIT
// The one table of options. The config file, environment variables, flags, help pages, `config
// print` and docs/configuration.md are all made from it, so an option exists in every place or in
// none.
//
// Immutable after start; may be read from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <socketcluster/options.h>

namespace socketcluster::config {

enum class Group {
  kNetwork,
  kProcesses,
  kProtocol,
  kChannels,
  kBatching,
  kLimits,
  kHttp,
  kLogging,
  kAuthentication,
  kCluster,
  kApplication,
  kEngines,  // of the original; a compiled server has none to choose from
};
inline constexpr int kGroupCount = 12;

enum class Type {
  kBool,
  kInteger,
  kMilliseconds,
  kSeconds,
  kBytes,
  kString,
  kStringList,
  kChoice,
  kDeflate,  // a bool, or an object whose members are rows of their own ("perMessageDeflate.level")
  kTls,      // an object whose members are rows of their own ("protocolOptions.key")
  kCertificates,  // a list of objects, see tls_certificates.h
  kObject,        // a JSON object, taken as it is
  kSignal,        // the name of a signal (signal_name.h)
  kUser,          // a user's name or number; false for none
  kAny,           // only for options without a field
};

enum class Support {
  kUsed,
  kLater,    // checked, with a notice that this version does not use it yet
  kIgnored,  // has no meaning here; the notice says what to do instead
};

enum class Secrecy { kNone, kSecret };  // a secret is never printed

template <typename T>
using FieldOf = T& (*)(Options&);

// Where the value lives. Empty for an option that this version does not keep.
using Field =
    std::variant<std::monostate, FieldOf<bool>, FieldOf<std::uint16_t>, FieldOf<std::uint32_t>,
                 FieldOf<std::size_t>, FieldOf<std::chrono::milliseconds>,
                 FieldOf<std::chrono::seconds>, FieldOf<std::string>,
                 FieldOf<std::vector<std::string>>, FieldOf<ProtocolVersion>, FieldOf<LogFormat>,
                 FieldOf<SchedulingPolicy>, FieldOf<ForwardedHeader>, FieldOf<AccessLogFormat>,
                 FieldOf<ServerProtocol>, FieldOf<TlsVersion>, FieldOf<PerMessageDeflateOptions>,
                 FieldOf<TlsOptions>, FieldOf<std::vector<TlsCertificate>>, FieldOf<Json>>;

struct OptionSpec {
  std::string_view name;  // in JSON; "parent.member" for a member of an object
  Group group = Group::kNetwork;
  Type type = Type::kAny;
  Field field = {};
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::string_view help = {};     // a few words, for one line of help
  std::string_view metavar = {};  // for the value in help, when the type's own word says too little
  std::string_view fallback =
      {};  // how the default reads when the field's own value says too little
  std::span<const std::string_view> choices = {};
  Support support = Support::kUsed;
  std::string_view notice = {};  // kIgnored: what to do instead
  char short_flag = 0;
  std::string_view alias = {};  // a second long flag, from the original
  std::string_view env = {};    // only when it is not the usual name
  Secrecy secrecy = Secrecy::kNone;
};

// All options: in the order of the groups.
std::span<const OptionSpec> option_table();
const OptionSpec* find_option(std::string_view name);

std::string_view group_title(Group group);
// "MS", "BYTES": stands for the value in help.
std::string_view value_word(const OptionSpec& spec);

// Members of an object have neither flag nor variable of their own.
bool is_member(const OptionSpec& spec);
// "ping-interval"
std::string long_flag(const OptionSpec& spec);
// "SOCKETCLUSTER_PING_INTERVAL"
std::string env_variable(const OptionSpec& spec);

// "a whole number from 0 to 65535": completes "must be ...".
std::string expected_value(const OptionSpec& spec);

}  // namespace socketcluster::config
