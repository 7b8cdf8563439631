// SPDX-License-Identifier: MIT
// A client's certificate as the application sees it. Its contents are anybody's: texts come out as
// valid UTF-8 without control characters, names that could be misread are left out. Pure.
#pragma once

#include <openssl/x509.h>

#include <socketcluster/tls.h>

namespace socketcluster::tls {

// `verify_result`: what OpenSSL said at the handshake, X509_V_OK or why not. Expiry is looked at
// anew.
ClientCertificate describe(X509& certificate, long verify_result);

}  // namespace socketcluster::tls
