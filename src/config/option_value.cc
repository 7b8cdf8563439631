// SPDX-License-Identifier: MIT
#include "config/option_value.h"

#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include "base/ascii.h"
#include "base/printable.h"
#include "config/quantity.h"
#include "config/signal_name.h"
#include "config/suggest.h"
#include "config/tls_certificates.h"
#include "json/value.h"

namespace socketcluster::config {
namespace {

namespace json = boost::json;
using base::Failure;
using base::Status;
using socketcluster::json::to_text;

constexpr std::size_t kShownBytes = 60;

Unit unit_of(const OptionSpec& spec) {
  switch (spec.type) {
    case Type::kMilliseconds:
      return Unit::kMilliseconds;
    case Type::kSeconds:
      return Unit::kSeconds;
    case Type::kBytes:
      return Unit::kBytes;
    case Type::kBool:
    case Type::kInteger:
    case Type::kString:
    case Type::kStringList:
    case Type::kChoice:
    case Type::kDeflate:
    case Type::kTls:
    case Type::kCertificates:
    case Type::kObject:
    case Type::kSignal:
    case Type::kUser:
    case Type::kAny:
      return Unit::kNone;
  }
  return Unit::kNone;
}

bool is_number_type(Type type) {
  return type == Type::kInteger || type == Type::kMilliseconds || type == Type::kSeconds ||
         type == Type::kBytes;
}

std::optional<bool> bool_from_text(std::string_view text) {
  for (const std::string_view yes : {"", "true", "yes", "on", "1"}) {
    if (base::equals_ignoring_case(text, yes)) return true;
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (base::equals_ignoring_case(text, no)) return false;
  }
  return std::nullopt;
}

json::value list_from_text(std::string_view text) {
  json::array items;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view item = base::trim(text.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return items;
}

json::value json_or_string(std::string_view text) {
  if (text.empty()) return true;  // a flag that stands alone
  json::error_code error;
  json::value parsed = json::parse(text, error);
  return error ? json::value(text) : parsed;
}

// A whole number, also when it is written as 1e4.
std::optional<std::int64_t> whole_number(const json::value& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (const auto* number = value.if_int64()) return *number;
  const auto* number = value.if_double();
  if (number == nullptr || std::floor(*number) != *number || std::fabs(*number) > kExact)
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::string shown(const OptionSpec& spec, const json::value& value) {
  if (spec.secrecy == Secrecy::kSecret) return "(not shown)";
  return base::printable(to_text(value), kShownBytes);
}

Failure wrong(const OptionSpec& spec, const json::value& value, std::string_view place) {
  return Failure{
      fmt::format("{} is {}, but must be {}", place, shown(spec, value), expected_value(spec))};
}

bool is_time_type(const OptionSpec& spec) {
  return spec.type == Type::kMilliseconds;
}

// Stores through the row's accessor when it has one of this type.
template <typename T>
void store(const OptionSpec& spec, Options& options, T value) {
  if (const auto* field = std::get_if<FieldOf<T>>(&spec.field))
    (*field)(options) = std::move(value);
}

void store_number(const OptionSpec& spec, Options& options, std::int64_t number) {
  store(spec, options, static_cast<std::uint16_t>(number));
  store(spec, options, static_cast<std::uint32_t>(number));
  store(spec, options, static_cast<std::size_t>(number));
  store(spec, options, std::chrono::milliseconds(number));
  store(spec, options, std::chrono::seconds(number));
}

Status assign_number(const OptionSpec& spec, const json::value& value, std::string_view place,
                     Options& options) {
  std::optional<std::int64_t> number = whole_number(value);
  // In JSON a text needs its unit: "8000" in quotes is more likely a mistake.
  const auto* text = value.if_string();
  if (text != nullptr && unit_of(spec) != Unit::kNone && !parse_quantity(*text, Unit::kNone)) {
    number = parse_quantity(*text, unit_of(spec));
  }
  const bool too_large = value.is_uint64() || (number && *number > spec.max);
  if (is_time_type(spec) && too_large) {
    return Failure{fmt::format("{} is {}: {} ({} ms)", place, shown(spec, value),
                               time_too_long(spec), spec.max)};
  }
  if (!number || *number < spec.min || too_large) return wrong(spec, value, place);
  store_number(spec, options, *number);
  return Status::ok();
}

Status assign_list(const OptionSpec& spec, const json::value& value, std::string_view place,
                   Options& options) {
  const auto* array = value.if_array();
  if (array == nullptr) return wrong(spec, value, place);
  std::vector<std::string> list;
  for (const json::value& item : *array) {
    if (!item.is_string()) return wrong(spec, value, place);
    list.emplace_back(item.get_string());
  }
  store(spec, options, std::move(list));
  return Status::ok();
}

Status assign_choice(const OptionSpec& spec, const json::value& value, std::string_view place,
                     Options& options) {
  const std::string text = value.is_string() ? std::string(value.get_string()) : to_text(value);
  for (std::size_t i = 0; i < spec.choices.size(); ++i) {
    if (spec.choices[i] != text) continue;
    store(spec, options, static_cast<ProtocolVersion>(i));
    store(spec, options, static_cast<LogFormat>(i));
    store(spec, options, static_cast<SchedulingPolicy>(i));
    store(spec, options, static_cast<ForwardedHeader>(i));
    store(spec, options, static_cast<AccessLogFormat>(i));
    store(spec, options, static_cast<ServerProtocol>(i));
    store(spec, options, static_cast<TlsVersion>(i));
    return Status::ok();
  }
  return wrong(spec, value, place);
}

Status assign_signal(const OptionSpec& spec, const json::value& value, std::string_view place,
                     Options& options) {
  if (!value.is_string() || !signal_number(value.get_string())) return wrong(spec, value, place);
  store(spec, options, std::string(value.get_string()));
  return Status::ok();
}

Status assign_user(const OptionSpec& spec, const json::value& value, std::string_view place,
                   Options& options) {
  std::string user;
  if (const auto* text = value.if_string()) {
    user = *text;
  } else if (const auto number = whole_number(value); number && *number >= 0) {
    user = std::to_string(*number);
  } else if (value != json::value(false)) {
    return wrong(spec, value, place);
  }
  store(spec, options, std::move(user));
  return Status::ok();
}

std::vector<std::string_view> member_names(const OptionSpec& parent) {
  std::vector<std::string_view> names;
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec) && spec.name.starts_with(parent.name))
      names.push_back(spec.name.substr(parent.name.size() + 1));
  }
  return names;
}

// Those that are not named stay as they are.
Status assign_members(const OptionSpec& spec, const json::value& value, std::string_view place,
                      Options& options) {
  const auto* object = value.if_object();
  if (object == nullptr) return wrong(spec, value, place);
  for (const auto& [key, member_value] : *object) {
    const OptionSpec* member = find_option(fmt::format("{}.{}", spec.name, std::string_view(key)));
    if (member == nullptr) {
      return Failure{fmt::format("{} has an unknown member {}{}", place,
                                 base::printable(to_text(json::value(key)), kShownBytes),
                                 suggestion(key, member_names(spec)))};
    }
    Status status =
        assign(*member, member_value, fmt::format("{}.{}", place, std::string_view(key)), options);
    if (!status) return status;
  }
  return Status::ok();
}

Status assign_deflate(const OptionSpec& spec, const json::value& value, std::string_view place,
                      Options& options) {
  if (const auto* enabled = value.if_bool()) {
    options.per_message_deflate.enabled = *enabled;
    return Status::ok();
  }
  Status status = assign_members(spec, value, place, options);
  options.per_message_deflate.enabled |= status.has_value();
  return status;
}

Status assign_certificates(const OptionSpec& spec, const json::value& value, std::string_view place,
                           Options& options) {
  auto certificates = certificates_from_json(value);
  if (!certificates) return wrong(spec, value, place);
  store(spec, options, std::move(*certificates));
  return Status::ok();
}

// Copies the default back, whatever the field's type is.
void reset(const OptionSpec& spec, Options& options) {
  Options defaults;
  std::visit(
      [&](auto field) {
        if constexpr (!std::is_same_v<decltype(field), std::monostate>)
          field(options) = field(defaults);
      },
      spec.field);
}

struct ToJson {
  const OptionSpec& spec;

