// SPDX-License-Identifier: MIT
// Owning pointers to the objects of OpenSSL that this layer uses, and small helpers around them.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/openssl_pointer.h"

namespace socketcluster::tls {

using Bio = base::OpensslPointer<BIO, BIO_free>;
using Certificate = base::OpensslPointer<X509, X509_free>;
using Pkcs12 = base::OpensslPointer<PKCS12, PKCS12_free>;
using PrivateKey = base::OpensslPointer<EVP_PKEY, EVP_PKEY_free>;
using Ssl = base::OpensslPointer<SSL, SSL_free>;

// Reads from `text`, which must outlive it.
inline Bio bio_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// All certificates of a PEM text, in order; what is something else is skipped. Empty as well when
// one of them cannot be read.
std::vector<Certificate> certificates_in(std::string_view pem);

// What was written to a BIO in memory.
std::string content_of(BIO& bio);

std::string to_pem(X509& certificate);
std::string to_pem(EVP_PKEY& key);

// What OpenSSL says of its last failure, "" when it says nothing.
std::string last_reason();

}  // namespace socketcluster::tls
