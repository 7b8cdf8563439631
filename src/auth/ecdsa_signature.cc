// SPDX-License-Identifier: MIT
#include "auth/ecdsa_signature.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include "base/openssl_pointer.h"

namespace socketcluster::auth {
namespace {

using Number = base::OpensslPointer<BIGNUM, BN_free>;
using Signature = base::OpensslPointer<ECDSA_SIG, ECDSA_SIG_free>;

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Number read_number(std::string_view bytes) {
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

}  // namespace

std::string der_from_raw(std::string_view raw, std::size_t number_bytes) {
  if (raw.size() != 2 * number_bytes) return {};
  const Signature signature(ECDSA_SIG_new());
  Number r = read_number(raw.substr(0, number_bytes));
  Number s = read_number(raw.substr(number_bytes));
  if (signature == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return {};
  }
  // Owned by the signature now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  unsigned char* out = bytes_of(der);
  return i2d_ECDSA_SIG(signature.get(), &out) == size ? der : std::string();
}

std::optional<std::string> raw_from_der(std::string_view der, std::size_t number_bytes) {
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  const Signature signature(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  if (signature == nullptr) return std::nullopt;
  std::string raw(2 * number_bytes, '\0');
  const auto size = static_cast<int>(number_bytes);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes_of(raw), size) != size ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes_of(raw) + number_bytes, size) != size) {
    return std::nullopt;
  }
  return raw;
}

}  // namespace socketcluster::auth
