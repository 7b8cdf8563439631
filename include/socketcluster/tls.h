// SPDX-License-Identifier: MIT
// What is known of an encrypted connection, and of the certificate that its client has shown; see
// HttpRequest::tls() and Socket::tls().
//
// It is always that of the connection itself. Behind a proxy that speaks TLS with clients and plain
// HTTP with the server there is none, whatever headers say.
//
// Plain values; no thread rule.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace socketcluster {

// Of a client, asked for with `protocolOptions.requestCert`. The client has proven that it has the
// key. All texts are from the certificate, so with `is_verified` false from anybody.
struct ClientCertificate {
  // One of `protocolOptions.ca` has signed it for clients, and it has not expired. Always true with
  // `rejectUnauthorized`, unless it has expired since its session began.
  bool is_verified = false;
  // Why it is not; "" otherwise. In OpenSSL's words.
  std::string error;
  // The names as in RFC 4514, the most specific part first: "CN=guest,OU=Sales,O=Example". What has
  // a meaning there is escaped in values ("CN=a\\,b"), so a part cannot be forged by another one.
  std::string subject;
  std::string issuer;
  // CN of the subject; "" when there is none, or more than one.
  std::string common_name;
  // "DNS:a.test", "email:a@b.test", "URI:spiffe://a/b", "IP:10.0.0.1"; other kinds are left out.
  std::vector<std::string> alternative_names;
  // Hexadecimal, in small letters.
  std::string serial_number;
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
  // SHA-256 of the certificate: 64 hexadecimal digits, small letters, no colons. It stands for this
  // one certificate; a renewed one has another.
  std::string fingerprint;
  // The whole of it.
  std::string pem;
};

// Of one connection.
struct TlsDetails {
  // "TLSv1.2" or "TLSv1.3".
  std::string version;
  // "TLS_AES_256_GCM_SHA384", in OpenSSL's words.
  std::string cipher;
  // The host that the client asked for (SNI), which need not be one of this server; "": none.
  std::string server_name;
  // The client has gone on with an earlier session. Its certificate is the one that was shown then,
  // at most two hours or a chain of such sessions ago.
  bool is_resumed = false;
  // Nothing when the client has shown none.
  std::optional<ClientCertificate> client_certificate;
};

}  // namespace socketcluster
