// SPDX-License-Identifier: MIT
#include "auth/jwt_verify.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "auth/iso_date.h"
#include "base/base64.h"
#include "json/js_text.h"
#include "json/scanner.h"
#include "json/text.h"

namespace socketcluster::auth {
namespace {

// Why the token is refused; nothing when there is no reason.
using Refusal = std::optional<TokenError>;

TokenError invalid(std::string message) {
  return {TokenFault::kInvalid, std::move(message), {}};
}

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

struct Segments {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text;  // header "." claims
};

Refusal split(std::string_view token, Segments& out) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  if (first == second || token.find('.', first + 1) != second) return invalid("jwt malformed");
  out.header = token.substr(0, first);
  out.claims = token.substr(first + 1, second - first - 1);
  out.signature = token.substr(second + 1);
  out.signed_text = token.substr(0, second);
  if (out.header.empty() || out.claims.empty() ||
      !std::all_of(token.begin(), token.end(), is_token_character)) {
    return invalid("invalid token");
  }
  return std::nullopt;
}

// The members of the header that matter. As everywhere, the last of equal names counts.
struct Header {
  json::RawValue algorithm;
  bool has_critical = false;
};

bool take_header_members(json::Scanner& scanner, Header& out) {
  return scanner.take_members([&](const json::RawValue& name) {
    json::RawValue value;
    if (!scanner.take_value(value)) return false;
    if (json::string_equals(name, "alg")) out.algorithm = value;
    if (json::string_equals(name, "crit")) out.has_critical = true;
    return true;
  });
}

// False for what cannot be the header of any token.
bool scan_header(std::string_view text, Header& out) {
  if (!is_portable_json(text)) return false;
  json::Scanner scanner(text);
  scanner.skip_whitespace();
  if (scanner.peek() == '{') return take_header_members(scanner, out) && !out.has_critical;
  json::RawValue value;
  return scanner.take_value(value) && json::is_truthy(value);
}

std::optional<Algorithm> accepted_algorithm(const TokenKeys& keys, const json::RawValue& name) {
  if (!name.is_string()) return std::nullopt;
  std::string scratch;
  const std::optional<Algorithm> algorithm = algorithm_from_name(json::string_value(name, scratch));
  if (!algorithm.has_value() || !keys.accepted_algorithms().contains(*algorithm)) {
    return std::nullopt;
  }
  return algorithm;
}

Refusal check_signature(const TokenKeys& keys, const Segments& segments) {
  const std::optional<std::string> text = base::base64url_decode(segments.header);
  Header header;
  if (!text.has_value() || !scan_header(*text, header)) return invalid("invalid token");
  if (segments.signature.empty()) return invalid("jwt signature is required");
  const std::optional<Algorithm> algorithm = accepted_algorithm(keys, header.algorithm);
  if (!algorithm.has_value()) return invalid("invalid algorithm");
  const std::optional<std::string> signature = base::base64url_decode(segments.signature);
  if (!signature.has_value() ||
      !keys.verifying_key().verify(*algorithm, segments.signed_text, *signature)) {
    return invalid("invalid signature");
  }
  return std::nullopt;
}

std::optional<JsonObject> parse_claims(std::string_view segment) {
  const std::optional<std::string> text = base::base64url_decode(segment);
  if (!text.has_value() || !is_portable_json(*text)) return std::nullopt;
  boost::json::parse_options options;
  options.max_depth = json::Scanner::kDefaultMaxDepth;
  boost::system::error_code error;
  Json value = boost::json::parse(*text, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

Refusal check_times(const JsonObject& claims, const VerifyOptions& options, WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  const auto time = static_cast<double>(seconds.count());
  const auto tolerance = static_cast<double>(options.clock_tolerance.count());
  if (const Json* claim = claims.if_contains("nbf")) {
    const std::optional<double> not_before = number_of(*claim);
    if (!not_before.has_value()) return invalid("invalid nbf value");
    if (*not_before > time + tolerance) {
      return TokenError{TokenFault::kNotBefore, "jwt not active", iso_date(*not_before)};
    }
  }
  if (const Json* claim = claims.if_contains("exp")) {
    const std::optional<double> expiry = number_of(*claim);
    if (!expiry.has_value()) return invalid("invalid exp value");
    if (time >= *expiry + tolerance) {
      return TokenError{TokenFault::kExpired, "jwt expired", iso_date(*expiry)};
    }
  }
  return std::nullopt;
}

bool is_one_of(const Json& value, const std::vector<std::string>& expected) {
  const boost::json::string* text = value.if_string();
  return text != nullptr &&
         std::find(expected.begin(), expected.end(), std::string_view(*text)) != expected.end();
}

bool has_claim(const JsonObject& claims, std::string_view name,
               const std::vector<std::string>& expected) {
  const Json* claim = claims.if_contains(name);
  return claim != nullptr && is_one_of(*claim, expected);
}

bool has_audience(const JsonObject& claims, const std::vector<std::string>& expected) {
  const Json* audience = claims.if_contains("aud");
  if (audience == nullptr || !audience->is_array()) return has_claim(claims, "aud", expected);
  const JsonArray& targets = audience->get_array();
  return std::any_of(targets.begin(), targets.end(),
                     [&](const Json& target) { return is_one_of(target, expected); });
}

std::string joined(const std::vector<std::string>& names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) {
    if (&name != &names.front()) text += separator;
    text += name;
  }
  return text;
}

Refusal check_expectations(const JsonObject& claims, const VerifyOptions& options) {
  if (!options.audience.empty() && !has_audience(claims, options.audience)) {
    return invalid("jwt audience invalid. expected: " + joined(options.audience, " or "));
  }
  if (!options.issuer.empty() && !has_claim(claims, "iss", options.issuer)) {
    return invalid("jwt issuer invalid. expected: " + joined(options.issuer, ","));
  }
  if (!options.subject.empty() && !has_claim(claims, "sub", {options.subject})) {
    return invalid("jwt subject invalid. expected: " + options.subject);
  }
  if (!options.jwtid.empty() && !has_claim(claims, "jti", {options.jwtid})) {
    return invalid("jwt jwtid invalid. expected: " + options.jwtid);
  }
  return std::nullopt;
}

}  // namespace

Verdict verify_token(const TokenKeys& keys, std::string_view token, const VerifyOptions& options,
                     WallTime now) {
  if (token.empty()) return invalid("jwt must be provided");
  if (token.size() > options.max_token_bytes) {
    return invalid("jwt is longer than " + std::to_string(options.max_token_bytes) + " bytes");
  }
  Segments segments;
  if (Refusal refusal = split(token, segments)) return *std::move(refusal);
  if (Refusal refusal = check_signature(keys, segments)) return *std::move(refusal);
  std::optional<JsonObject> claims = parse_claims(segments.claims);
  if (!claims.has_value()) return invalid("invalid token");
  if (Refusal refusal = check_times(*claims, options, now)) return *std::move(refusal);
  if (Refusal refusal = check_expectations(*claims, options)) return *std::move(refusal);
  return *std::move(claims);
}

}  // namespace socketcluster::auth
