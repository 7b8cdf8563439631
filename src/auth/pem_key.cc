// SPDX-License-Identifier: MIT
// Asymmetric keys: RSA (RFC 7518 sections 3.3 and 3.5), ECDSA (3.4) and Ed25519 (RFC 8037).
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <utility>

#include "auth/ecdsa_signature.h"
#include "auth/key.h"
#include "base/openssl_pointer.h"

namespace socketcluster::auth {
namespace {

using Pkey = base::OpensslPointer<EVP_PKEY, EVP_PKEY_free>;
using Context = base::OpensslPointer<EVP_MD_CTX, EVP_MD_CTX_free>;
using Bio = base::OpensslPointer<BIO, BIO_free>;
using Certificate = base::OpensslPointer<X509, X509_free>;

constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20U;

enum class Half : bool { kPublic, kPrivate };

struct Scheme {
  const char* digest;  // null: the scheme has its own
  bool is_pss = false;
  std::size_t number_bytes = 0;  // ECDSA: length of r and of s
};

Scheme scheme_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
      return {"SHA256"};
    case Algorithm::kRs384:
      return {"SHA384"};
    case Algorithm::kRs512:
      return {"SHA512"};
    case Algorithm::kPs256:
      return {"SHA256", true};
    case Algorithm::kPs384:
      return {"SHA384", true};
    case Algorithm::kPs512:
      return {"SHA512", true};
    case Algorithm::kEs256:
      return {"SHA256", false, 32};
    case Algorithm::kEs384:
      return {"SHA384", false, 48};
    case Algorithm::kEs512:
      return {"SHA512", false, 66};
    case Algorithm::kHs256:
    case Algorithm::kHs384:
    case Algorithm::kHs512:
    case Algorithm::kEdDsa:
      break;
  }
  return {nullptr};
}

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool use_pss(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

// A context that is ready for its input; a copy of it does one operation. Fetching the algorithms
// anew for each would cost as much as verifying a small token. Empty when the key is restricted to
// other parameters.
Context prepare(EVP_PKEY* key, Half half, Algorithm algorithm) {
  Context context(EVP_MD_CTX_new());
  if (context == nullptr) return nullptr;
  const Scheme scheme = scheme_of(algorithm);
  EVP_PKEY_CTX* parameters = nullptr;  // owned by the context
  const auto init = half == Half::kPrivate ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
  if (init(context.get(), &parameters, scheme.digest, nullptr, nullptr, key, nullptr) != 1) {
    return nullptr;
  }
  if (scheme.is_pss && !use_pss(parameters)) return nullptr;
  return context;
}

class PemKey final : public Key {
 public:
  PemKey(Pkey key, Half half, AlgorithmSet algorithms) : key_(std::move(key)), half_(half) {
    for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
      const auto algorithm = static_cast<Algorithm>(i);
      if (!algorithms.contains(algorithm)) continue;
      contexts_[i] = prepare(key_.get(), half, algorithm);
      if (contexts_[i] != nullptr) algorithms_.add(algorithm);
    }
  }

  AlgorithmSet algorithms() const override { return algorithms_; }

  std::optional<std::string> sign(Algorithm algorithm, std::string_view input) const override {
    if (half_ != Half::kPrivate || !algorithms_.contains(algorithm)) return std::nullopt;
    const base::ErrorQueueGuard guard;
    const Context context = copy_of(algorithm);
    std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
    std::string signature(size, '\0');
    if (context == nullptr ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       as_bytes(input), input.size()) != 1) {
      return std::nullopt;
    }
    signature.resize(size);
    const std::size_t number_bytes = scheme_of(algorithm).number_bytes;
    return number_bytes == 0 ? signature : raw_from_der(signature, number_bytes);
  }

  bool verify(Algorithm algorithm, std::string_view input,
              std::string_view signature) const override {
    if (half_ != Half::kPublic || !algorithms_.contains(algorithm)) return false;
    const base::ErrorQueueGuard guard;
    const std::size_t number_bytes = scheme_of(algorithm).number_bytes;
    std::string der;
    if (number_bytes != 0) {
      der = der_from_raw(signature, number_bytes);
      if (der.empty()) return false;
      signature = der;
    } else if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()))) {
      return false;  // RFC 8017 section 8.1.2; OpenSSL lets leading zeros be left out
    }
    const Context context = copy_of(algorithm);
    return context != nullptr &&
           EVP_DigestVerify(context.get(), as_bytes(signature), signature.size(), as_bytes(input),
                            input.size()) == 1;
  }

 private:
  Context copy_of(Algorithm algorithm) const {
    Context copy(EVP_MD_CTX_new());
    const EVP_MD_CTX* original = contexts_[static_cast<std::size_t>(algorithm)].get();
    if (copy != nullptr && EVP_MD_CTX_copy_ex(copy.get(), original) != 1) copy.reset();
    return copy;
  }

  Pkey key_;
  Half half_;
  AlgorithmSet algorithms_;
  std::array<Context, kAlgorithmCount> contexts_;
};

