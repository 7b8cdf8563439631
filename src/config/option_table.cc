// SPDX-License-Identifier: MIT
#include "config/option_table.h"

#include <algorithm>

#include <fmt/format.h>

namespace socketcluster::config {
namespace {

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

std::string join_choices(std::span<const std::string_view> choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += choices[i];
  }
  return text;
}

}  // namespace

const OptionSpec* find_option(std::string_view name) {
  for (const OptionSpec& spec : option_table()) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

std::string_view group_title(Group group) {
  switch (group) {
    case Group::kNetwork:
      return "Network";
    case Group::kProcesses:
      return "Processes";
    case Group::kProtocol:
      return "Protocol";
    case Group::kChannels:
      return "Channels";
    case Group::kBatching:
      return "Batching";
    case Group::kLimits:
      return "Limits";
    case Group::kHttp:
      return "HTTP";
    case Group::kLogging:
      return "Logging";
    case Group::kAuthentication:
      return "Authentication";
    case Group::kCluster:
      return "Cluster";
    case Group::kApplication:
      return "Application";
    case Group::kEngines:
      return "Engines";
  }
  return "";
}

std::string_view value_word(const OptionSpec& spec) {
  if (!spec.metavar.empty()) return spec.metavar;
  switch (spec.type) {
    case Type::kBool:
      return "BOOL";
    case Type::kInteger:
      return "N";
    case Type::kMilliseconds:
      return "MS";
    case Type::kSeconds:
      return "SECONDS";
    case Type::kBytes:
      return "BYTES";
    case Type::kString:
      return "TEXT";
    case Type::kStringList:
      return "LIST";
    case Type::kChoice:
      return "NAME";
    case Type::kDeflate:
    case Type::kTls:
    case Type::kCertificates:
    case Type::kObject:
      return "JSON";
    case Type::kSignal:
      return "NAME";
    case Type::kUser:
      return "USER";
    case Type::kAny:
      return "VALUE";
  }
  return "";
}

bool is_member(const OptionSpec& spec) {
  return spec.name.find('.') != std::string_view::npos;
}

std::string long_flag(const OptionSpec& spec) {
  std::string flag;
  for (char c : spec.name) {
    if (is_upper(c)) {
      flag += '-';
      c = static_cast<char>(c + ('a' - 'A'));
    }
    flag += c;
  }
  return flag;
}

std::string env_variable(const OptionSpec& spec) {
  if (!spec.env.empty()) return std::string(spec.env);
  std::string variable = "SOCKETCLUSTER_" + long_flag(spec);
  for (char& c : variable) {
    if (c == '-') c = '_';
    if (is_lower(c)) c = static_cast<char>(c - ('a' - 'A'));
  }
  return variable;
}

std::string expected_value(const OptionSpec& spec) {
  switch (spec.type) {
    case Type::kBool:
      return "true or false";
    case Type::kInteger:
      return fmt::format("a whole number from {} to {}", spec.min, spec.max);
    case Type::kMilliseconds:
      return fmt::format("a time in ms from {} to {}, or such as \"10s\"", spec.min, spec.max);
    case Type::kSeconds:
      return fmt::format("a number of seconds from {} to {}", spec.min, spec.max);
    case Type::kBytes:
      return fmt::format("a number of bytes from {} to {}, or such as \"64KiB\"", spec.min,
                         spec.max);
    case Type::kString:
      return "a text";
    case Type::kStringList:
      return "a list of texts";
    case Type::kChoice:
      return join_choices(spec.choices);
    case Type::kDeflate:
      return "true, false or an object";
    case Type::kTls:
    case Type::kObject:
      return "a JSON object";
    case Type::kCertificates:
      return "a list of objects with the texts key and cert, or pfx, and passphrase";
    case Type::kSignal:
      return "the name of a signal, such as \"SIGHUP\"";
    case Type::kUser:
      return "a user's name or number, or false";
    case Type::kAny:
      return "any value";
  }
  return "";
}

}  // namespace socketcluster::config
