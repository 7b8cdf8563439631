// SPDX-License-Identifier: MIT
// Credentials on their way from the master to its workers.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

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
  return Identity{std::string(*chain), std::string(*key), {}};
}

// Takes as many bytes from the front of `bytes` as `part` has.
template <typename Part>
void take(std::string_view& bytes, Part& part) {
  std::copy_n(bytes.begin(), part.size(), part.begin());
  bytes.remove_prefix(part.size());
}

}  // namespace

std::string to_text(const TicketKeys& keys) {
  std::vector<std::uint8_t> bytes;
  for (const TicketKey& key : keys) {
    bytes.insert(bytes.end(), key.name.begin(), key.name.end());
    bytes.insert(bytes.end(), key.cipher.begin(), key.cipher.end());
    bytes.insert(bytes.end(), key.mac.begin(), key.mac.end());
  }
  std::string text;
  base::append_base64(text, bytes);
  return text;
}

base::Result<TicketKeys> ticket_keys_from_json(const Json& value) {
  const base::Failure failure{"the master's ticket keys are not understood"};
  const JsonString* const text = value.if_string();
  if (text == nullptr) return failure;
  const std::optional<std::string> decoded = base::base64_decode(*text);
  if (!decoded || decoded->empty() || decoded->size() % sizeof(TicketKey) != 0) return failure;
  TicketKeys keys;
  for (std::string_view bytes = *decoded; !bytes.empty();) {
    TicketKey& key = keys.emplace_back();
    take(bytes, key.name);
    take(bytes, key.cipher);
    take(bytes, key.mac);
  }
  return keys;
}

JsonObject to_json(const Credentials& credentials, const TicketKeys& ticket_keys) {
  JsonArray identities;
  for (const Identity& identity : credentials.identities) {
    identities.push_back(JsonObject{{"chain", identity.chain}, {"key", identity.key}});
  }
  return {{"identities", std::move(identities)},
          {"authorities", credentials.authorities},
          {"ticketKeys", to_text(ticket_keys)}};
}

base::Result<Parcel> from_json(const Json& value) {
  const base::Failure failure{"the master's certificates are not understood"};
  if (!value.is_object()) return failure;
  const JsonObject& object = value.get_object();
  const Json* const identities = object.if_contains("identities");
  const JsonString* const authorities = text_member(object, "authorities");
  const Json* const keys = object.if_contains("ticketKeys");
  if (identities == nullptr || !identities->is_array()) return failure;
  if (authorities == nullptr || keys == nullptr) return failure;
  base::Result<TicketKeys> ticket_keys = ticket_keys_from_json(*keys);
  if (!ticket_keys) return failure;
  Parcel parcel{{.identities = {}, .authorities = std::string(*authorities)},
                std::move(*ticket_keys)};
  for (const Json& item : identities->get_array()) {
    std::optional<Identity> identity = identity_of(item);
    if (!identity) return failure;
    parcel.credentials.identities.push_back(std::move(*identity));
  }
  if (parcel.credentials.identities.empty()) return failure;
  return parcel;
}

}  // namespace socketcluster::tls
