// SPDX-License-Identifier: MIT
#include "tls/peer.h"

#include "tls/client_certificate.h"
#include "tls/tls_transport.h"

namespace socketcluster::tls {

// A connection has no other kind of transport.
std::shared_ptr<const Peer> Peer::of(const net::Connection& connection) {
  const auto* const transport = static_cast<const TlsTransport*>(connection.transport());
  if (transport == nullptr) return nullptr;
  return std::shared_ptr<const Peer>(new Peer(transport->ssl()));
}

Peer::Peer(const SSL& ssl)
    : version_(SSL_get_version(&ssl)),
      cipher_(SSL_get_cipher_name(&ssl)),
      certificate_(SSL_get1_peer_certificate(&ssl)),
      verify_result_(SSL_get_verify_result(&ssl)),
      is_resumed_(SSL_session_reused(&ssl) == 1) {
  const char* const name = SSL_get_servername(&ssl, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) server_name_ = name;
}

TlsDetails Peer::details() const {
  TlsDetails details{.version = version_,
                     .cipher = cipher_,
                     .server_name = server_name_,
                     .is_resumed = is_resumed_,
                     .client_certificate = {}};
  if (certificate_ != nullptr) {
    details.client_certificate = describe(*certificate_, verify_result_);
  }
  return details;
}

}  // namespace socketcluster::tls