  json::value operator()(bool value) const { return value; }
  json::value operator()(std::uint16_t value) const { return value; }
  json::value operator()(std::uint32_t value) const { return value; }
  json::value operator()(std::size_t value) const { return value; }
  json::value operator()(std::chrono::milliseconds value) const { return value.count(); }
  json::value operator()(std::chrono::seconds value) const { return value.count(); }
  json::value operator()(const std::string& value) const {
    return value.empty() ? json::value(nullptr) : json::value(value);
  }
  json::value operator()(const std::vector<std::string>& value) const {
    return value.empty() ? json::value(nullptr)
                         : json::value(json::array(value.begin(), value.end()));
  }
  json::value operator()(ProtocolVersion value) const {
    return choice(static_cast<std::size_t>(value));
  }
  json::value operator()(LogFormat value) const { return choice(static_cast<std::size_t>(value)); }
  json::value operator()(SchedulingPolicy value) const {
    return choice(static_cast<std::size_t>(value));
  }
  json::value operator()(ForwardedHeader value) const {
    return choice(static_cast<std::size_t>(value));
  }
  json::value operator()(AccessLogFormat value) const {
    return choice(static_cast<std::size_t>(value));
  }
  json::value operator()(ServerProtocol value) const {
    return choice(static_cast<std::size_t>(value));
  }
  json::value operator()(TlsVersion value) const { return choice(static_cast<std::size_t>(value)); }
  json::value operator()(const std::vector<TlsCertificate>& value) const {
    return value.empty() ? json::value(nullptr) : certificates_to_json(value);
  }
  json::value operator()(const TlsOptions& /*value*/) const { return nullptr; }
  json::value operator()(const PerMessageDeflateOptions& value) const { return value.enabled; }
  json::value operator()(const Json& value) const { return value; }

