// SPDX-License-Identifier: MIT
// What handshakes are made with: certificates, versions, ciphers, ticket keys. Nothing but the keys
// ever changes; new certificates are a new context, and connections that have begun go on with the
// old one.
//
// Thread rule: none for making it; handshakes belong to one loop.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <utility>
#include <vector>

#include <socketcluster/options.h>

#include "base/log.h"
#include "base/result.h"
#include "tls/credentials.h"
#include "tls/openssl_objects.h"

namespace socketcluster::tls {

class Context {
 public:
  // The failure is one line that names the option. Whether a certificate has expired meanwhile is
  // not looked at: a worker that is started again must not fail for it.
  static base::Result<std::shared_ptr<Context>> create(const TlsOptions& options,
                                                       const Credentials& credentials,
                                                       TicketKeys ticket_keys);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() = default;

  // For tickets that are made or looked at from now on. REQUIRES: not empty.
  void set_ticket_keys(TicketKeys keys) { ticket_keys_ = std::move(keys); }

  // The server's side of a connection. The context must outlive its handshake.
  Ssl new_server_side() const;

 private:
  using SslContext = base::OpensslPointer<SSL_CTX, SSL_CTX_free>;
  struct Entry {
    SslContext context;
    Certificate certificate;  // the names that it has
  };

  Context() = default;
  base::Status add(const TlsOptions& options, const Credentials& credentials, std::size_t index);
  void choose(SSL& ssl) const;
  static int on_server_name(SSL* ssl, int* alert, void* self);
  static int on_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                           EVP_MAC_CTX* mac, int encrypts);

  std::vector<Entry> entries_;  // the first one is the default
  TicketKeys ticket_keys_;
};

struct Checked {
  Credentials credentials;
  std::shared_ptr<Context> context;
};

// Reads the files and makes sure that handshakes can be made with them. Warnings go to the log.
base::Result<Checked> load_context(const TlsOptions& options, const TicketKeys& ticket_keys,
                                   base::Log& log);

}  // namespace socketcluster::tls
