// SPDX-License-Identifier: MIT
// Keys, parsed once. What a key is fixes for ever which algorithms it serves: a secret only HS*, an
// RSA key only RS* and PS*, a curve only the one that belongs to it. Thereby a public key can never
// be taken for a secret, whatever the header of a token says.
// Thread rule: immutable; sign() and verify() may be called from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/algorithm.h"
#include "base/result.h"

namespace socketcluster::auth {

class Key {
 public:
  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  virtual ~Key() = default;

  virtual AlgorithmSet algorithms() const = 0;

  // The signature as it stands in a token before base64url: for ES* the two numbers r || s of fixed
  // length, not DER. Nothing when the key cannot do it: an algorithm that is not in algorithms(),
  // or a public key.
  virtual std::optional<std::string> sign(Algorithm algorithm, std::string_view input) const = 0;

  // False for everything but a correct signature by an algorithm of algorithms(). The time that a
  // wrong MAC takes does not depend on where it differs.
  virtual bool verify(Algorithm algorithm, std::string_view input,
                      std::string_view signature) const = 0;
};

using KeyPointer = std::shared_ptr<const Key>;

// RSA keys below this are refused.
inline constexpr int kMinRsaBits = 2048;

// The texts of failures are predicates ("is not in PEM format"): the caller names the option.

// Any bytes but none at all, and no PEM: that is a key in the wrong option.
base::Result<KeyPointer> secret_key(std::string_view secret);
// PKCS #8, PKCS #1 or SEC 1 in PEM; not encrypted. Never asks for a passphrase.
base::Result<KeyPointer> private_key_from_pem(std::string_view pem);
// SubjectPublicKeyInfo, PKCS #1 or an X.509 certificate (not validated) in PEM.
base::Result<KeyPointer> public_key_from_pem(std::string_view pem);

}  // namespace socketcluster::auth
