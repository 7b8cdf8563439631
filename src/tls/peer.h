// SPDX-License-Identifier: MIT
// What a connection's TLS says of its client. OpenSSL keeps it for as long as the connection lives;
// a Peer keeps it longer, by reference, and takes the certificate apart only when it is asked.
//
// Thread rule: loop thread of the connection.
#pragma once

#include <memory>
#include <string>

#include <socketcluster/tls.h>

#include "net/connection.h"
#include "tls/openssl_objects.h"

namespace socketcluster::tls {

class Peer {
 public:
  // Null when the connection is not encrypted. REQUIRES: its handshake is complete.
  static std::shared_ptr<const Peer> of(const net::Connection& connection);

  TlsDetails details() const;

 private:
  explicit Peer(const SSL& ssl);

  const char* version_;  // OpenSSL's own
  const char* cipher_;   // likewise
  std::string server_name_;
  Certificate certificate_;  // null: none was shown
  long verify_result_;
  bool is_resumed_;
};

}  // namespace socketcluster::tls
