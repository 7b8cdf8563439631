// SPDX-License-Identifier: MIT
// TLS on a BlockingSocket, the client's side.
//
// Thread rule: one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "app/blocking_socket.h"
#include "base/result.h"
#include "tls/openssl_objects.h"

namespace socketcluster::app {

struct ClientTlsOptions {
  std::string host;          // the name that is asked for
  bool is_verified = false;  // the server's certificate must be valid, and for `host`
  // Names of PEM files; empty: the system's authorities, and no certificate of an own.
  std::string ca;
  std::string cert;
  std::string key;
};

class BlockingTls {
 public:
  // Shakes hands. `socket` must outlive it.
  static base::Result<BlockingTls> connect(const BlockingSocket& socket,
                                           const ClientTlsOptions& options);

  base::Status send(std::string_view bytes);
  // That the peer has ended is a failure.
  base::Result<std::size_t> receive(std::span<char> buffer);

 private:
  using Context = base::OpensslPointer<SSL_CTX, SSL_CTX_free>;

  BlockingTls(const BlockingSocket& socket, Context context);
  base::Status prepare(const ClientTlsOptions& options);
  base::Status load_files(const ClientTlsOptions& options);
  // Until `call`, which returns what OpenSSL's functions do, is successful.
  template <typename Call>
  base::Status complete(Call call);
  base::Failure why(int error) const;

  const BlockingSocket* socket_;
  Context context_;
  tls::Ssl ssl_;
};

}  // namespace socketcluster::app
