// SPDX-License-Identifier: MIT
#include "auth/token_keys.h"

#include <array>
#include <cstdint>
#include <utility>

namespace socketcluster::auth {
namespace {

constexpr std::string_view kProbe = "Does the public key belong to the private one?";

base::Failure in_option(std::string_view option, const base::Failure& failure) {
  return base::Failure{"The " + std::string(option) + " option " + failure.text};
}

base::Result<Algorithm> read_algorithm(std::string_view option, const std::string& name,
                                       AlgorithmSet possible) {
  const std::optional<Algorithm> algorithm = algorithm_from_name(name);
  if (algorithm.has_value() && possible.contains(*algorithm)) return *algorithm;
  const std::string problem = algorithm.has_value() ? "does not fit the key" : "is not known";
  return base::Failure{"The " + std::string(option) + " option names " + name + ", which " +
                       problem + "; possible: " + possible.names()};
}

// A server that cannot verify its own tokens is better not started.
base::Status check_pair(const Key& private_key, const Key& public_key) {
  const AlgorithmSet both = private_key.algorithms();
  if (both == public_key.algorithms()) {
    const std::optional<std::string> signature = private_key.sign(both.first(), kProbe);
    if (signature.has_value() && public_key.verify(both.first(), kProbe, *signature)) return {};
  }
  return base::Failure{"The authPrivateKey and authPublicKey options do not belong together"};
}

}  // namespace

std::string random_secret(base::RandomSource& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 15U];
  }
  return text;
}

base::Result<TokenKeys> TokenKeys::load(const TokenKeyOptions& options,
                                        base::RandomSource& random) {
  const bool has_pair = !options.auth_private_key.empty() || !options.auth_public_key.empty();
  base::Result<TokenKeys> keys = has_pair ? load_pair(options) : load_secret(options, random);
  if (!keys) return keys;
  if (const base::Status status = keys->choose_algorithms(options); !status) return status.error();
  return keys;
}

base::Result<TokenKeys> TokenKeys::load_secret(const TokenKeyOptions& options,
                                               base::RandomSource& random) {
  const base::Result<KeyPointer> key =
      secret_key(options.auth_key.empty() ? random_secret(random) : options.auth_key);
  if (!key) return in_option("authKey", key.error());
  return TokenKeys(*key, *key);
}

base::Result<TokenKeys> TokenKeys::load_pair(const TokenKeyOptions& options) {
  if (options.auth_private_key.empty()) {
    return base::Failure{
        "The authPrivateKey option must be specified if authPublicKey is specified"};
  }
  if (options.auth_public_key.empty()) {
    return base::Failure{
        "The authPublicKey option must be specified if authPrivateKey is specified"};
  }
  const base::Result<KeyPointer> private_key = private_key_from_pem(options.auth_private_key);
  if (!private_key) return in_option("authPrivateKey", private_key.error());
  const base::Result<KeyPointer> public_key = public_key_from_pem(options.auth_public_key);
  if (!public_key) return in_option("authPublicKey", public_key.error());
  if (const base::Status pair = check_pair(**private_key, **public_key); !pair) return pair.error();
  return TokenKeys(*private_key, *public_key);
}

base::Status TokenKeys::choose_algorithms(const TokenKeyOptions& options) {
  signing_algorithm_ = signing_key_->algorithms().first();
  accepted_ = verifying_key_->algorithms();
  if (!options.auth_algorithm.empty()) {
    const base::Result<Algorithm> algorithm =
        read_algorithm("authAlgorithm", options.auth_algorithm, signing_key_->algorithms());
    if (!algorithm) return algorithm.error();
    signing_algorithm_ = *algorithm;
    accepted_ = {*algorithm};
  }
  if (options.auth_verify_algorithms.empty()) return base::Status::ok();
  accepted_ = {};
  for (const std::string& name : options.auth_verify_algorithms) {
    const base::Result<Algorithm> algorithm =
        read_algorithm("authVerifyAlgorithms", name, verifying_key_->algorithms());
    if (!algorithm) return algorithm.error();
    accepted_.add(*algorithm);
  }
  return base::Status::ok();
}

}  // namespace socketcluster::auth
