// SPDX-License-Identifier: MIT
// Json: the value type of everything that applications and clients exchange. It is Boost.JSON's
// value, the one third-party type in this API; its documentation applies.
//
//   socketcluster::Json message = {{"text", "hi"}, {"to", {"alice", "bob"}}};
//   std::string_view text = message.at("text").as_string();
//
// JavaScript's `undefined` does not exist: where a client left data out, handlers see null.
#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace socketcluster {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

// The text that an object has as its member `name`, for data that may be anything: `fallback` when
// `json` is no object, has no such member, or has something else than text there.
std::string text_of(const Json& json, std::string_view name, std::string_view fallback = {});

// Bytes as they travel in JSON messages: {"base64": true, "data": "..."}. Clients get that object;
// what their codec makes of it is theirs.
Json binary(std::string_view bytes);

}  // namespace socketcluster
