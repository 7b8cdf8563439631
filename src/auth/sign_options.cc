// SPDX-License-Identifier: MIT
// The options of jsonwebtoken's sign() from JSON, one row an option.
#include <array>
#include <cmath>
#include <string_view>

#include "auth/jwt_sign.h"

namespace socketcluster::auth {
namespace {

using base::Failure;

bool read_timespan(const Json& value, Timespan& out) {
  if (const boost::json::string* text = value.if_string()) {
    if (text->empty()) return false;
    out = std::string(*text);
    return true;
  }
  const std::optional<double> number = number_of(value);
  if (!number.has_value() || !std::isfinite(*number) || *number != std::trunc(*number))
    return false;
  out = *number;
  return true;
}

bool read_text(const Json& value, std::optional<std::string>& out) {
  const boost::json::string* text = value.if_string();
  if (text != nullptr) out = std::string(*text);
  return text != nullptr;
}

struct Row {
  std::string_view name;
  std::string_view message;  // what a wrong type gets
  bool (*read)(const Json& value, SignOptions& options);
};

bool is_bool(const Json& value, SignOptions& /*options*/) {
  return value.is_bool();
}

// The last rows are about JavaScript or about checks that cannot be switched off here: accepted, so
// that options written for the original work.
constexpr std::array kRows = {
    Row{"expiresIn",
        R"("expiresIn" should be a number of seconds or string representing a timespan)",
        [](const Json& value, SignOptions& out) { return read_timespan(value, out.expires_in); }},
    Row{"notBefore",
        R"("notBefore" should be a number of seconds or string representing a timespan)",
        [](const Json& value, SignOptions& out) { return read_timespan(value, out.not_before); }},
    Row{"audience", R"("audience" must be a string or array)",
        [](const Json& value, SignOptions& out) {
          out.audience = value;
          return value.is_string() || value.is_array();
        }},
    Row{"issuer", R"("issuer" must be a string)",
        [](const Json& value, SignOptions& out) { return read_text(value, out.issuer); }},
    Row{"subject", R"("subject" must be a string)",
        [](const Json& value, SignOptions& out) { return read_text(value, out.subject); }},
    Row{"jwtid", R"("jwtid" must be a string)",
        [](const Json& value, SignOptions& out) { return read_text(value, out.jwtid); }},
    Row{"keyid", R"("keyid" must be a string)",
        [](const Json& value, SignOptions& out) { return read_text(value, out.keyid); }},
    Row{"noTimestamp", R"("noTimestamp" must be a boolean)",
        [](const Json& value, SignOptions& out) {
          if (value.is_bool()) out.no_timestamp = value.get_bool();
          return value.is_bool();
        }},
    Row{"header", R"("header" must be an object)",
        [](const Json& value, SignOptions& out) {
          if (value.is_object()) out.header = value.get_object();
          return value.is_object();
        }},
    Row{"encoding", R"("encoding" must be a string)",
        [](const Json& value, SignOptions& /*out*/) { return value.is_string(); }},
    Row{"mutatePayload", R"("mutatePayload" must be a boolean)", is_bool},
    Row{"allowInsecureKeySizes", R"("allowInsecureKeySizes" must be a boolean)", is_bool},
    Row{"allowInvalidAsymmetricKeyTypes", R"("allowInvalidAsymmetricKeyTypes" must be a boolean)",
        is_bool}};

base::Status read_option(std::string_view name, const Json& value, SignOptions& out) {
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    if (row.read(value, out)) return base::Status::ok();
    return Failure{std::string(row.message)};
  }
  return Failure{'"' + std::string(name) + R"(" is not allowed in "options")"};
}

}  // namespace

base::Result<SignOptions> sign_options_from_json(const JsonObject& options) {
  SignOptions out;
  for (const auto& member : options) {
    const base::Status status = read_option(member.key(), member.value(), out);
    if (!status) return status.error();
  }
  return out;
}

}  // namespace socketcluster::auth