  json::value choice(std::size_t index) const {
    return index < spec.choices.size() ? json::value(spec.choices[index]) : json::value(index);
  }
};

json::value deflate_value(const OptionSpec& parent, const Options& options) {
  if (!options.per_message_deflate.enabled) return false;
  json::object members;
  for (const std::string_view name : member_names(parent)) {
    members[name] = stored_value(*find_option(fmt::format("{}.{}", parent.name, name)), options);
  }
  return members;
}

// What is set of the members and may be shown.
json::value tls_value(const OptionSpec& parent, const Options& options) {
  json::object members;
  for (const std::string_view name : member_names(parent)) {
    const OptionSpec& member = *find_option(fmt::format("{}.{}", parent.name, name));
    json::value value = stored_value(member, options);
    if (member.secrecy == Secrecy::kSecret || value == stored_value(member, Options{})) continue;
    members[name] = std::move(value);
  }
  if (members.empty()) return nullptr;
  return members;
}

}  // namespace

json::value value_from_text(const OptionSpec& spec, std::string_view text) {
  if (spec.type == Type::kBool) {
    if (const std::optional<bool> value = bool_from_text(text)) return *value;
    return json::value(text);
  }
  if (is_number_type(spec.type)) {
    if (const auto value = parse_quantity(text, unit_of(spec))) return *value;
    return json::value(text);
  }
  if (spec.type == Type::kStringList) return list_from_text(text);
  if (spec.type == Type::kDeflate) {
    if (const std::optional<bool> value = bool_from_text(text)) return *value;
  }
  if (spec.type == Type::kUser && text == "false") return false;
  if (spec.type == Type::kDeflate || spec.type == Type::kTls || spec.type == Type::kObject ||
      spec.type == Type::kAny)
    return json_or_string(text);
  return json::value(text);
}

