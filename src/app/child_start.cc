// SPDX-License-Identifier: MIT
#include "app/child_start.h"

#include <utility>

#include "config/option_json.h"

namespace socketcluster::app {

base::Result<ChildStart> parse_child_start(const JsonObject& message) {
  const base::Failure failure{"the master's first message is not understood"};
  const Json* const options = message.if_contains("options");
  const Json* const directory = message.if_contains("socketDirectory");
  const Json* const respawn = message.if_contains("respawn");
  const Json* const port = message.if_contains("port");
  if (options == nullptr || !options->is_object()) return failure;
  if (directory == nullptr || !directory->is_string()) return failure;
  if (respawn == nullptr || !respawn->is_bool()) return failure;
  if (port == nullptr || !port->is_int64()) return failure;
  base::Result<Options> parsed = config::options_from_json(options->get_object());
  if (!parsed) return parsed.error();
  ChildStart start{.options = std::move(*parsed),
                   .is_respawn = respawn->get_bool(),
                   .socket_directory = std::string(directory->get_string()),
                   .port = static_cast<std::uint16_t>(port->get_int64()),
                   .tls = {},
                   .awaited_workers = {}};
  if (const Json* const tls = message.if_contains("tls")) {
    base::Result<tls::Parcel> parcel = tls::from_json(*tls);
    if (!parcel) return parcel.error();
    start.tls = std::move(*parcel);
  }
  const Json* const awaited = message.if_contains("awaitWorkers");
  if (awaited == nullptr || !awaited->is_array()) return start;
  for (const Json& id : awaited->get_array()) {
    if (id.is_int64()) start.awaited_workers.push_back(static_cast<std::uint32_t>(id.get_int64()));
  }
  return start;
}

}  // namespace socketcluster::app