base::Result<AlgorithmSet> curve_algorithms(const EVP_PKEY* key) {
  std::array<char, 64> buffer{};
  std::size_t size = 0;
  const std::string_view curve =
      EVP_PKEY_get_group_name(key, buffer.data(), buffer.size(), &size) == 1 ? buffer.data() : "";
  if (curve == "prime256v1") return AlgorithmSet{Algorithm::kEs256};
  if (curve == "secp384r1") return AlgorithmSet{Algorithm::kEs384};
  if (curve == "secp521r1") return AlgorithmSet{Algorithm::kEs512};
  return base::Failure{"has an elliptic curve that is not P-256, P-384 or P-521"};
}

// What the key can serve, by its kind.
base::Result<AlgorithmSet> algorithms_of(const EVP_PKEY* key) {
  constexpr AlgorithmSet kPss = {Algorithm::kPs256, Algorithm::kPs384, Algorithm::kPs512};
  constexpr AlgorithmSet kRsa = {Algorithm::kRs256, Algorithm::kRs384, Algorithm::kRs512,
                                 Algorithm::kPs256, Algorithm::kPs384, Algorithm::kPs512};
  const bool is_rsa = EVP_PKEY_is_a(key, "RSA") == 1;
  if (is_rsa || EVP_PKEY_is_a(key, "RSA-PSS") == 1) {
    if (EVP_PKEY_get_bits(key) < kMinRsaBits) {
      return base::Failure{"has a minimum key size of 2048 bits for RSA"};
    }
    return is_rsa ? kRsa : kPss;
  }
  if (EVP_PKEY_is_a(key, "EC") == 1) return curve_algorithms(key);
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return AlgorithmSet{Algorithm::kEdDsa};
  return base::Failure{"is of a kind that signs no tokens; RSA, EC or Ed25519 is needed"};
}

// Instead of OpenSSL's default, which asks at the terminal. Notes that the key is encrypted.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*for_writing*/, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

Bio open(std::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

base::Status check_form(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return base::Failure{"is too long for a key"};
  if (pem.find("-----BEGIN ") == std::string_view::npos) {
    return base::Failure{"is not in PEM format (-----BEGIN ...)"};
  }
  return base::Status::ok();
}

base::Failure unreadable(std::string_view what) {
  std::string text = "does not hold a readable " + std::string(what);
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  if (reason != nullptr) text.append(" (OpenSSL: ").append(reason).append(")");
  return base::Failure{std::move(text)};
}

Pkey read_public(std::string_view pem) {
  const Bio bio = open(pem);
  if (pem.find("-----BEGIN CERTIFICATE-----") == std::string_view::npos) {
    return Pkey(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  }
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  return Pkey(certificate == nullptr ? nullptr : X509_get_pubkey(certificate.get()));
}

base::Result<KeyPointer> make_key(Pkey key, Half half) {
  const base::Result<AlgorithmSet> algorithms = algorithms_of(key.get());
  if (!algorithms) return algorithms.error();
  auto made = std::make_shared<PemKey>(std::move(key), half, *algorithms);
  if (made->algorithms().is_empty()) {
    return base::Failure{"is restricted to parameters that no token algorithm has"};
  }
  return KeyPointer(std::move(made));
}

}  // namespace

base::Result<KeyPointer> private_key_from_pem(std::string_view pem) {
  const base::ErrorQueueGuard guard;
  if (const base::Status form = check_form(pem); !form) return form.error();
  bool was_asked = false;
  const Bio bio = open(pem);
  Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &was_asked));
  if (was_asked) return base::Failure{"is encrypted; a key without passphrase is needed"};
  if (key == nullptr) return unreadable("private key");
  return make_key(std::move(key), Half::kPrivate);
}

base::Result<KeyPointer> public_key_from_pem(std::string_view pem) {
  const base::ErrorQueueGuard guard;
  if (const base::Status form = check_form(pem); !form) return form.error();
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return base::Failure{"holds a private key; the public one is needed"};
  }
  Pkey key = read_public(pem);
  if (key == nullptr) return unreadable("public key");
  return make_key(std::move(key), Half::kPublic);
}

}  // namespace socketcluster::auth
