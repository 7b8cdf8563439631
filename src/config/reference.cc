// SPDX-License-Identifier: MIT
// docs/configuration.md, made from the option table; a test compares the file with what this
// returns.
#include <fmt/format.h>

#include "config/help.h"
#include "config/option_table.h"
#include "config/option_value.h"
#include "config/quantity.h"

namespace socketcluster::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Made by `socketcluster config reference > docs/configuration.md`; edit src/config/option_rows.cc instead. -->

An option can be set in five places. A later one wins:

1. the default
2. the config file: `socketcluster start --config server.json`, or named by `SOCKETCLUSTER_CONFIG`
3. its environment variable; an empty variable counts as not set
4. its flag
5. `SOCKETCLUSTER_OPTIONS`, a JSON object

```json
{
  // server.json: comments and a comma after the last member are welcome
  "port": 9000,
  "pingInterval": "8s",
  "maxPayload": "64KiB",
  "perMessageDeflate": { "threshold": 2048 },
}
```

* An unknown name, a wrong type or a value out of range is an error; the program names it and does not start.
  `socketcluster config check` tells without starting, `socketcluster config print` shows what is in effect.
* `null` stands for the default.
* Options of your own go into the object `custom`; the controllers find it in their options, unchanged:
  `{ "port": 9000, "custom": { "roomLimit": 50 } }`.
* Times are milliseconds, or a text with a unit: `500ms`, `10s`, `5min`, `1h`. Sizes are bytes, or `64KiB`, `1MiB`, `1GiB`.
* A flag is the option's name with dashes (`--ping-interval`), or the name itself (`--pingInterval`). Options of type
  bool also have `--no-...`.
* A variable is the same in capitals: `SOCKETCLUSTER_PING_INTERVAL`. The few that differ are in the tables.

)";

std::string_view type_name(const OptionSpec& spec) {
  switch (spec.type) {
    case Type::kBool:
      return "bool";
    case Type::kInteger:
      return "whole number";
    case Type::kMilliseconds:
      return "time, ms";
    case Type::kSeconds:
      return "time, s";
    case Type::kBytes:
      return "size, bytes";
    case Type::kString:
      return "text";
    case Type::kStringList:
      return "list of texts";
    case Type::kChoice:
      return "choice";
    case Type::kDeflate:
      return "bool or object";
    case Type::kTls:
    case Type::kObject:
      return "object";
    case Type::kCertificates:
      return "list of objects";
    case Type::kSignal:
      return "signal's name";
    case Type::kUser:
      return "user's name or number, `false`";
    case Type::kAny:
      return "any";
  }
  return "";
}

std::string range_text(const OptionSpec& spec) {
  std::string text;
  for (const std::string_view choice : spec.choices)
    text += fmt::format("{}`{}`", text.empty() ? "" : ", ", choice);
  if (!text.empty()) return text;
  if (spec.min == 0 && spec.max == 0) return std::string(type_name(spec));
  return fmt::format("{}, {} to {}", type_name(spec), spec.min, spec.max);
}

std::string flags_text(const OptionSpec& spec) {
  if (is_member(spec)) return "";
  std::string text = fmt::format("`--{}`", long_flag(spec));
  if (spec.short_flag != 0) text = fmt::format("`-{}`, {}", spec.short_flag, text);
  if (!spec.alias.empty()) text += fmt::format(", `--{}`", spec.alias);
  return text;
}

std::string variable_text(const OptionSpec& spec) {
  return is_member(spec) ? "" : fmt::format("`{}`", env_variable(spec));
}

std::string used_row(const OptionSpec& spec) {
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", spec.name, spec.help,
                     default_text(spec), range_text(spec), flags_text(spec), variable_text(spec));
}

std::string unused_row(const OptionSpec& spec) {
  return fmt::format("| `{}` | {} | {} | {} | {} |\n", spec.name, spec.help, spec.notice,
                     flags_text(spec), variable_text(spec));
}

std::string used_table(Group group) {
  std::string rows;
  for (const OptionSpec& spec : option_table()) {
    if (spec.group == group && spec.support == Support::kUsed) rows += used_row(spec);
  }
  if (rows.empty()) return rows;
  return fmt::format(
      "## {}\n\n| option | meaning | default | value | flag | variable |\n| --- | --- | --- | --- "
      "| --- | --- |\n{}\n",
      group_title(group), rows);
}

std::string unused_table(Support support) {
  std::string rows;
  for (const OptionSpec& spec : option_table()) {
    if (spec.support == support) rows += unused_row(spec);
  }
  return "| option | meaning | note | flag | variable |\n| --- | --- | --- | --- | --- |\n" + rows +
         "\n";
}

}  // namespace

std::string reference_page() {
  std::string page(kIntroduction);
  for (int group = 0; group < kGroupCount; ++group) page += used_table(static_cast<Group>(group));
  page +=
      "## Not used yet\n\nAccepted and checked, with a notice that this version does not use "
      "them.\n\n";
  page += unused_table(Support::kLater);
  page +=
      "## Without meaning here\n\nOptions of the original that are accepted, with a notice of what "
      "to do instead.\n\n";
  page += unused_table(Support::kIgnored);
  page.pop_back();
  return page;
}

}  // namespace socketcluster::config
