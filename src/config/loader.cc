// SPDX-License-Identifier: MIT
#include "config/loader.h"

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>
#include <boost/json/value.hpp>

#include "base/printable.h"
#include "config/json_source.h"
#include "config/option_value.h"
#include "config/suggest.h"

namespace socketcluster::config {
namespace {

namespace json = boost::json;

constexpr std::string_view kPrefix = "SOCKETCLUSTER_";
constexpr std::size_t kShownBytes = 60;

// Applies values to the options and collects what there is to say about them.
class Collector {
 public:
  explicit Collector(Loaded& loaded) : loaded_(loaded) {}

  void fail(std::string text) { loaded_.errors.push_back(std::move(text)); }
  void note(std::string text) { loaded_.notices.push_back(std::move(text)); }

  void set(const OptionSpec& spec, const json::value& value, std::string_view place) {
    const base::Status status = assign(spec, value, place, loaded_.options);
    if (!status) return fail(status.error().text);
    note_if_unused(spec, value, place);
  }

  void set_all(const json::object& object, std::string_view source) {
    for (const auto& [key, value] : object) {
      const std::string_view name = key;
      const OptionSpec* const spec = find_option(name);
      if (spec == nullptr || is_member(*spec)) {
        const std::string meant = suggestion(name, top_level_names());
        fail(fmt::format("{}: '{}' is not an option{}", source, base::printable(name, kShownBytes),
                         meant.empty() ? "; options of your own go into 'custom'" : meant));
        continue;
      }
      set(*spec, value, fmt::format("{}: {}", source, name));
    }
  }

 private:
  static std::vector<std::string_view> top_level_names() {
    std::vector<std::string_view> names;
    for (const OptionSpec& spec : option_table()) {
      if (!is_member(spec)) names.push_back(spec.name);
    }
    return names;
  }

  void note_if_unused(const OptionSpec& spec, const json::value& value, std::string_view place) {
    if (value.is_null() || !differs_from_default(spec, value)) return;
    if (spec.support == Support::kLater) {
      note(fmt::format("{}: accepted, but this version does not use {} yet", place, spec.name));
    } else if (spec.support == Support::kIgnored) {
      note(fmt::format("{}: has no effect: {}", place, spec.notice));
    }
  }

  Loaded& loaded_;
};

const std::string* find_variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  // An empty variable counts as not set, as in the original and in compose files.
  return found == environment.end() || found->second.empty() ? nullptr : &found->second;
}

// Kubernetes describes each service of its namespace in variables. One that is called
// "socketcluster" gives SOCKETCLUSTER_PORT=tcp://10.0.0.1:8000 and SOCKETCLUSTER_SERVICE_HOST,
// SOCKETCLUSTER_PORT_8000_TCP...
bool is_service_link(std::string_view name, std::string_view value) {
  const std::string_view rest = name.substr(kPrefix.size());
  if (rest == "PORT") return value.starts_with("tcp://") || value.starts_with("udp://");
  return rest == "SERVICE_HOST" || rest.starts_with("SERVICE_PORT") || rest.starts_with("PORT_");
}

void load_file(const Sources& sources, Collector& collector) {
  std::string path = sources.config_file.value_or("");
  if (!sources.config_file) {
    const std::string* const variable = find_variable(sources.environment, kConfigVariable);
    if (variable == nullptr) return;
    path = *variable;
  }
  const base::Result<std::string> text = read_config_file(path);
  if (!text) return collector.fail(text.error().text);
  const std::string name = base::printable(path);
  const auto object = parse_object(*text, name, Dialect::kRelaxed);
  if (!object) return collector.fail(object.error().text);
  collector.set_all(*object, name);
}

void load_known_variables(const Environment& environment, Collector& collector) {
  for (const OptionSpec& spec : option_table()) {
    if (is_member(spec)) continue;
    const std::string name = env_variable(spec);
    const std::string* const text = find_variable(environment, name);
    if (text == nullptr) continue;
    if (name.starts_with(kPrefix) && is_service_link(name, *text)) {
      collector.note(fmt::format(
          "{} is {}, which Kubernetes sets for a service called 'socketcluster': ignored "
          "(enableServiceLinks: false avoids it)",
          name, base::printable(*text, kShownBytes)));
      continue;
    }
    collector.set(spec, value_from_text(spec, *text), name);
  }
}

// Not errors: others may set variables that happen to begin like ours.
void note_unknown_variables(const Environment& environment, Collector& collector) {
  std::vector<std::string> variables{std::string(kConfigVariable), std::string(kOptionsVariable)};
  for (const OptionSpec& spec : option_table()) {
    if (!is_member(spec)) variables.push_back(env_variable(spec));
  }
  const std::vector<std::string_view> known(variables.begin(), variables.end());
  for (auto it = environment.lower_bound(kPrefix);
       it != environment.end() && it->first.starts_with(kPrefix); ++it) {
    if (std::find(known.begin(), known.end(), it->first) != known.end()) continue;
    if (is_service_link(it->first, it->second)) continue;
    collector.note(fmt::format("{} is not a variable of this program{}",
                               base::printable(it->first, kShownBytes),
                               suggestion(it->first, known)));
  }
}

void load_options_variable(const Environment& environment, Collector& collector) {
  const std::string* const text = find_variable(environment, kOptionsVariable);
  if (text == nullptr) return;
  const auto object = parse_object(*text, kOptionsVariable, Dialect::kStrict);
  if (!object) return collector.fail(object.error().text);
  collector.set_all(*object, kOptionsVariable);
}

}  // namespace

Environment current_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Loaded load(const Sources& sources) {
  Loaded loaded;
  Collector collector(loaded);
  load_file(sources, collector);
  load_known_variables(sources.environment, collector);
  note_unknown_variables(sources.environment, collector);
  for (const FlagValue& flag : sources.flags) {
    collector.set(*flag.spec, value_from_text(*flag.spec, flag.text), flag.flag);
  }
  load_options_variable(sources.environment, collector);
  loaded.options.path = normalize_path(loaded.options.path);
  // A relation between two options is only worth a word when each of them is right.
  if (loaded.errors.empty()) loaded.errors = validate(loaded.options);
  return loaded;
}

}  // namespace socketcluster::config
