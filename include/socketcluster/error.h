// SPDX-License-Identifier: MIT
// Error: what travels in the `error` member of a response. Clients rebuild an Error object from it.
//
//   respond(socketcluster::Error("ValidationError", "Bad input", {{"field", "age"}}));
//   // client: err.name === 'ValidationError', err.message === 'Bad input', err.field === 'age'
//
// A plain value; no thread rule.
#pragma once

#include <string>
#include <string_view>

#include <socketcluster/json.h>

namespace socketcluster {

class Error {
 public:
  // An error without a name of its own: {"message": message}.
  explicit Error(std::string_view message);
  // {"message": message, "name": name, ...fields}, in this order.
  Error(std::string_view name, std::string_view message, const JsonObject& fields = {});
  // Any JSON value as the error, as JavaScript applications send them: a string, a number, an
  // object.
  static Error from_json(Json value);

  // The error as it stands in a packet.
  const Json& json() const { return json_; }
  // The `name` and `message` members; a plain string is its own message. Empty when there are none.
  // Valid as long as this object.
  std::string_view name() const;
  std::string_view message() const;

 private:
  Error() = default;
  Json json_;
};

}  // namespace socketcluster
