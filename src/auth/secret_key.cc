// SPDX-License-Identifier: MIT
// HMAC with SHA-2 (RFC 7518 section 3.2).
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstddef>

#include "auth/key.h"
#include "base/assert.h"
#include "base/openssl_pointer.h"

namespace socketcluster::auth {
namespace {

using Mac = base::OpensslPointer<EVP_MAC, EVP_MAC_free>;
using MacContext = base::OpensslPointer<EVP_MAC_CTX, EVP_MAC_CTX_free>;

constexpr AlgorithmSet kAlgorithms = {Algorithm::kHs256, Algorithm::kHs384, Algorithm::kHs512};

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// A context that has taken in the key; a copy of it makes one MAC. Empty when OpenSSL refuses.
MacContext prepare(EVP_MAC* hmac, const char* digest, std::string_view secret) {
  MacContext context(EVP_MAC_CTX_new(hmac));
  std::array<char, 16> name{};
  std::string_view(digest).copy(name.data(), name.size() - 1);
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
      OSSL_PARAM_construct_end()};
  if (context != nullptr &&
      EVP_MAC_init(context.get(), as_bytes(secret), secret.size(), parameters.data()) != 1) {
    context.reset();
  }
  return context;
}

class SecretKey final : public Key {
 public:
  explicit SecretKey(std::string_view secret) {
    const base::ErrorQueueGuard guard;
    const Mac hmac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
    if (hmac == nullptr) return;
    contexts_ = {prepare(hmac.get(), "SHA256", secret), prepare(hmac.get(), "SHA384", secret),
                 prepare(hmac.get(), "SHA512", secret)};
  }

  bool is_usable() const {
    return contexts_[0] != nullptr && contexts_[1] != nullptr && contexts_[2] != nullptr;
  }

  AlgorithmSet algorithms() const override { return kAlgorithms; }

  std::optional<std::string> sign(Algorithm algorithm, std::string_view input) const override {
    if (!kAlgorithms.contains(algorithm)) return std::nullopt;
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
    const std::size_t size = compute(algorithm, input, mac);
    if (size == 0) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(mac.data()), size);
  }

  bool verify(Algorithm algorithm, std::string_view input,
              std::string_view signature) const override {
    if (!kAlgorithms.contains(algorithm)) return false;
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
    const std::size_t size = compute(algorithm, input, mac);
    return size != 0 && signature.size() == size &&
           CRYPTO_memcmp(mac.data(), signature.data(), size) == 0;
  }

 private:
  // Returns the length of the MAC; 0 when OpenSSL fails.
  std::size_t compute(Algorithm algorithm, std::string_view input,
                      std::array<unsigned char, EVP_MAX_MD_SIZE>& mac) const {
    const base::ErrorQueueGuard guard;
    const auto index = static_cast<std::size_t>(algorithm);
    const MacContext context(EVP_MAC_CTX_dup(contexts_[index].get()));
    std::size_t size = 0;
    if (context == nullptr || EVP_MAC_update(context.get(), as_bytes(input), input.size()) != 1 ||
        EVP_MAC_final(context.get(), mac.data(), &size, mac.size()) != 1) {
      return 0;
    }
    return size;
  }

  std::array<MacContext, 3> contexts_;  // in the order of kAlgorithms
};

static_assert(static_cast<std::size_t>(Algorithm::kHs256) == 0);
static_assert(static_cast<std::size_t>(Algorithm::kHs512) == 2);

}  // namespace

base::Result<KeyPointer> secret_key(std::string_view secret) {
  if (secret.empty()) return base::Failure{"is empty"};
  if (secret.find("-----BEGIN ") != std::string_view::npos) {
    return base::Failure{
        "is a secret, but was given a PEM file: that belongs into authPrivateKey and "
        "authPublicKey"};
  }
  auto key = std::make_shared<SecretKey>(secret);
  if (!key->is_usable())
    return base::Failure{"cannot be used: this OpenSSL has no HMAC with SHA-2"};
  return KeyPointer(std::move(key));
}

}  // namespace socketcluster::auth
