// SPDX-License-Identifier: MIT
#include "auth/jwt_sign.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "auth/timespan.h"
#include "base/base64.h"
#include "json/value_writer.h"

namespace socketcluster::auth {
namespace {

using base::Failure;
using base::Status;

double seconds_of(WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  return static_cast<double>(seconds.count());
}

// As JavaScript prints it: without a fraction when there is none.
Json json_number(double number) {
  constexpr double kGreatestSafe = 9007199254740991;
  if (number == std::trunc(number) && std::abs(number) <= kGreatestSafe) {
    return static_cast<std::int64_t>(number);
  }
  return number;
}

bool is_finite(const Json& value) {
  if (const JsonArray* array = value.if_array())
    return std::all_of(array->begin(), array->end(), is_finite);
  const JsonObject* object = value.if_object();
  if (object == nullptr) return !value.is_double() || std::isfinite(value.get_double());
  return std::all_of(object->begin(), object->end(),
                     [](const auto& member) { return is_finite(member.value()); });
}

// Empty when there is a number that JSON cannot say.
std::string text_of(const JsonObject& object) {
  std::string text;
  if (const Json value(object); is_finite(value)) json::append_value(text, value);
  return text;
}

Status check_claims(const JsonObject& claims) {
  for (const auto& member : claims) {
    const std::string_view name = member.key();
    if (name != "iat" && name != "exp" && name != "nbf") continue;
    if (number_of(member.value()).has_value()) continue;
    return Failure{'"' + std::string(name) + R"(" should be a number of seconds)"};
  }
  return Status::ok();
}

// One of the two options that are spans of time counted from `iat`.
struct TimeOption {
  std::string_view option;
  std::string_view claim;
  const Timespan& span;
};

bool is_given(const Timespan& span) {
  return !std::holds_alternative<std::monostate>(span);
}

Status check_time(const JsonObject& claims, const TimeOption& time) {
  if (!is_given(time.span)) return Status::ok();
  if (claims.contains(time.claim)) {
    return Failure{"Bad \"options." + std::string(time.option) +
                   "\" option the payload already has an \"" + std::string(time.claim) +
                   "\" property."};
  }
  const auto* text = std::get_if<std::string>(&time.span);
  const auto* number = std::get_if<double>(&time.span);
  const bool is_empty = text != nullptr && text->empty();
  const bool is_fraction = number != nullptr && !(std::trunc(*number) == *number);
  if (is_empty || is_fraction || (number != nullptr && std::isinf(*number))) {
    return Failure{'"' + std::string(time.option) +
                   R"(" should be a number of seconds or string representing a timespan)"};
  }
  return Status::ok();
}

Status add_time(JsonObject& claims, const TimeOption& time, double timestamp) {
  if (!is_given(time.span)) return Status::ok();
  if (const auto* seconds = std::get_if<double>(&time.span)) {
    claims[time.claim] = json_number(timestamp + *seconds);
    return Status::ok();
  }
  const std::optional<double> ms = timespan_ms(std::get<std::string>(time.span));
  if (!ms.has_value()) {
    return Failure{
        '"' + std::string(time.option) +
        R"(" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60)"};
  }
  claims[time.claim] = json_number(std::floor(timestamp + *ms / 1000));
  return Status::ok();
}

Status add_claim(JsonObject& claims, std::string_view option, std::string_view claim, Json value) {
  if (claims.contains(claim)) {
    return Failure{"Bad \"options." + std::string(option) +
                   "\" option. The payload already has an \"" + std::string(claim) +
                   "\" property."};
  }
  claims[claim] = std::move(value);
  return Status::ok();
}

Status add_named_claims(JsonObject& claims, const SignOptions& options) {
  if (!options.audience.is_null()) {
    if (!options.audience.is_string() && !options.audience.is_array()) {
      return Failure{R"("audience" must be a string or array)"};
    }
    Status added = add_claim(claims, "audience", "aud", options.audience);
    if (!added) return added;
  }
  struct Row {
    std::string_view option;
    std::string_view claim;
    const std::optional<std::string>& value;
  };
  for (const Row& row :
       {Row{"issuer", "iss", options.issuer}, Row{"subject", "sub", options.subject},
        Row{"jwtid", "jti", options.jwtid}}) {
    if (!row.value.has_value()) continue;
    Status added = add_claim(claims, row.option, row.claim, Json(*row.value));
    if (!added) return added;
  }
  return Status::ok();
}

// In the order of jsonwebtoken: what is wrong first is reported, what is added last comes last.
Status complete_claims(JsonObject& claims, const SignOptions& options, WallTime now) {
  const TimeOption expiry{"expiresIn", "exp", options.expires_in};
  const TimeOption not_before{"notBefore", "nbf", options.not_before};
  if (Status status = check_claims(claims); !status) return status;
  if (Status status = check_time(claims, expiry); !status) return status;
  if (Status status = check_time(claims, not_before); !status) return status;

  const Json* given = claims.if_contains("iat");
  double timestamp = given == nullptr ? 0 : *number_of(*given);
  if (timestamp == 0) timestamp = seconds_of(now);
  if (options.no_timestamp) {
    claims.erase("iat");
  } else {
    claims["iat"] = json_number(timestamp);
  }
  if (Status status = add_time(claims, not_before, timestamp); !status) return status;
  if (Status status = add_time(claims, expiry, timestamp); !status) return status;
  return add_named_claims(claims, options);
}

base::Result<std::string> header_text(Algorithm algorithm, const SignOptions& options) {
  const std::string_view name = algorithm_name(algorithm);
  if (!options.keyid.has_value() && options.header.empty()) {
    return R"({"alg":")" + std::string(name) + R"(","typ":"JWT"})";
  }
  JsonObject header;
  header["alg"] = name;
  header["typ"] = "JWT";
  if (options.keyid.has_value()) header["kid"] = *options.keyid;
  for (const auto& member : options.header) header[member.key()] = member.value();
  if (header["alg"] != Json(name)) {
    return Failure{R"("alg" in "header" must be the algorithm of the keys)"};
  }
  if (header.contains("crit")) return Failure{R"("crit" in "header" is not supported)"};
  return text_of(header);
}

}  // namespace

base::Result<SignedToken> sign_token(const TokenKeys& keys, JsonObject claims,
                                     const SignOptions& options, WallTime now,
                                     std::size_t max_token_bytes) {
  if (Status status = complete_claims(claims, options, now); !status) return status.error();
  const base::Result<std::string> header = header_text(keys.signing_algorithm(), options);
  if (!header) return header.error();
  const std::string payload = text_of(claims);
  // A value may have bytes that are not UTF-8 and any depth. What verifying would refuse is not
  // signed.
  if (!is_portable_json(*header)) return Failure{"the header cannot be written as JSON"};
  if (!is_portable_json(payload)) return Failure{"the claims cannot be written as JSON"};

  std::string token = base::base64url_encode(*header) + '.' + base::base64url_encode(payload);
  const std::optional<std::string> signature =
      keys.signing_key().sign(keys.signing_algorithm(), token);
  if (!signature.has_value()) return Failure{"OpenSSL could not sign the token"};
  token += '.';
  token += base::base64url_encode(*signature);
  if (token.size() > max_token_bytes) {
    return Failure{"the token is longer than " + std::to_string(max_token_bytes) + " bytes"};
  }
  return SignedToken{std::move(token), std::move(claims)};
}

}  // namespace socketcluster::auth
