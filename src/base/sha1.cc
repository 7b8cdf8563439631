// SPDX-License-Identifier: MIT
#include "base/sha1.h"

#include <openssl/sha.h>

#include "base/assert.h"

namespace socketcluster::base {

static_assert(kSha1Bytes == SHA_DIGEST_LENGTH);

std::array<unsigned char, kSha1Bytes> sha1(std::string_view bytes) {
  std::array<unsigned char, kSha1Bytes> digest{};
  const auto* input = reinterpret_cast<const unsigned char*>(bytes.data());
  SC_ASSERT(SHA1(input, bytes.size(), digest.data()) != nullptr);
  return digest;
}

}  // namespace socketcluster::base
