// SPDX-License-Identifier: MIT
// Signs and verifies tokens for tests in other languages. One request a line on standard input, one
// answer a line on standard output, in JSON:
//
//   {"keys":{"authKey":..., "authAlgorithm":..., ...},"now":SECONDS,"sign":CLAIMS,"options":{...}}
//   {"keys":{...},"now":SECONDS,"verify":TOKEN}
//
// Answers: {"token":...,"claims":...}, {"claims":...}, {"fault":...,"message":...,"date":...}, or
// {"failure":...} when keys, options or claims are refused. A request that has not this form ends
// the program with status 2.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "auth/jwt_sign.h"
#include "auth/jwt_verify.h"
#include "auth/token_keys.h"

namespace {

using namespace socketcluster;  // NOLINT: a program of one file
using socketcluster::Json;

JsonObject failure(const base::Failure& cause) {
  return {{"failure", cause.text}};
}

std::string_view fault_name(auth::TokenFault fault) {
  switch (fault) {
    case auth::TokenFault::kExpired:
      return "AuthTokenExpiredError";
    case auth::TokenFault::kInvalid:
      return "AuthTokenInvalidError";
    case auth::TokenFault::kNotBefore:
      return "AuthTokenNotBeforeError";
    case auth::TokenFault::kOther:
      return "AuthTokenError";
  }
  return {};
}

std::string text_member(const JsonObject& object, std::string_view name) {
  const Json* value = object.if_contains(name);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

auth::TokenKeyOptions key_options(const JsonObject& object) {
  auth::TokenKeyOptions options;
  options.auth_key = text_member(object, "authKey");
  options.auth_private_key = text_member(object, "authPrivateKey");
  options.auth_public_key = text_member(object, "authPublicKey");
  options.auth_algorithm = text_member(object, "authAlgorithm");
  if (const Json* names = object.if_contains("authVerifyAlgorithms")) {
    options.auth_verify_algorithms = boost::json::value_to<std::vector<std::string>>(*names);
  }
  return options;
}

JsonObject sign(const auth::TokenKeys& keys, const JsonObject& request, auth::WallTime now) {
  auth::SignOptions options;
  if (const Json* given = request.if_contains("options")) {
    const auto read = auth::sign_options_from_json(given->as_object());
    if (!read) return failure(read.error());
    options = *read;
  }
  const auto token = auth::sign_token(keys, request.at("sign").as_object(), options, now);
  if (!token) return failure(token.error());
  return {{"token", token->text}, {"claims", token->claims}};
}

JsonObject verify(const auth::TokenKeys& keys, const JsonObject& request, auth::WallTime now) {
  const auth::Verdict verdict = auth::verify_token(keys, request.at("verify").as_string(), {}, now);
  if (verdict.is_good()) return {{"claims", verdict.claims()}};
  const auth::TokenError& error = verdict.error();
  return {{"fault", fault_name(error.fault)}, {"message", error.message}, {"date", error.date}};
}

JsonObject answer(const JsonObject& request) {
  base::SystemRandom random;
  const auto keys = auth::TokenKeys::load(key_options(request.at("keys").as_object()), random);
  if (!keys) return failure(keys.error());
  const auth::WallTime now{std::chrono::seconds(request.at("now").as_int64())};
  return request.contains("sign") ? sign(*keys, request, now) : verify(*keys, request, now);
}

}  // namespace

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);) {
      std::cout << boost::json::serialize(answer(boost::json::parse(line).as_object())) << '\n';
    }
  } catch (const std::exception& problem) {
    std::cerr << "jwt_tool: " << problem.what() << '\n';
    return 2;
  }
  return 0;
}
