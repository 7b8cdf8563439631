// SPDX-License-Identifier: MIT
// Credentials on their way from the master to its workers.
#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/string.hpp>

#include "base/base64.h"
#include "tls/credentials.h"

namespace socketcluster::tls {
namespace {

using JsonString = boost::json::string;

const JsonString* text_member(const JsonObject& object, std::string_view name) {
  const Json* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_string();
}

std::optional<Identity> identity_of(const Json& value) {
  if (!value.is_object()) return std::nullopt;
  const JsonString* const chain = text_member(value.get_object(), "chain");
  const JsonString* const key = text_member(value.get_object(), "key");
  if (chain == nullptr || key == nullptr) return std::nullopt;
  return Identity{std::string(*chain), std::string(*key)};
}

std::optional<TicketKeys> ticket_keys_of(const JsonString& text) {
  const std::optional<std::string> bytes = base::base64_decode(text);
  TicketKeys keys{};
  if (!bytes || bytes->size() != keys.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), keys.begin());
  return keys;
}

}  // namespace

JsonObject to_json(const Credentials& credentials, const TicketKeys& ticket_keys) {
  JsonArray identities;
  for (const Identity& identity : credentials.identities) {
    identities.push_back(JsonObject{{"chain", identity.chain}, {"key", identity.key}});
  }
  std::string keys;
  base::append_base64(keys, ticket_keys);
  return {{"identities", std::move(identities)},
          {"authorities", credentials.authorities},
          {"ticketKeys", keys}};
}

base::Result<Parcel> from_json(const Json& value) {
  const base::Failure failure{"the master's certificates are not understood"};
  if (!value.is_object()) return failure;
  const JsonObject& object = value.get_object();
  const Json* const identities = object.if_contains("identities");
  const JsonString* const authorities = text_member(object, "authorities");
  const JsonString* const keys = text_member(object, "ticketKeys");
  if (identities == nullptr || !identities->is_array()) return failure;
  if (authorities == nullptr || keys == nullptr) return failure;
  const std::optional<TicketKeys> ticket_keys = ticket_keys_of(*keys);
  if (!ticket_keys) return failure;
  Parcel parcel{{.identities = {}, .authorities = std::string(*authorities)}, *ticket_keys};
  for (const Json& item : identities->get_array()) {
    std::optional<Identity> identity = identity_of(item);
    if (!identity) return failure;
    parcel.credentials.identities.push_back(std::move(*identity));
  }
  if (parcel.credentials.identities.empty()) return failure;
  return parcel;
}

}  // namespace socketcluster::tls