Status assign(const OptionSpec& spec, const json::value& value, std::string_view place,
              Options& options) {
  if (value.is_null()) {
    reset(spec, options);
    return Status::ok();
  }
  switch (spec.type) {
    case Type::kBool:
      if (!value.is_bool()) return wrong(spec, value, place);
      store(spec, options, value.get_bool());
      return Status::ok();
    case Type::kInteger:
    case Type::kMilliseconds:
    case Type::kSeconds:
    case Type::kBytes:
      return assign_number(spec, value, place, options);
    case Type::kString:
      if (!value.is_string()) return wrong(spec, value, place);
      store(spec, options, std::string(value.get_string()));
      return Status::ok();
    case Type::kStringList:
      return assign_list(spec, value, place, options);
    case Type::kChoice:
      return assign_choice(spec, value, place, options);
    case Type::kDeflate:
      return assign_deflate(spec, value, place, options);
    case Type::kTls:
      return assign_members(spec, value, place, options);
    case Type::kCertificates:
      return assign_certificates(spec, value, place, options);
    case Type::kObject:
      if (!value.is_object()) return wrong(spec, value, place);
      store(spec, options, value);
      return Status::ok();
    case Type::kSignal:
      return assign_signal(spec, value, place, options);
    case Type::kUser:
      return assign_user(spec, value, place, options);
    case Type::kAny:
      return Status::ok();
  }
  return Status::ok();
}

json::value stored_value(const OptionSpec& spec, const Options& options) {
  if (spec.type == Type::kDeflate) return deflate_value(spec, options);
  if (spec.type == Type::kTls) return tls_value(spec, options);
  Options copy = options;  // accessors give mutable references
  return std::visit(
      [&](auto field) -> json::value {
        if constexpr (std::is_same_v<decltype(field), std::monostate>) {
          return nullptr;
        } else {
          return ToJson{spec}(std::as_const(field(copy)));
        }
      },
      spec.field);
}

std::string default_text(const OptionSpec& spec) {
  const json::value value = stored_value(spec, Options{});
  if (std::holds_alternative<std::monostate>(spec.field) || !spec.fallback.empty()) {
    const auto number = parse_quantity(spec.fallback, Unit::kNone);
    if (is_number_type(spec.type) && number) return format_quantity(*number, unit_of(spec));
    return spec.fallback.empty() ? "none" : std::string(spec.fallback);
  }
  if (const auto* text = value.if_string()) return std::string(*text);
  if (const auto number = whole_number(value)) return format_quantity(*number, unit_of(spec));
  if (value.is_uint64())
    return format_quantity(static_cast<std::int64_t>(value.get_uint64()), unit_of(spec));
  return to_text(value);
}

bool differs_from_default(const OptionSpec& spec, const json::value& value) {
  if (!std::holds_alternative<std::monostate>(spec.field)) {
    return to_text(value) != to_text(stored_value(spec, Options{}));
  }
  const std::string text = value.is_string() ? std::string(value.get_string()) : to_text(value);
  return text != spec.fallback;
}

void check_range(const OptionSpec& spec, const Options& options, std::vector<std::string>& errors) {
  if (!is_number_type(spec.type) || std::holds_alternative<std::monostate>(spec.field)) return;
  const json::value value = stored_value(spec, options);
  const bool beyond = value.is_uint64() ? value.get_uint64() > static_cast<std::uint64_t>(spec.max)
                                        : value.get_int64() > spec.max;
  const bool below = value.is_int64() && value.get_int64() < spec.min;
  const bool below_unsigned = value.is_uint64() && std::cmp_less(value.get_uint64(), spec.min);
  if (is_time_type(spec) && beyond) {
    errors.push_back(time_too_long(spec));
  } else if (beyond || below || below_unsigned) {
    errors.push_back(wrong(spec, value, spec.name).text);
  }
}

std::string time_too_long(const OptionSpec& spec) {
  return fmt::format("The {} value provided exceeded the maximum amount allowed", spec.name);
}

}  // namespace socketcluster::config
