// SPDX-License-Identifier: MIT
#include "base/sha1.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/assert.h"

namespace socketcluster::base {
namespace {

static_assert(kSha1Bytes == SHA_DIGEST_LENGTH);

// Looking an algorithm up by its name costs more than the digest of a short text, so a thread does
// it once.
class Sha1 {
 public:
  Sha1() : algorithm_(EVP_MD_fetch(nullptr, "SHA1", nullptr)), context_(EVP_MD_CTX_new()) {
    SC_ASSERT(algorithm_ != nullptr && context_ != nullptr);
  }
  Sha1(const Sha1&) = delete;
  Sha1& operator=(const Sha1&) = delete;
  ~Sha1() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }

  void digest(std::string_view bytes, unsigned char* out) {
    SC_ASSERT(EVP_DigestInit_ex(context_, algorithm_, nullptr) == 1 &&
              EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1 &&
              EVP_DigestFinal_ex(context_, out, nullptr) == 1);
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

}  // namespace

std::array<unsigned char, kSha1Bytes> sha1(std::string_view bytes) {
  std::array<unsigned char, kSha1Bytes> digest{};
  thread_local Sha1 sha1;
  sha1.digest(bytes, digest.data());
  return digest;
}

}  // namespace socketcluster::base
