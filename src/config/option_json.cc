// SPDX-License-Identifier: MIT
#include "config/option_json.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "config/option_table.h"
#include "config/option_value.h"

namespace socketcluster::config {
namespace {

namespace json = boost::json;

bool has_field(const OptionSpec& spec) {
  return !std::holds_alternative<std::monostate>(spec.field);
}

// Unlike stored_value() this keeps an empty text apart from the default, and a group of options
// that is switched off from its members.
json::value exact_value(const OptionSpec& spec, const Options& options) {
  if (spec.type == Type::kDeflate) return options.per_message_deflate.enabled;
  if (spec.type == Type::kTls) return nullptr;  // the default, which its members then change
  json::value value = stored_value(spec, options);
  if (value.is_null() && spec.type == Type::kString) return "";
  return value;
}

}  // namespace

json::object options_to_json(const Options& options) {
  json::object object;
  for (const OptionSpec& spec : option_table()) {
    if (has_field(spec)) object[spec.name] = exact_value(spec, options);
  }
  return object;
}

base::Result<Options> options_from_json(const json::object& object) {
  Options options;
  for (const auto& [name, value] : object) {
    const OptionSpec* const spec = find_option(name);
    if (spec == nullptr || !has_field(*spec)) {
      return base::Failure{fmt::format("'{}' is not an option", base::printable(name, 60))};
    }
    if (const base::Status status = assign(*spec, value, name, options); !status)
      return status.error();
  }
  return options;
}

}  // namespace socketcluster::config
